#include "hub/identity/sts_sessions.h"

#include "base/time_text.h"
#include "hub/identity/arn.h"

namespace tributary::hub::identity {

Result<std::optional<Entity>> find_role(Store& store, std::string_view arn) {
  const auto parts = split_arn(arn);
  const auto resource = parts ? split_iam_resource(parts->resource) : std::nullopt;
  if (!resource || resource->kind != "role") return std::optional<Entity>();
  TRIBUTARY_TRY(auto role, store.find_entity(parts->account, EntityKind::role, resource->name));
  if (role && role->arn() != arn) role.reset();
  return role;
}

bool is_role_arn(std::string_view text) {
  const auto arn = split_arn(text);
  const auto resource = arn ? split_iam_resource(arn->resource) : std::nullopt;
  return resource && arn->service == "iam" && is_account_id(arn->account) &&
         resource->kind == "role";
}

Session new_session(Store& store, const Entity& entity, std::string_view name,
                    std::int64_t seconds) {
  const Timestamp now = std::chrono::floor<std::chrono::milliseconds>(store.clock().now());
  return {.access_key_id = access_key_id("ASIA", store.random()),
          .secret = secret_access_key(store.random()),
          .entity_id = entity.id,
          .name = std::string(name),
          .issued = now,
          // Told in whole seconds, so it is whole seconds.
          .expires = std::chrono::ceil<std::chrono::seconds>(now) + std::chrono::seconds(seconds)};
}

std::string session_arn(const Entity& role, const Session& session) {
  return "arn:aws:sts::" + role.account + ":assumed-role/" + role.name + "/" + session.name;
}

std::string write_credentials(Store& store, const Session& session, Xml& out) {
  std::string token = seal_session(session, store.box(), store.random());
  out.open("Credentials")
      .element("AccessKeyId", session.access_key_id)
      .element("SecretAccessKey", session.secret)
      .element("SessionToken", token)
      .element("Expiration", iso8601(session.expires))
      .close("Credentials");
  return token;
}

std::string write_session(Call& call, const Entity& role, const Session& session) {
  std::string token = write_credentials(call.store, session, call.out);
  call.out.open("AssumedRoleUser")
      .element("AssumedRoleId", role.id + ":" + session.name)
      .element("Arn", session_arn(role, session))
      .close("AssumedRoleUser");
  return token;
}

}  // namespace tributary::hub::identity
