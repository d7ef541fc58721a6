// Trust policies as they are kept and shown, and the checks that all policy documents pass.
#include "base/utf8.h"
#include "hub/identity/arn.h"
#include "hub/identity/iam_operations.h"
#include "hub/identity/policy.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kTrustPolicyMax = 2'048;

Error invalid_principal(std::string_view principal) {
  return Error(Code::not_found,
               "Invalid principal in policy: \"AWS\":\"" + std::string(principal) + "\"");
}

// The principal as it is kept.
Result<std::string> resolve(Store& store, std::string_view principal) {
  if (is_account_id(principal)) return iam_arn(principal, "root");
  const auto arn = split_arn(principal);
  if (!arn || arn->service != "iam" || arn->resource == "root") return std::string(principal);
  TRIBUTARY_TRY(const auto account, store.find_account(arn->account));
  if (!account) return std::string(principal);  // an account of elsewhere
  const auto resource = split_iam_resource(arn->resource);
  if (!resource) return invalid_principal(principal);
  const EntityKind kind = resource->kind == "role" ? EntityKind::role : EntityKind::user;
  TRIBUTARY_TRY(const auto entity, store.find_entity(arn->account, kind, resource->name));
  if (!entity || entity->arn() != principal) return invalid_principal(principal);
  return entity->id;
}

}  // namespace

Fault resolve_trust_policy(Call& call, std::string_view document, std::string& out) {
  const auto parsed = parse_policy(document, PolicyKind::trust);
  if (!parsed) return malformed_policy(parsed.error());
  if (policy_size(document) > kTrustPolicyMax)
    return limit_exceeded("ACLSizePerRole", kTrustPolicyMax);
  auto resolved = replace_aws_principals(
      document, [&](std::string_view principal) { return resolve(call.store, principal); });
  if (!resolved && resolved.error().code() == Code::not_found)
    return malformed_policy(resolved.error());
  if (!resolved) return resolved.error();
  out = std::move(resolved).value();
  return {};
}

bool is_unique_id(std::string_view principal) {
  return principal.starts_with("AIDA") || principal.starts_with("AROA");
}

Result<std::string> display_trust_policy(Store& store, std::string_view document) {
  return replace_aws_principals(document, [&](std::string_view principal) -> Result<std::string> {
    if (!is_unique_id(principal)) return std::string(principal);
    TRIBUTARY_TRY(const auto entity, store.find_entity(principal));
    return entity ? entity->arn() : std::string(principal);
  });
}

std::size_t policy_size(std::string_view document) {
  return static_cast<std::size_t>(std::count_if(document.begin(), document.end(), [](char c) {
    return c != ' ' && c != '\t' && c != '\n' && c != '\r' && begins_character(c);
  }));
}

Fault check_policy_document(std::string_view document) {
  const auto parsed = parse_policy(document, PolicyKind::identity);
  if (!parsed) return malformed_policy(parsed.error());
  return {};
}

ApiError malformed_policy(const Error& error) {
  return ApiError(400, "MalformedPolicyDocument", error.message());
}

ApiError limit_exceeded(std::string_view quota, std::size_t limit) {
  return ApiError(409, "LimitExceeded",
                  "Cannot exceed quota for " + std::string(quota) + ": " + std::to_string(limit));
}

}  // namespace tributary::hub::identity
