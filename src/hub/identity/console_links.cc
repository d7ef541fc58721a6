#include "hub/identity/console_links.h"

#include <algorithm>

#include "aws/sha256.h"
#include "base/duration.h"
#include "hub/identity/operation.h"
#include "hub/identity/sts_sessions.h"

namespace tributary::hub::identity {
namespace {

using std::chrono::seconds;

constexpr std::size_t kTokenCharacters = 43;  // six bits each
constexpr std::string_view kTokenAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kSessionName = "console";

std::string hash_of(std::string_view token) {
  return std::string(aws::as_bytes(aws::sha256(token)));
}

Error out_of_range(std::string_view what, Duration got, Duration least, Duration most) {
  return Error(Code::invalid_argument, std::string(what) + " of " + go_duration(got) +
                                           ": must be " + go_duration(least) + " to " +
                                           go_duration(most));
}

std::int64_t session_seconds_max(const Entity& entity) {
  return entity.kind == EntityKind::role ? entity.max_session_seconds : kUserSessionSecondsMax;
}

Result<Duration> session_length(const Entity& entity, Duration wanted) {
  const seconds most(session_seconds_max(entity));
  if (wanted == Duration::zero())
    return std::min<Duration>(seconds(kUserSessionSecondsDefault), most);
  const seconds least(kUserSessionSecondsMin);
  if (wanted < least || wanted > most)
    return out_of_range("a session of " + entity.arn(), wanted, least, most);
  return wanted;
}

// One text for a token that never was, was used, or is too old.
ApiError not_valid(std::string why) {
  return {403, "AccessDenied",
          "The link is not valid: it was used already, has expired, or never was", "",
          std::move(why)};
}

Fault redeem(Store& store, std::string_view token, Xml& out, std::string& arn) {
  const std::string hash = hash_of(token);
  TRIBUTARY_TRY(const auto link, store.find_console_link(hash));
  if (!link) return not_valid("no such link, or used");
  if (store.clock().now() >= link->expires) return not_valid("expired");
  TRIBUTARY_TRY(const auto entity, store.find_entity(link->entity_id));
  if (!entity) return not_valid("its user or role is gone");
  TRIBUTARY_TRY(const bool first, store.remove_console_link(hash));
  if (!first) return not_valid("used at the same time");

  const bool role = entity->kind == EntityKind::role;
  // The role's maximum may have been lowered since the link was made.
  const std::int64_t length = std::min(link->session_seconds, session_seconds_max(*entity));
  const Session session = new_session(store, *entity, role ? kSessionName : "", length);
  write_credentials(store, session, out);
  arn = role ? session_arn(*entity, session) : entity->arn();
  out.element("Account", entity->account).element("Arn", arn);
  return {};
}

}  // namespace

Result<NewLink> create_console_link(Store& store, const LinkRequest& request) {
  if (request.valid < kLinkValidMin || request.valid > kLinkValidMax)
    return out_of_range("a link's validity", request.valid, kLinkValidMin, kLinkValidMax);
  TRIBUTARY_TRY(auto transaction, store.begin());
  TRIBUTARY_TRY(const auto account, store.find_account(request.account));
  if (!account)
    return Error(Code::not_found, "account \"" + request.account + "\": there is none of this id");
  TRIBUTARY_TRY(const auto entity, store.find_entity(request.account, request.kind, request.name));
  if (!entity)
    return Error(Code::not_found, std::string(to_string(request.kind)) + " \"" + request.name +
                                      "\": there is none of this name in account " +
                                      request.account);
  TRIBUTARY_TRY(const Duration session, session_length(*entity, request.session));
  NewLink made{.token = random_string(store.random(), kTokenCharacters, kTokenAlphabet),
               .arn = entity->arn(),
               .expires = store.clock().now() + request.valid,
               .session = session};
  auto added = store.add_console_link(
      {.token_sha256 = hash_of(made.token),
       .entity_id = entity->id,
       .session_seconds = std::chrono::duration_cast<seconds>(session).count(),
       .expires = made.expires});
  if (!added) return added.error();
  if (auto committed = transaction.commit(); !committed) return committed.error();
  return made;
}

ApiResponse redeem_console_link(Store& store, const ApiRequest& request) {
  static const std::vector<Parameter> kParameters = {
      {"Token", Format::any, 1, 256, Parameter::Need::required}};
  Xml out;
  std::string arn;
  Fault fault = validate(kParameters, request.params);
  if (!fault && request.params.text("Version") != kSts.version)
    fault = validation_error("Version must be " + std::string(kSts.version));
  if (!fault) fault = redeem(store, request.params.text("Token"), out, arn);
  ApiResponse response =
      fault ? error_response(kSts, std::move(*fault), request.request_id)
            : success_response(kSts, kRedeemConsoleLink, out.take(), request.request_id);
  response.action = action_name(kSts, kRedeemConsoleLink);
  response.resource = std::move(arn);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace tributary::hub::identity
