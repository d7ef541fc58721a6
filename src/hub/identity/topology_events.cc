// What was seen to happen, on top of what policies say: writes and queries, and what was refused.
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/topology_draft.h"

namespace tributary::hub::identity {
namespace {

// Older ones mark the edge that is there, and make none.
constexpr Duration kFlowMemory = std::chrono::hours(1);

std::optional<EdgeKind> kind_of(std::string_view action) {
  for (const EdgeKind kind : {EdgeKind::assume, EdgeKind::write, EdgeKind::query})
    if (action == action_of(kind)) return kind;
  return std::nullopt;
}

// Whether its policies allow actions of other services than of Prometheus and STS.
bool is_for_something_else(const KnownEntity& role) {
  const auto is_other = [](const std::string& action) {
    const std::string service = to_lower(action.substr(0, action.find(':')));
    return service != "aps" && service != "sts";
  };
  for (const NamedPolicy& policy : role.policies.identity)
    for (const Statement& statement : policy.policy->statements)
      if (statement.effect == Effect::allow &&
          (statement.not_actions ||
           std::any_of(statement.actions.begin(), statement.actions.end(), is_other)))
        return true;
  return false;
}

}  // namespace

void Draft::draw_flows() {
  for (const TopologyInput::Flow& flow : input_.flows) {
    const End from = end_of_caller(flow.principal);
    const bool assumes = flow.kind == EdgeKind::assume;
    const End to = assumes ? end_of_role(flow.target, from) : end_of_workspace(flow.target);
    if (!concerns(from, to)) continue;
    Topology::Edge* edge = find(flow.kind, from, to);
    const bool recent = flow.last_at && *flow.last_at + kFlowMemory >= input_.now;
    // Who came for a role once and may no longer need not mean to come again.
    // Nor does who was deleted.
    const bool gone = !from.entity && identities_.account(from.account);
    if (!edge && recent && !assumes && !gone)
      edge = add(flow.kind, from, to, judge(flow.kind, from, to));
    if (!edge) continue;
    // What the session brought, its tags for one, gave what policies alone do not.
    if (flow.last_at && *flow.last_at >= identities_.changed_at() &&
        *flow.last_at + kDenialMemory >= input_.now) {
      edge->broken = false;
      edge->missing.clear();
    }
    edge->samples_per_second = edge->samples_per_second.value_or(0) + flow.samples_per_second;
    if (flow.last_at)
      edge->last_at = std::max(edge->last_at.value_or(*flow.last_at), *flow.last_at);
  }
}

// A request that was refused although the policies would allow one like it lacked something else:
// an external id, a permission of the session. That counts until one like it got through, or
// somebody has changed a permission.
void Draft::draw_denials() {
  for (const TopologyInput::Denial& denial : input_.denials) {
    const auto kind = kind_of(denial.action);
    const bool told = !denial.missing.empty() || !denial.reason.empty();
    if (!kind || !told || denial.caller.empty() || denial.at + kDenialMemory < input_.now) continue;
    const End from = end_of_caller(denial.caller);
    const End to = *kind == EdgeKind::assume ? end_of_role(denial.resource, from)
                                             : end_of_workspace(denial.resource);
    if (!concerns(from, to)) continue;
    Topology::Edge* edge = find(*kind, from, to);
    if (edge && edge->broken) continue;
    if (edge && edge->last_at && *edge->last_at > denial.at) continue;
    Judgement judgement = edge ? Judgement{.allowed = true} : judge(*kind, from, to);
    if (judgement.allowed) {
      if (denial.at < identities_.changed_at()) continue;
      judgement = {.allowed = false, .missing = denial.missing};
    }
    if (edge) {
      break_edge(*edge, from, std::move(judgement.missing));
    } else {
      edge = add(*kind, from, to, std::move(judgement));
    }
    if (edge && edge->missing.empty()) edge->reason = denial.reason;
  }
}

void Draft::draw_dead_ends() {
  std::set<std::string_view> leading;  // roles with edges of their own
  std::set<std::string> wanted;        // roles that others come for from another account
  for (const Topology::Edge& edge : out_.edges) {
    leading.insert(edge.from);
    const KnownEntity* role = edge.kind == EdgeKind::assume ? identities_.by_arn(edge.to) : nullptr;
    const KnownEntity* from = identities_.by_caller_arn(edge.from);
    if (role && from && from->entity.account != role->entity.account && sees(role->entity.account))
      wanted.insert(edge.to);
  }
  std::erase_if(wanted, [&](const std::string& arn) { return leading.contains(arn); });
  for (const std::string& arn : wanted) {
    const KnownEntity& role = *identities_.by_arn(arn);
    const auto workspaces = workspaces_of_.find(role.entity.account);
    if (workspaces == workspaces_of_.end() || is_for_something_else(role)) continue;
    meet(role.entity.account, {.kind = EdgeKind::write,
                               .from = end_of(role),
                               .to = end_of(*workspaces->second.front()),
                               .naming = Naming::by_name});
  }
  settle();
}

}  // namespace tributary::hub::identity
