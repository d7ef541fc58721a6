// SimulatePrincipalPolicy: what a user or role could do, without doing it. Trust policies and
// session policies take no part, as on AWS.
#include "hub/identity/arn.h"
#include "hub/identity/authorize.h"
#include "hub/identity/iam_operations.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kSimulationsMax = 1'000;

Fault find_source(Call& call, Entity& out) {
  const std::string_view text = call.text("PolicySourceArn");
  const auto arn = split_arn(text);
  const auto resource = arn ? split_iam_resource(arn->resource) : std::nullopt;
  if (!resource || (resource->kind != "user" && resource->kind != "role"))
    return ApiError(400, "InvalidInput",
                    "Invalid Entity Arn: " + std::string(text) +
                        " does not clearly define entity type and name.");
  const EntityKind kind = resource->kind == "role" ? EntityKind::role : EntityKind::user;
  TRIBUTARY_TRY(auto entity, call.store.find_entity(call.caller.account, kind, resource->name));
  if (!entity || entity->arn() != text)
    return no_such_entity("The " + std::string(to_string(kind)) + " with name " +
                          std::string(resource->name) + " cannot be found.");
  out = std::move(*entity);
  return {};
}

RequestContext read_context(const Params& params) {
  RequestContext context;
  for (std::size_t i = 1; i <= params.count("ContextEntries"); ++i) {
    const std::string item = "ContextEntries.member." + std::to_string(i);
    context.set_all(params.text(item + ".ContextKeyName"), params.list(item + ".ContextKeyValues"));
  }
  return context;
}

// As the entity itself; a role's session has no name here.
Principal principal_of(const Entity& entity) {
  const bool role = entity.kind == EntityKind::role;
  return {.kind = role ? PrincipalKind::role_session : PrincipalKind::user,
          .account = entity.account,
          .arn = entity.arn(),
          .user_id = entity.id,
          .entity_id = entity.id,
          .entity_arn = entity.arn(),
          .name = entity.name};
}

void write_result(Xml& out, const AccessRequest& request, const Decision& decision) {
  out.open("member")
      .element("EvalActionName", request.action)
      .element("EvalResourceName", request.resource)
      .element("EvalDecision", to_string(decision.verdict))
      .open("MatchedStatements");
  if (!decision.decided_by.empty())
    out.open("member")
        .element("SourcePolicyId", decision.decided_by)
        .element("SourcePolicyType", "IAM Policy")
        .close("member");
  out.close("MatchedStatements").open("MissingContextValues").close("MissingContextValues");
  out.close("member");
}

}  // namespace

Fault target_simulated(Call& call, Target& target) {
  target.resource = std::string(call.text("PolicySourceArn"));
  return {};
}

Fault simulate_principal_policy(Call& call) {
  Entity entity;
  if (Fault fault = find_source(call, entity)) return fault;
  TRIBUTARY_TRY(PolicySet policies, call.authorizer.policies_of(entity));
  for (const std::string& document : call.params.list("PolicyInputList")) {
    auto policy = parse_policy(document, PolicyKind::identity);
    if (!policy) return ApiError(400, "InvalidInput", policy.error().message());
    policies.identity.push_back(
        {"PolicyInputList", std::make_shared<const Policy>(std::move(policy).value())});
  }
  const std::vector<std::string> actions = call.params.list("ActionNames");
  std::vector<std::string> resources = call.params.list("ResourceArns");
  if (resources.empty()) resources.emplace_back("*");
  if (actions.empty() || actions.size() * resources.size() > kSimulationsMax)
    return ApiError(400, "InvalidInput",
                    "ActionNames times ResourceArns must give 1 to " +
                        std::to_string(kSimulationsMax) + " simulations.");
  const Principal principal = principal_of(entity);
  RequestContext context = principal_context(principal, call.store.clock().now());
  context.merge(read_context(call.params));
  call.out.open("EvaluationResults");
  for (const std::string& action : actions) {
    for (const std::string& resource : resources) {
      const AccessRequest request{
          .principal = principal, .action = action, .resource = resource, .context = context};
      write_result(call.out, request, evaluate(request, policies));
    }
  }
  call.out.close("EvaluationResults").boolean("IsTruncated", false);
  return {};
}

}  // namespace tributary::hub::identity
