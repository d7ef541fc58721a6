// Which candidates become edges of a topology, and what an edge holds.
#include <algorithm>
#include <limits>

#include "hub/identity/arn.h"
#include "hub/identity/authorize.h"
#include "hub/identity/iam_operations.h"
#include "hub/identity/match.h"
#include "hub/identity/topology_draft.h"

namespace tributary::hub::identity {
namespace {

using NodeKind = Topology::NodeKind;

// To decide on so much policy takes about as long as to decide on nothing and keep the edge.
constexpr std::size_t kBytesPerCandidate = 8192;

std::string holder_of(const End& end) {
  switch (end.kind) {
    case NodeKind::service: return "service " + end.name;
    case NodeKind::user: return holder_text("user", end.name, end.account);
    case NodeKind::role: return holder_text("role", end.name, end.account);
    case NodeKind::workspace: return holder_text("workspace", end.name, end.account);
    case NodeKind::anyone: return end.name;
  }
  return "";
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

std::size_t policy_bytes(const End& from, const End& to) {
  std::size_t bytes = to.entity ? to.entity->entity.trust_policy.size() : 0;
  if (!from.entity) return bytes;
  for (const ParsedPolicyPtr& policy : from.entity->documents) bytes += policy->document.size();
  const ParsedPolicyPtr& boundary = from.entity->boundary_document;
  return boundary ? bytes + boundary->document.size() : bytes;
}

}  // namespace

std::size_t fair_share(std::vector<std::size_t> wanted, std::size_t total) {
  std::sort(wanted.begin(), wanted.end());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::size_t share = total / (wanted.size() - i);
    if (wanted[i] > share) return share;
    total -= wanted[i];
  }
  return std::numeric_limits<std::size_t>::max();
}

// Entities come account by account.
void Draft::look_for(const std::string& account) {
  if (account == looking_for_) return;
  looking_for_ = account;
  looks_left_ = limits_.looks_max;
}

bool Draft::look(std::size_t cost) {
  if (looks_left_ < cost) {
    looks_left_ = 0;
    ++out_.left_out;
    return false;
  }
  looks_left_ -= cost;
  return true;
}

void Draft::meet(const std::string& account, Candidate candidate) {
  if (!concerns(candidate.from, candidate.to)) return;
  auto& known = candidates_[account];
  const Key key{candidate.kind, candidate.from.id, candidate.to.id};
  if (const auto found = known.find(key); found != known.end()) {
    found->second.naming = std::max(found->second.naming, candidate.naming);
  } else if (known.size() < limits_.candidates_max) {
    known.emplace(key, std::move(candidate));
  } else {
    ++out_.left_out;
  }
}

void Draft::settle() {
  const auto cost = [](const Candidate& candidate) {
    return 1 + policy_bytes(candidate.from, candidate.to) / kBytesPerCandidate;
  };
  std::vector<std::size_t> wanted;
  for (const auto& [account, all] : candidates_) {
    std::size_t sum = 0;
    for (const auto& [key, candidate] : all) sum += cost(candidate);
    wanted.push_back(sum);
  }
  const std::size_t share = fair_share(std::move(wanted), limits_.candidates_max);
  for (auto& [account, all] : candidates_) {
    std::size_t spent = 0;
    for (auto& [key, candidate] : all) {
      if (spent + cost(candidate) > share) {
        ++out_.left_out;
        continue;
      }
      spent += cost(candidate);
      draw(std::move(candidate));
    }
  }
  candidates_.clear();
  looking_for_.clear();
}

void Draft::draw(Candidate candidate) {
  const End& from = candidate.from;
  const End& to = candidate.to;
  if (find(candidate.kind, from, to)) return;
  Judgement judgement = candidate.known ? *candidate.known : judge(candidate.kind, from, to);
  if (!candidate.known && !is_meant(candidate, judgement)) return;
  if (to.kind == NodeKind::workspace && !to.workspace && judgement.allowed)
    judgement = {.missing = {{.side = Side::resource_policy,
                              .holder = "account " + to.account,
                              .near_miss = "there is no workspace " + to.name}}};
  add(candidate.kind, from, to, std::move(judgement));
}

bool Draft::is_meant(const Candidate& candidate, const Judgement& judgement) const {
  if (candidate.kind == EdgeKind::assume) return is_meant_trust(candidate, judgement);
  switch (candidate.naming) {
    case Naming::none:
    case Naming::by_condition: return judgement.allowed;
    case Naming::by_other_action:
      return !judgement.allowed && !judge(EdgeKind::query, candidate.from, candidate.to).allowed;
    case Naming::by_name: return true;
  }
  return false;
}

Topology::Edge* Draft::find(EdgeKind kind, const End& from, const End& to) {
  const auto found = edges_.find(Key{kind, from.id, to.id});
  return found == edges_.end() ? nullptr : &out_.edges[found->second];
}

Topology::Edge* Draft::add(EdgeKind kind, const End& from, const End& to, Judgement judgement) {
  if (!concerns(from, to)) return nullptr;
  if (Topology::Edge* present = find(kind, from, to)) return present;
  if (out_.edges.size() >= limits_.edges_max) {
    ++out_.left_out;
    return nullptr;
  }
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

// A managed policy is the same whosesoever it is, and is shown once.
void Draft::add_documents(Topology::Edge& edge, const End& from, const End& to) {
  const std::string of_from = " of " + holder_of(from);
  const auto add = [&](Side side, const std::string& name, const ParsedPolicyPtr& policy) {
    const bool managed = name.starts_with("managed policy ");
    add_document(edge, side, managed ? name : name + of_from, from.account,
                 [&] { return Text(policy, &policy->document); });
  };
  if (from.entity && !sees(from.account)) {
    add_document(edge, Side::identity_policy, "policies" + of_from, from.account, nullptr);
  } else if (from.entity) {
    const std::vector<NamedPolicy>& policies = from.entity->policies.identity;
    const bool any = std::any_of(policies.begin(), policies.end(), [&](const NamedPolicy& each) {
      return speaks_of(*each.policy, edge.action);
    });
    for (std::size_t i = 0; i < policies.size(); ++i)
      if (!any || speaks_of(*policies[i].policy, edge.action))
        add(Side::identity_policy, policies[i].name, from.entity->documents[i]);
    if (from.entity->boundary_document)
      add(Side::permissions_boundary, from.entity->policies.boundary->name,
          from.entity->boundary_document);
  }
  if (!to.entity) return;
  add_document(edge, Side::trust_policy, "trust policy of " + holder_of(to), to.account, [&] {
    return std::make_shared<const std::string>(shown(identities_, to.entity->entity.trust_policy));
  });
}

void Draft::add_document(Topology::Edge& edge, Side side, std::string title,
                         const std::string& account, const std::function<Text()>& text) {
  const auto [found, fresh] = documents_.try_emplace({side, title}, out_.documents.size());
  edge.documents.push_back(found->second);
  if (!fresh) return;
  Topology::Document& document = out_.documents.emplace_back();
  document.side = side;
  document.title = std::move(title);
  if (!sees(account)) return;
  Text all = text();
  std::size_t& bytes = document_bytes_[account];
  document.left_out = bytes + all->size() > limits_.document_bytes_max;
  if (document.left_out) return;
  bytes += all->size();
  document.text = std::move(all);
}

}  // namespace tributary::hub::identity
