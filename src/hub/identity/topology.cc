#include "hub/identity/topology.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/authorize.h"
#include "hub/identity/iam_operations.h"
#include "hub/identity/match.h"
#include "hub/identity/topology_draft.h"

namespace tributary::hub::identity {
namespace {

using NodeKind = Topology::NodeKind;

std::string workspace_id(const Arn& arn) {
  constexpr std::string_view kPrefix = "workspace/";
  return arn.resource.starts_with(kPrefix) ? std::string(arn.resource.substr(kPrefix.size())) : "";
}

// Sessions of the role that the trust policy names: "arn:aws:sts::1:assumed-role/name/session".
std::vector<std::string> sessions_named(const Policy& trust, const End& from) {
  constexpr std::size_t kSessionsMax = 4;  // one is as good as another
  const std::string prefix = "arn:aws:sts::" + from.account + ":assumed-role/" + from.name + "/";
  std::vector<std::string> all;
  for (const Statement& statement : trust.statements)
    for (const PrincipalPattern& principal : statement.principals)
      if (all.size() < kSessionsMax && principal.value.starts_with(prefix))
        all.push_back(principal.value);
  return all;
}

}  // namespace

std::string_view action_of(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::assume: return "sts:AssumeRole";
    case EdgeKind::write: return "aps:RemoteWrite";
    case EdgeKind::query: return "aps:QueryMetrics";
  }
  return "";
}

Draft::Draft(const IdentitySnapshot& identities, const TopologyInput& input,
             const TopologyLimits& limits)
    : identities_(identities), input_(input), limits_(limits) {
  const Account* asking = identities.account(input.account);
  all_ = asking && asking->monitoring;
  out_.generated_at = input.now;
  for (const TopologyInput::Workspace& workspace : input.workspaces) {
    workspaces_of_[workspace.account].push_back(&workspace);
    if (const auto arn = split_arn(workspace.arn))
      workspaces_.emplace(workspace_id(*arn), &workspace);
  }
  for (const KnownEntity& known : identities.entities())
    if (known.is_role() && sees(known.entity.account)) add_node(end_of(known));
  for (const TopologyInput::Workspace& workspace : input.workspaces)
    if (sees(workspace.account)) add_node(end_of(workspace));
}

End Draft::end_of(const KnownEntity& entity) {
  return {.id = entity.arn,
          .kind = entity.is_role() ? NodeKind::role : NodeKind::user,
          .account = entity.entity.account,
          .name = entity.entity.name,
          .entity = &entity};
}

End Draft::end_of(const TopologyInput::Workspace& workspace) {
  const auto arn = split_arn(workspace.arn);
  const std::string id = arn ? workspace_id(*arn) : "";
  return {.id = workspace.arn,
          .kind = NodeKind::workspace,
          .account = workspace.account,
          .name = workspace.alias.empty() ? id : workspace.alias,
          .workspace = &workspace};
}

End Draft::service_end(std::string_view name) {
  return {.id = std::string(name), .kind = NodeKind::service, .name = std::string(name)};
}

End Draft::anyone_end() { return {.id = "*", .kind = NodeKind::anyone, .name = "anyone"}; }

End Draft::end_of_caller(std::string_view arn) const {
  const KnownEntity* known = identities_.by_caller_arn(arn);
  return known ? end_of(*known) : unknown_end(arn);
}

End Draft::unknown_end(std::string_view arn) {
  const auto parts = split_arn(arn);
  if (!parts) return service_end(arn);
  std::string_view name = parts->resource_name();
  std::string id(arn);
  if (parts->service == "sts") {  // assumed-role/name/session
    const std::vector<std::string_view> words = split(parts->resource, '/');
    if (words.size() > 1) name = words[1];
    id = iam_arn(parts->account, "role/" + std::string(name));
  }
  return {.id = std::move(id),
          .kind = parts->resource.starts_with("user/") ? NodeKind::user : NodeKind::role,
          .account = std::string(parts->account),
          .name = std::string(name)};
}

End Draft::end_of_role(std::string_view arn, const End& from) const {
  const KnownEntity* known = identities_.by_arn(arn);
  if (!known || !known->is_role()) return unknown_end(arn);
  const bool shown = from.entity ? knows(*from.entity, *known) : sees(known->entity.account);
  return shown ? end_of(*known) : unknown_end(arn);
}

End Draft::end_of_workspace(std::string_view arn) const {
  const auto parts = split_arn(arn);
  const std::string id = parts ? workspace_id(*parts) : "";
  const TopologyInput::Workspace* known = workspace_by_id(id);
  if (known && known->arn == arn && sees(known->account)) return end_of(*known);
  return {.id = std::string(arn),
          .kind = NodeKind::workspace,
          .account = parts ? std::string(parts->account) : "",
          .name = id};
}

