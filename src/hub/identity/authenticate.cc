#include "hub/identity/authenticate.h"

#include <algorithm>

#include "base/strings.h"
#include "hub/identity/session_token.h"
#include "hub/identity/sts_sessions.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kCacheEntriesMax = 8'192;

ApiError expired_token() {
  return ApiError(403, "ExpiredToken", "The security token included in the request is expired");
}

// The role's tags, those of the session in their place or added.
std::vector<Tag> overlay(std::vector<Tag> tags, const std::vector<Tag>& session_tags) {
  for (const Tag& tag : session_tags) {
    std::erase_if(tags, [&](const Tag& old) { return equals_ignore_case(old.key, tag.key); });
    tags.push_back(tag);
  }
  return tags;
}

Principal user_principal(const Entity& user, std::string access_key_id, std::vector<Tag> tags) {
  return {.kind = PrincipalKind::user,
          .account = user.account,
          .arn = user.arn(),
          .user_id = user.id,
          .entity_id = user.id,
          .entity_arn = user.arn(),
          .name = user.name,
          .access_key_id = std::move(access_key_id),
          .tags = std::move(tags)};
}

Principal user_session(const Entity& user, const Session& session, std::vector<Tag> tags) {
  Principal principal = user_principal(user, session.access_key_id, std::move(tags));
  principal.issued = session.issued;
  principal.expires = session.expires;
  return principal;
}

Principal role_session(const Entity& role, const Session& session, std::vector<Tag> role_tags) {
  return {.kind = PrincipalKind::role_session,
          .account = role.account,
          .arn = session_arn(role, session),
          .user_id = role.id + ":" + session.name,
          .entity_id = role.id,
          .entity_arn = role.arn(),
          .name = role.name,
          .access_key_id = session.access_key_id,
          .tags = overlay(std::move(role_tags), session.tags),
          .issued = session.issued,
          .expires = session.expires,
          .session_name = session.name,
          .source_identity = session.source_identity,
          .assumed_by = session.assumed_by,
          .session_tags = session.tags,
          .transitive_tag_keys = session.transitive_tag_keys,
          .session_policies = session.policies};
}

}  // namespace

ApiError invalid_token() {
  return ApiError(403, "InvalidClientTokenId",
                  "The security token included in the request is invalid.");
}

std::variant<AuthenticatedPtr, ApiError> Authenticator::find(std::string_view access_key_id,
                                                             std::string_view token) {
  const auto generation = store_.generation();
  if (!generation) return ApiError(generation.error());
  if (*generation != generation_ || cache_.size() >= kCacheEntriesMax) cache_.clear();
  generation_ = *generation;

  std::string key(access_key_id);
  key.append(1, ' ').append(token);
  auto cached = cache_.find(key);
  if (cached == cache_.end()) {
    Found found = token.empty() ? find_user(access_key_id) : find_session(access_key_id, token);
    if (std::holds_alternative<ApiError>(found)) return found;
    cached = cache_.emplace(std::move(key), std::get<AuthenticatedPtr>(found)).first;
  }
  const Principal& principal = cached->second->principal;
  if (principal.temporary() && store_.clock().now() >= principal.expires) return expired_token();
  return cached->second;
}

Authenticator::Found Authenticator::find_user(std::string_view access_key_id) {
  auto key = store_.find_access_key(access_key_id);
  if (!key) return ApiError(key.error());
  if (!*key) return find_service(access_key_id);
  if (!(*key)->key.active) return invalid_token();
  auto user = store_.find_entity((*key)->key.user_id);
  if (!user) return ApiError(user.error());
  if (!*user) return invalid_token();
  auto tags = store_.tags((*user)->id);
  if (!tags) return ApiError(tags.error());
  Principal principal = user_principal(**user, (*key)->key.id, std::move(*tags));
  return std::make_shared<const Authenticated>(
      Authenticated{std::move((*key)->secret), std::move(principal)});
}

Authenticator::Found Authenticator::find_service(std::string_view access_key_id) {
  auto key = store_.find_service_key(access_key_id);
  if (!key) return ApiError(key.error());
  if (!*key) return invalid_token();
  Principal principal = service_principal((*key)->key.service);
  principal.access_key_id = (*key)->key.id;
  return std::make_shared<const Authenticated>(
      Authenticated{std::move((*key)->secret), std::move(principal)});
}

Authenticator::Found Authenticator::find_session(std::string_view access_key_id,
                                                 std::string_view token) {
  auto session = open_session(token, store_.box());
  if (!session || session->access_key_id != access_key_id) return invalid_token();
  const auto entity = store_.find_entity(session->entity_id);
  if (!entity) return ApiError(entity.error());
  if (!*entity) return invalid_token();  // deleted, or deleted and made again
  auto tags = store_.tags((*entity)->id);
  if (!tags) return ApiError(tags.error());
  const auto as = (*entity)->kind == EntityKind::user ? user_session : role_session;
  return std::make_shared<const Authenticated>(
      Authenticated{session->secret, as(**entity, *session, std::move(*tags))});
}

}  // namespace tributary::hub::identity
