#include "hub/identity/sts_api.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "hub/identity/console_links.h"
#include "hub/identity/operation.h"
#include "hub/identity/session_token.h"
#include "hub/identity/sts_sessions.h"

namespace tributary::hub::identity {
namespace {

constexpr std::int64_t kChainedSecondsMax = 3'600;
constexpr std::size_t kSessionPolicyCharactersMax = 2'048;
constexpr std::size_t kSessionPolicyArnsMax = 10;
constexpr std::size_t kTagsMax = 50;

// What a session will carry besides its name, out of the request and of the session before it.
struct Baggage {
  std::vector<Tag> tags;
  std::vector<std::string> transitive_keys;
  std::string source_identity;
  SessionPolicies policies;
};

bool contains_key(const std::vector<Tag>& tags, std::string_view key) {
  return std::any_of(tags.begin(), tags.end(),
                     [&](const Tag& tag) { return equals_ignore_case(tag.key, key); });
}

// Tags that were made transitive stay, and cannot be given anew.
Fault read_session_tags(const Call& call, Baggage& baggage) {
  if (Fault fault = read_tags(call.params, baggage.tags)) return fault;
  for (const std::string& key : call.params.list("TransitiveTagKeys")) {
    if (!contains_key(baggage.tags, key))
      return ApiError(400, "InvalidParameterValue",
                      "The specified transitive tag key must be included in the requested tags.");
    baggage.transitive_keys.push_back(key);
  }
  for (const std::string& key : call.caller.transitive_tag_keys) {
    if (contains_key(baggage.tags, key))
      return ApiError(400, "InvalidParameterValue",
                      "One of the specified transitive tag keys can't be set because it conflicts "
                      "with a transitive tag key from the calling session.");
    baggage.transitive_keys.push_back(key);
    for (const Tag& tag : call.caller.session_tags)
      if (equals_ignore_case(tag.key, key)) baggage.tags.push_back(tag);
  }
  if (baggage.tags.size() <= kTagsMax) return {};
  return validation_error("A session can have at most 50 tags.");
}

Fault read_session_policies(Call& call, std::string_view account, SessionPolicies& out) {
  out.document = std::string(call.text("Policy"));
  std::size_t characters = out.document.size();
  if (!out.document.empty()) {
    const auto policy = parse_policy(out.document, PolicyKind::identity);
    if (!policy) return ApiError(400, "MalformedPolicyDocument", policy.error().message());
  }
  const std::size_t count = call.params.count("PolicyArns");
  if (count > kSessionPolicyArnsMax)
    return validation_error("A session can have at most 10 managed session policies.");
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string arn(call.params.field("PolicyArns", i, "arn"));
    TRIBUTARY_TRY(const auto policy, call.store.find_policy(arn));
    if (!policy || (!policy->account.empty() && policy->account != account))
      return validation_error("Session policy " + arn + " is not a managed policy of account " +
                              std::string(account) + " or of AWS.");
    characters += arn.size();
    out.arns.push_back(arn);
  }
  if (characters <= kSessionPolicyCharactersMax) return {};
  return ApiError(400, "PackedPolicyTooLarge",
                  "Session policies have " + std::to_string(characters) +
                      " characters, at most 2048 are allowed.");
}

Fault read_source_identity(const Call& call, Baggage& baggage) {
  const std::string_view wanted = call.text("SourceIdentity");
  baggage.source_identity = call.caller.source_identity;
  if (wanted.empty()) return {};
  if (!baggage.source_identity.empty() && baggage.source_identity != wanted)
    return ApiError(403, "AccessDenied",
                    "A source identity that was set in an earlier session cannot be changed.");
  baggage.source_identity = std::string(wanted);
  return {};
}

// The keys that trust policies look at.
RequestContext assume_context(const Call& call, const Baggage& baggage, std::int64_t seconds) {
  RequestContext context = call.request.context;
  context.set("sts:RoleSessionName", call.text("RoleSessionName"));
  context.set("sts:DurationSeconds", std::to_string(seconds));
  if (const auto id = call.params.find("ExternalId")) context.set("sts:ExternalId", *id);
  if (const std::string_view identity = call.text("SourceIdentity"); !identity.empty())
    context.set("sts:SourceIdentity", identity);
  std::vector<std::string> keys;
  for (const Tag& tag : baggage.tags) {
    context.set("aws:RequestTag/" + tag.key, tag.value);
    keys.push_back(tag.key);
  }
  context.set_all("aws:TagKeys", std::move(keys));
  context.set_all("sts:TransitiveTagKeys", baggage.transitive_keys);
  return context;
}

// Each action that this request needs on the role, in turn.
Fault authorize_assume(Call& call, const Entity* role, const Baggage& baggage,
                       std::int64_t seconds) {
  std::vector<std::string> actions = {"sts:AssumeRole"};
  if (!baggage.tags.empty()) actions.emplace_back("sts:TagSession");
  if (!baggage.source_identity.empty()) actions.emplace_back("sts:SetSourceIdentity");
  for (const std::string& action : actions) {
    const AccessRequest access{.principal = call.caller,
                               .action = action,
                               .resource = std::string(call.text("RoleArn")),
                               .context = assume_context(call, baggage, seconds)};
    TRIBUTARY_TRY(const Decision decision, call.authorizer.authorize_assume_role(access, role));
    if (decision.allowed()) continue;
    ApiError denied = access_denied(access, decision);
    if (!role) denied.internal = "there is no role " + access.resource;
    return denied;
  }
  return {};
}

Fault check_duration(const Call& call, const Entity& role, std::int64_t seconds) {
  if (call.caller.kind == PrincipalKind::role_session && seconds > kChainedSecondsMax)
    return validation_error(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining.");
  if (seconds > role.max_session_seconds)
    return validation_error(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  return {};
}

// In percent, and only where policies or tags were given.
Fault write_packed_size(Call& call, const Session& session) {
  const std::size_t bytes = packed_bytes(session);
  if (bytes == 0) return {};
  const std::size_t percent = (bytes * 100 + kPackedBytesMax - 1) / kPackedBytesMax;
  if (percent > 100)
    return ApiError(400, "PackedPolicyTooLarge",
                    "Packed size of session policies and tags consumes " + std::to_string(percent) +
                        "% of allotted space.");
  call.out.element("PackedPolicySize", std::to_string(percent));
  return {};
}

Fault assume_role(Call& call) {
  const std::string_view role_arn = call.text("RoleArn");
  if (!is_role_arn(role_arn)) return validation_error(std::string(role_arn) + " is invalid");
  if (call.caller.kind == PrincipalKind::root)
    return ApiError(403, "AccessDenied", "Roles may not be assumed by root accounts.");
  const std::int64_t seconds = call.integer("DurationSeconds", 3'600);
  Baggage baggage;
  if (Fault fault = read_session_tags(call, baggage)) return fault;
  if (Fault fault = read_source_identity(call, baggage)) return fault;
  TRIBUTARY_TRY(const auto role, find_role(call.store, role_arn));
  if (Fault fault = authorize_assume(call, role ? &*role : nullptr, baggage, seconds)) return fault;
  if (Fault fault = check_duration(call, *role, seconds)) return fault;
  if (Fault fault = read_session_policies(call, role->account, baggage.policies)) return fault;

  Session session = new_session(call.store, *role, call.text("RoleSessionName"), seconds);
  session.source_identity = std::move(baggage.source_identity);
  session.assumed_by = call.caller.arn;
  session.tags = std::move(baggage.tags);
  session.transitive_tag_keys = std::move(baggage.transitive_keys);
  session.policies = std::move(baggage.policies);
  if (Fault fault = write_packed_size(call, session)) return fault;
  write_session(call, *role, session);
  call.out.optional("SourceIdentity", session.source_identity);
  return {};
}

// Needs no permission, and no policy can allow or deny it: the caller has shown who he is, and gets
// no more than he has.
Fault get_session_token(Call& call) {
  if (call.caller.kind != PrincipalKind::user)
    return ApiError(403, "AccessDenied", "Cannot call GetSessionToken as " + call.caller.arn);
  if (call.params.find("SerialNumber"))
    return ApiError(403, "AccessDenied",
                    "MultiFactorAuthentication failed: this hub holds no MFA devices");
  const std::int64_t seconds = call.integer("DurationSeconds", kUserSessionSecondsDefault);
  TRIBUTARY_TRY(const auto user, call.store.find_entity(call.caller.entity_id));
  if (!user) return no_such_entity("The user with name " + call.caller.name + " cannot be found.");
  write_credentials(call.store, new_session(call.store, *user, "", seconds), call.out);
  return {};
}

// What temporary credentials cannot ask for, as on AWS. The action is one that there is.
Fault refuse_temporary(const Principal& caller, std::string_view action) {
  const bool user = caller.kind == PrincipalKind::user;
  const bool refused =
      user ? action != "AssumeRole" && action != "GetCallerIdentity" : action == "GetSessionToken";
  if (!caller.temporary() || !refused) return {};
  return ApiError(403, "AccessDenied",
                  "Cannot call " + std::string(action) + " with session credentials");
}

Fault get_caller_identity(Call& call) {
  call.out.element("UserId", call.caller.user_id)
      .element("Account", call.caller.account)
      .element("Arn", call.caller.arn);
  return {};
}

Fault get_access_key_info(Call& call) {
  const std::string_view id = call.text("AccessKeyId");
  if (id == call.caller.access_key_id) {
    call.out.element("Account", call.caller.account);
    return {};
  }
  TRIBUTARY_TRY(const auto found, call.store.find_access_key(id));
  std::optional<Entity> user;
  if (found) {
    TRIBUTARY_TRY(user, call.store.find_entity(found->key.user_id));
  }
  if (!user) return validation_error("Invalid access key id " + std::string(id));
  call.out.element("Account", user->account);
  return {};
}

std::vector<Operation> all_operations() {
  using Access = Operation::Access;
  using Output = Operation::Output;
  constexpr auto kRequired = Parameter::Need::required;
  constexpr auto kKind = EntityKind::role;
  return {
      {"AssumeRole",
       Access::read,
       Output::result,
       kKind,
       nullptr,
       assume_role,
       {{"RoleArn", Format::any, 20, 2048, kRequired},
        {"RoleSessionName", Format::name, 2, 64, kRequired},
        {"DurationSeconds", Format::integer, 900, 43'200},
        {"ExternalId", Format::external_id, 2, 1224},
        {"Policy", Format::document, 1, 2048},
        {"SourceIdentity", Format::name, 2, 64},
        {"SerialNumber", Format::any, 9, 256},
        {"TokenCode", Format::digits, 6, 6}}},
      {"GetSessionToken",
       Access::read,
       Output::result,
       kKind,
       nullptr,
       get_session_token,
       {{"DurationSeconds", Format::integer, kUserSessionSecondsMin, kUserSessionSecondsMax},
        {"SerialNumber", Format::any, 9, 256},
        {"TokenCode", Format::digits, 6, 6}}},
      {"GetCallerIdentity", Access::read, Output::result, kKind, nullptr, get_caller_identity, {}},
      {"GetAccessKeyInfo",
       Access::read,
       Output::result,
       kKind,
       nullptr,
       get_access_key_info,
       {{"AccessKeyId", Format::name, 16, 128, kRequired}}},
  };
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> kOperations = all_operations();
  return kOperations;
}

bool is_known(std::string_view action) {
  return ServiceApi::has(action) || find_operation(operations(), action) != nullptr;
}

bool issues_credentials(std::string_view action) {
  constexpr std::array<std::string_view, 4> kAll = {
      "AssumeRole", "GetSessionToken", "TributaryIssueTaskCredentials", kRedeemConsoleLink};
  return std::find(kAll.begin(), kAll.end(), action) != kAll.end();
}

}  // namespace

ApiResponse StsApi::handle(const ApiRequest& request) {
  const std::string_view action = request.params.text("Action");
  Fault fault;
  if (is_known(action)) fault = refuse_temporary(request.caller, action);
  if (fault) {
    ApiResponse refused = error_response(kSts, std::move(*fault), request.request_id);
    refused.action = action_name(kSts, action);
    return refused;
  }
  ApiResponse response = ServiceApi::has(action) ? services_.handle(request) : run(request);
  response.changes = issues_credentials(action);
  return response;
}

ApiResponse StsApi::run(const ApiRequest& request) {
  const std::string_view action = request.params.text("Action");
  ApiResponse response = run_operation(kSts, operations(), store_, authorizer_, request);
  response.resource = std::string(request.params.text("RoleArn"));
  if (action == "AssumeRole" && !response.error) {
    const Principal& caller = request.caller;
    assumed_roles_.note(caller.entity_arn.empty() ? caller.arn : caller.entity_arn,
                        response.resource, store_.clock().now());
  }
  return response;
}

bool StsApi::is_unsigned(std::string_view action) {
  return action == kRedeemConsoleLink || action == "AssumeRoleWithWebIdentity" ||
         action == "AssumeRoleWithSAML";
}

ApiResponse StsApi::handle_unsigned(const ApiRequest& request) {
  const std::string_view action = request.params.text("Action");
  if (action == kRedeemConsoleLink) {
    ApiResponse redeemed = redeem_console_link(store_, request);
    redeemed.changes = issues_credentials(action);
    return redeemed;
  }
  ApiError error(400, "InvalidIdentityToken",
                 action == "AssumeRoleWithSAML"
                     ? "No SAML provider found in your account: this hub holds none yet"
                     : "No OpenIDConnect provider found in your account for the token's issuer: "
                       "this hub holds none yet");
  ApiResponse response = error_response(kSts, std::move(error), request.request_id);
  response.action = action_name(kSts, action);
  response.resource = std::string(request.params.text("RoleArn"));
  return response;
}

}  // namespace tributary::hub::identity