const TopologyInput::Workspace* Draft::workspace_by_id(std::string_view id) const {
  const auto found = workspaces_.find(std::string(id));
  return found == workspaces_.end() ? nullptr : found->second;
}

// As a session of no particular name would be.
Principal Draft::principal_of(const End& from) const {
  if (from.kind == NodeKind::service) return service_principal(from.name);
  Principal principal{.kind = PrincipalKind::user,
                      .account = from.account,
                      .arn = from.id,
                      .entity_arn = from.id,
                      .name = from.name};
  if (from.entity) {
    principal.entity_id = from.entity->entity.id;
    principal.tags = from.entity->tags;
  }
  principal.user_id = principal.entity_id;
  if (from.kind == NodeKind::role) {
    principal.kind = PrincipalKind::role_session;
    principal.user_id += ":session";
    principal.issued = input_.now;
    principal.expires = input_.now + std::chrono::hours(1);
  }
  return principal;
}

Judgement Draft::judge(EdgeKind kind, const End& from, const End& to) const {
  return kind == EdgeKind::assume ? judge_assume(from, to) : judge_use(kind, from, to);
}

Judgement Draft::judge_assume(const End& from, const End& to) const {
  Principal caller = principal_of(from);
  Judgement judgement = judge_assume_as(caller, from, to);
  if (judgement.allowed || from.kind != NodeKind::role || !to.entity) return judgement;
  for (std::string& session : sessions_named(*to.entity->trust.policy, from)) {
    caller.arn = std::move(session);
    Judgement other = judge_assume_as(caller, from, to);
    if (other.allowed || other.missing.size() < judgement.missing.size())
      judgement = std::move(other);
    if (judgement.allowed) break;
  }
  return judgement;
}

Judgement Draft::judge_assume_as(const Principal& caller, const End& from, const End& to) const {
  static const PolicySet kNone;
  AccessRequest request{.principal = caller,
                        .action = std::string(action_of(EdgeKind::assume)),
                        .resource = to.id,
                        .context = principal_context(caller, input_.now)};
  request.context.suppose_request();
  // Services act for what is in the role's account (service_api.h).
  if (from.kind == NodeKind::service) request.context.set("aws:SourceAccount", to.account);
  std::optional<RoleTrust> trust;
  if (to.entity) {
    request.context.merge(role_context(to.entity->entity, to.entity->tags));
    trust = RoleTrust{to.account, to.entity->trust};
  }
  const Decision decision = evaluate_assume_role(
      request, from.entity ? from.entity->policies : kNone, trust ? &*trust : nullptr);
  Judgement judgement{decision.allowed(), missing_of(request, decision)};
  if (!to.entity && sees(to.account))
    for (Missing& missing : judgement.missing)
      if (missing.side == Side::trust_policy) missing.near_miss = "there is no such role";
  return judgement;
}

Judgement Draft::judge_use(EdgeKind kind, const End& from, const End& to) const {
  static const PolicySet kNone;
  const Principal principal = principal_of(from);
  AccessRequest request{.principal = principal,
                        .action = std::string(action_of(kind)),
                        .resource = to.id,
                        .resource_account = to.account,
                        .context = principal_context(principal, input_.now)};
  request.context.suppose_request();
  request.context.set("aws:ResourceAccount", to.account);
  if (const auto arn = split_arn(to.id)) request.context.set("aws:RequestedRegion", arn->region);
  if (to.workspace)
    for (const Tag& tag : to.workspace->tags)
      request.context.set("aws:ResourceTag/" + tag.key, tag.value);
  const Decision decision = evaluate(request, from.entity ? from.entity->policies : kNone);
  return {decision.allowed(), missing_of(request, decision)};
}

Topology Draft::finish() && {
  std::map<std::string_view, Topology::Account> accounts;
  const auto add = [&](const std::string& id) {
    if (id.empty() || accounts.contains(id)) return;
    const Account* known = identities_.account(id);
    const bool visible = known && sees(id);
    accounts.emplace(id, Topology::Account{.id = id,
                                           .name = visible ? known->name : id,
                                           .monitoring = visible && known->monitoring,
                                           .visible = visible});
  };
  for (const Account& account : identities_.accounts())
    if (sees(account.id)) add(account.id);
  for (const Topology::Node& node : out_.nodes) add(node.account);
  for (auto& [id, account] : accounts) out_.accounts.push_back(std::move(account));
  return std::move(out_);
}

Topology describe_topology(const IdentitySnapshot& identities, const TopologyInput& input,
                           const TopologyLimits& limits) {
  Draft draft(identities, input, limits);
  draft.draw_trust();
  draft.draw_access();
  draft.draw_flows();
  draft.draw_denials();
  draft.draw_dead_ends();
  return std::move(draft).finish();
}

}  // namespace tributary::hub::identity
