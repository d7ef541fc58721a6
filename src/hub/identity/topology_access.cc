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

}  // namespace

void Draft::draw_access() {
  for (const KnownEntity& known : identities_.entities())
    if (known.is_role() && sees(known.entity.account)) {
      draw_access_of(known);
      draw_named_workspaces(known);
    }
}

void Draft::draw_access_of(const KnownEntity& role) {
  const End from = end_of(role);
  for (const EdgeKind kind : kUses) {
    if (!allows(role, action_of(kind))) continue;
    for (const TopologyInput::Workspace& workspace : input_.workspaces) {
      if (workspace.account != role.entity.account) continue;
      const End to = end_of(workspace);
      Judgement judgement = judge(kind, from, to);
      if (judgement.allowed) add(kind, from, to, std::move(judgement));
    }
  }
}

// A policy that names a workspace means it: where it does not match, something is wrong with the
// region, the account, the action or a condition, or another policy stands against it.
void Draft::draw_named_workspaces(const KnownEntity& role) {
  const End from = end_of(role);
  const auto draw = [&](const Statement& statement, const std::string& pattern) {
    End to = end_of_workspace(pattern);
    // The workspace that is meant, if the rest of the ARN is wrong and it is not a secret.
    const auto arn = split_arn(pattern);
    const auto* meant = workspace_by_id(arn->resource.substr(arn->resource.find('/') + 1));
    if (!to.workspace && meant && sees(meant->account)) to = end_of(*meant);
    if (!to.workspace && has_wildcard(pattern)) return;
    bool spoken = false;
    for (const EdgeKind kind : kUses) {
      if (!action_matches(statement, action_of(kind))) continue;
      spoken = true;
      Judgement judgement = judge(kind, from, to);
      if (!to.workspace && judgement.allowed)
        judgement = {.missing = {{.side = Side::resource_policy,
                                  .holder = "account " + to.account,
                                  .near_miss = "there is no workspace " + to.name}}};
      add(kind, from, to, std::move(judgement));
    }
    if (spoken) return;
    Judgement write = judge(EdgeKind::write, from, to);
    if (!write.allowed && !judge(EdgeKind::query, from, to).allowed)
      add(EdgeKind::write, from, to, std::move(write));
  };
  for (const NamedPolicy& policy : role.policies.identity)
    for (const Statement& statement : policy.policy->statements) {
      if (statement.effect != Effect::allow || statement.not_resources) continue;
      for (const std::string& pattern : statement.resources)
        if (names_workspace(pattern)) draw(statement, pattern);
    }
}

}  // namespace tributary::hub::identity
