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

std::string holder_of(const End& end) {
  switch (end.kind) {
    case NodeKind::service: return "service " + end.name;
    case NodeKind::user: return "user " + end.name + " of account " + end.account;
    case NodeKind::role: return "role " + end.name + " of account " + end.account;
    case NodeKind::workspace: return "workspace " + end.name + " of account " + end.account;
  }
  return "";
}

std::string workspace_id(const Arn& arn) {
  constexpr std::string_view kPrefix = "workspace/";
  return arn.resource.starts_with(kPrefix) ? std::string(arn.resource.substr(kPrefix.size())) : "";
}

bool speaks_of(const Policy& policy, std::string_view action) {
  return std::any_of(policy.statements.begin(), policy.statements.end(),
                     [&](const Statement& each) { return action_matches(each, action); });
}

// The text of a trust policy with names for the ids that it is kept with.
std::string shown(const IdentitySnapshot& identities, const std::string& trust) {
  const auto text = replace_aws_principals(trust, [&](std::string_view id) -> Result<std::string> {
    const KnownEntity* known = is_unique_id(id) ? identities.by_id(id) : nullptr;
    return known ? known->arn : std::string(id);
  });
  return text ? *text : trust;
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

Draft::Draft(const IdentitySnapshot& identities, const TopologyInput& input)
    : identities_(identities), input_(input) {
  const Account* asking = identities.account(input.account);
  all_ = asking && asking->monitoring;
  out_.generated_at = input.now;
  for (const TopologyInput::Workspace& workspace : input.workspaces)
    if (const auto arn = split_arn(workspace.arn))
      workspaces_.emplace(workspace_id(*arn), &workspace);
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
  static const PolicySet kNone;
  const Principal principal = principal_of(from);
  AccessRequest request{.principal = principal,
                        .action = std::string(action_of(EdgeKind::assume)),
                        .resource = to.id,
                        .context = principal_context(principal, input_.now)};
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

Topology::Edge* Draft::find(EdgeKind kind, const End& from, const End& to) {
  const auto found = edges_.find(Key{kind, from.id, to.id});
  return found == edges_.end() ? nullptr : &out_.edges[found->second];
}

Topology::Edge* Draft::add(EdgeKind kind, const End& from, const End& to, Judgement judgement) {
  if (!concerns(from, to)) return nullptr;
  if (Topology::Edge* present = find(kind, from, to)) return present;
  if (out_.edges.size() >= kEdgesMax) return nullptr;
  add_node(from);
  add_node(to);
  edges_.emplace(Key{kind, from.id, to.id}, out_.edges.size());
  Topology::Edge& edge = out_.edges.emplace_back();
  edge.kind = kind;
  edge.from = from.id;
  edge.to = to.id;
  edge.action = action_of(kind);
  if (!judgement.allowed) break_edge(edge, from, std::move(judgement.missing));
  add_documents(edge, from, to);
  return &edge;
}

// What came nearest on the far side is not for the account that asks. A trust policy is another
// matter: to those whom it names, a denial tells the same.
void Draft::break_edge(Topology::Edge& edge, const End& from, std::vector<Missing> missing) const {
  edge.broken = true;
  edge.missing = std::move(missing);
  if (sees(from.account)) return;
  for (Missing& each : edge.missing)
    if (each.side != Side::trust_policy) each.near_miss.clear();
}

void Draft::add_node(const End& end) {
  if (!nodes_.emplace(end.id, out_.nodes.size()).second) return;
  out_.nodes.push_back({end.id, end.kind, end.account, end.name});
}

void Draft::add_documents(Topology::Edge& edge, const End& from, const End& to) const {
  const std::string of_from = " of " + holder_of(from);
  if (from.entity && !sees(from.account)) {
    edge.documents.push_back({Side::identity_policy, "policies" + of_from, std::nullopt});
  } else if (from.entity) {
    const std::vector<NamedPolicy>& policies = from.entity->policies.identity;
    const bool any = std::any_of(policies.begin(), policies.end(), [&](const NamedPolicy& each) {
      return speaks_of(*each.policy, edge.action);
    });
    for (std::size_t i = 0; i < policies.size(); ++i)
      if (!any || speaks_of(*policies[i].policy, edge.action))
        edge.documents.push_back({Side::identity_policy, policies[i].name + of_from,
                                  from.entity->documents[i]->document});
    if (from.entity->boundary_document)
      edge.documents.push_back({Side::permissions_boundary,
                                from.entity->policies.boundary->name + of_from,
                                from.entity->boundary_document->document});
  }
  if (!to.entity) return;
  Topology::Document trust{Side::trust_policy, "trust policy of " + holder_of(to), std::nullopt};
  if (sees(to.account)) trust.document = shown(identities_, to.entity->entity.trust_policy);
  edge.documents.push_back(std::move(trust));
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

Topology describe_topology(const IdentitySnapshot& identities, const TopologyInput& input) {
  Draft draft(identities, input);
  draft.draw_trust();
  draft.draw_access();
  draft.draw_flows();
  draft.draw_denials();
  draft.draw_dead_ends();
  return std::move(draft).finish();
}

}  // namespace tributary::hub::identity
