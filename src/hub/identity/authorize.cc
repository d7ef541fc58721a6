#include "hub/identity/authorize.h"

#include "base/time_text.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kCacheEntriesMax = 8'192;

Result<NamedPolicy> parse(std::string name, std::string_view document, PolicyKind kind) {
  auto policy = parse_policy(document, kind);
  if (!policy) return Error(Code::corruption, name + ": " + policy.error().message());
  return NamedPolicy{std::move(name), std::make_shared<const Policy>(std::move(policy).value())};
}

std::string_view principal_type(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::root: return "Account";
    case PrincipalKind::user: return "User";
    case PrincipalKind::role_session: return "AssumedRole";
    case PrincipalKind::service: return "Service";
  }
  return "";
}

std::string epoch_seconds(Timestamp time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

}  // namespace

RequestContext role_context(const Entity& role, const std::vector<Tag>& tags) {
  RequestContext context;
  context.set("aws:ResourceAccount", role.account);
  for (const Tag& tag : tags) {
    context.set("aws:ResourceTag/" + tag.key, tag.value);
    context.set("iam:ResourceTag/" + tag.key, tag.value);
  }
  return context;
}

RequestContext principal_context(const Principal& principal, Timestamp now) {
  RequestContext context;
  context.set("aws:CurrentTime", iso8601(now));
  context.set("aws:EpochTime", epoch_seconds(now));
  context.set("aws:PrincipalType", principal_type(principal.kind));
  if (principal.kind == PrincipalKind::service) {
    context.set("aws:PrincipalIsAWSService", "true");
    context.set("aws:PrincipalServiceName", principal.name);
    return context;
  }
  context.set("aws:PrincipalIsAWSService", "false");
  context.set("aws:PrincipalAccount", principal.account);
  context.set("aws:PrincipalArn",
              principal.entity_arn.empty() ? principal.arn : principal.entity_arn);
  context.set("aws:userid", principal.user_id);
  if (principal.kind == PrincipalKind::user) context.set("aws:username", principal.name);
  for (const Tag& tag : principal.tags) context.set("aws:PrincipalTag/" + tag.key, tag.value);
  if (principal.temporary()) {
    context.set("aws:TokenIssueTime", iso8601(principal.issued));
    context.set("aws:MultiFactorAuthPresent", "false");
    if (!principal.source_identity.empty())
      context.set("aws:SourceIdentity", principal.source_identity);
  }
  return context;
}

Result<Decision> Authorizer::authorize(AccessRequest request) {
  TRIBUTARY_TRY(const PolicySetPtr policies, policies_of(request.principal));
  request.context.merge(principal_context(request.principal, store_.clock().now()));
  request.context.set("aws:ResourceAccount", request.resource_account.empty()
                                                 ? request.principal.account
                                                 : request.resource_account);
  return evaluate(request, *policies);
}

Result<Decision> Authorizer::authorize_assume_role(AccessRequest request, const Entity* role) {
  TRIBUTARY_TRY(const PolicySetPtr policies, policies_of(request.principal));
  request.context.merge(principal_context(request.principal, store_.clock().now()));
  if (!role) return evaluate_assume_role(request, *policies, nullptr);
  TRIBUTARY_TRY(NamedPolicy document,
                parse("the trust policy", role->trust_policy, PolicyKind::trust));
  TRIBUTARY_TRY(const std::vector<Tag> tags, store_.tags(role->id));
  request.context.merge(role_context(*role, tags));
  const RoleTrust trust{role->account, std::move(document)};
  return evaluate_assume_role(request, *policies, &trust);
}

Result<PolicySetPtr> Authorizer::policies_of(const Principal& principal) {
  if (principal.entity_id.empty()) return std::make_shared<const PolicySet>();
  TRIBUTARY_TRY(const std::uint64_t generation, store_.generation());
  if (generation != generation_ || cache_.size() >= kCacheEntriesMax) cache_.clear();
  generation_ = generation;
  const bool limited = !principal.session_policies.empty();
  const std::string& key = limited ? principal.access_key_id : principal.entity_id;
  if (const auto cached = cache_.find(key); cached != cache_.end()) return cached->second;
  TRIBUTARY_TRY(PolicySetPtr policies, load(principal));
  cache_.emplace(key, policies);
  return policies;
}

Result<PolicySetPtr> Authorizer::load(const Principal& principal) {
  TRIBUTARY_TRY(const auto entity, store_.find_entity(principal.entity_id));
  if (!entity) return std::make_shared<const PolicySet>();
  TRIBUTARY_TRY(PolicySet policies, policies_of(*entity));
  const SessionPolicies& session = principal.session_policies;
  if (!session.empty()) {
    policies.session.emplace();
    if (!session.document.empty()) {
      TRIBUTARY_TRY(NamedPolicy policy,
                    parse("the session policy", session.document, PolicyKind::identity));
      policies.session->push_back(std::move(policy));
    }
    for (const std::string& arn : session.arns) {
      TRIBUTARY_TRY(NamedPolicy policy, managed(arn));
      policies.session->push_back(std::move(policy));
    }
  }
  return std::make_shared<const PolicySet>(std::move(policies));
}

Result<PolicySet> Authorizer::policies_of(const Entity& entity) {
  PolicySet policies;
  TRIBUTARY_TRY(const auto attached, store_.attached(entity.id));
  for (const ManagedPolicy& policy : attached) {
    TRIBUTARY_TRY(NamedPolicy named, managed(policy.arn()));
    policies.identity.push_back(std::move(named));
  }
  TRIBUTARY_TRY(const auto inlined, store_.inline_policies(entity.id));
  for (const InlinePolicy& policy : inlined) {
    TRIBUTARY_TRY(NamedPolicy named,
                  parse("inline policy " + policy.name, policy.document, PolicyKind::identity));
    policies.identity.push_back(std::move(named));
  }
  if (!entity.boundary_arn.empty()) {
    TRIBUTARY_TRY(policies.boundary, managed(entity.boundary_arn));
  }
  return policies;
}

// A policy that is gone allows nothing.
Result<NamedPolicy> Authorizer::managed(std::string_view arn) {
  const std::string name = "managed policy " + std::string(arn);
  TRIBUTARY_TRY(const auto policy, store_.find_policy(arn));
  const NamedPolicy nothing{name, std::make_shared<const Policy>()};
  if (!policy) return nothing;
  TRIBUTARY_TRY(const auto version, store_.find_version(arn, policy->default_version));
  if (!version) return nothing;
  return parse(name, version->document, PolicyKind::identity);
}

}  // namespace tributary::hub::identity
