// The edges from roles to the workspaces that they may write to or query, or are meant to.
#include <algorithm>
#include <array>

#include "hub/identity/arn.h"
#include "hub/identity/compare.h"
#include "hub/identity/match.h"
#include "hub/identity/topology_draft.h"

namespace tributary::hub::identity {
namespace {

constexpr std::array kUses = {EdgeKind::write, EdgeKind::query};

bool allows(const KnownEntity& entity, std::string_view action) {
  for (const NamedPolicy& policy : entity.policies.identity)
    for (const Statement& statement : policy.policy->statements)
      if (statement.effect == Effect::allow && action_matches(statement, action)) return true;
  return false;
}

// One workspace, not many, be it in any region.
bool names_workspace(std::string_view pattern) {
  const auto arn = split_arn(pattern);
  return arn && arn->service == "aps" && arn->resource.starts_with("workspace/ws-") &&
         !has_wildcard(arn->resource);
}

// Whoever describes a workspace or deletes from it need not write to it.
bool is_of_data_plane(const Statement& statement) {
  constexpr std::array<std::string_view, 5> kActions = {"aps:RemoteWrite", "aps:QueryMetrics",
                                                        "aps:GetSeries", "aps:GetLabels",
                                                        "aps:GetMetricMetadata"};
  return std::any_of(kActions.begin(), kActions.end(),
                     [&](std::string_view action) { return action_matches(statement, action); });
}

}  // namespace

void Draft::draw_access() {
  for (const KnownEntity& known : identities_.entities()) {
    if (!known.is_role() || !sees(known.entity.account)) continue;
    look_for(known.entity.account);
    collect_access_of(known);
    collect_named_workspaces(known);
  }
  settle();
}

void Draft::collect_access_of(const KnownEntity& role) {
  const auto workspaces = workspaces_of_.find(role.entity.account);
  if (workspaces == workspaces_of_.end()) return;
  for (const EdgeKind kind : kUses) {
    if (!allows(role, action_of(kind))) continue;
    for (const TopologyInput::Workspace* workspace : workspaces->second) {
      if (!look()) return;
      meet(role.entity.account, {.kind = kind, .from = end_of(role), .to = end_of(*workspace)});
    }
  }
}

// A policy that names a workspace means it: where it does not match, something is wrong with the
// region, the account, the action or a condition, or another policy stands against it.
void Draft::collect_named_workspaces(const KnownEntity& role) {
  for (const NamedPolicy& policy : role.policies.identity)
    for (const Statement& statement : policy.policy->statements) {
      if (statement.effect != Effect::allow || statement.not_resources ||
          !is_of_data_plane(statement))
        continue;
      for (const std::string& pattern : statement.resources) {
        if (!look()) return;
        if (names_workspace(pattern)) collect_named_workspace(role, statement, pattern);
      }
    }
}

void Draft::collect_named_workspace(const KnownEntity& role, const Statement& statement,
                                    const std::string& pattern) {
  End to = end_of_workspace(pattern);
  // The workspace that is meant, if the rest of the ARN is wrong and it is not a secret.
  const auto arn = split_arn(pattern);
  const auto* meant = workspace_by_id(arn->resource.substr(arn->resource.find('/') + 1));
  if (!to.workspace && meant && sees(meant->account)) to = end_of(*meant);
  if (!to.workspace && has_wildcard(pattern)) return;
  Candidate candidate{.from = end_of(role), .to = std::move(to)};
  for (const EdgeKind kind : kUses) {
    if (!action_matches(statement, action_of(kind))) continue;
    candidate.kind = kind;
    candidate.naming = Naming::by_name;
    meet(role.entity.account, candidate);
  }
  if (candidate.naming == Naming::by_name) return;
  candidate.kind = EdgeKind::write;
  candidate.naming = Naming::by_other_action;
  meet(role.entity.account, candidate);
}

}  // namespace tributary::hub::identity
