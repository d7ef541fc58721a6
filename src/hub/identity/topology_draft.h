// A topology while it is drawn (topology.h): what each part of the drawing needs of the others.
// Edges of trust come first (topology_trust.cc), then access to workspaces (topology_access.cc),
// then what was seen to happen (topology_events.cc), since each looks at what is there already.
//
// Threads: one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "hub/identity/identity_snapshot.h"
#include "hub/identity/topology.h"

namespace tributary::hub::identity {

std::string_view action_of(EdgeKind kind);  // "sts:AssumeRole"

// One end of an edge. What policies, flows and denials name need not exist.
struct End {
  std::string id;  // ARN; of a service its name
  Topology::NodeKind kind = Topology::NodeKind::role;
  std::string account;
  std::string name;
  const KnownEntity* entity = nullptr;
  const TopologyInput::Workspace* workspace = nullptr;
};

struct Judgement {
  bool allowed = false;
  std::vector<Missing> missing;
};

class Draft {
 public:
  // What a draft takes up at most; the rest is left out.
  static constexpr std::size_t kEdgesMax = 20'000;

  Draft(const IdentitySnapshot& identities, const TopologyInput& input);

  void draw_trust();
  void draw_access();
  void draw_flows();
  void draw_denials();
  // Roles that others come for and that lead nowhere.
  void draw_dead_ends();
  Topology finish() &&;

 private:
  using Key = std::tuple<EdgeKind, std::string, std::string>;

  // Which pairs of a user or role and a role are to be looked at, and how one names the other: not
  // at all, by a condition of the trust policy, or by itself.
  enum class Naming : std::uint8_t { none, by_condition, by_name };
  using Pair = std::pair<const KnownEntity*, const KnownEntity*>;
  using Pairs = std::map<Pair, Naming>;

  bool sees(std::string_view account) const { return all_ || account == input_.account; }
  bool knows(const KnownEntity& from, const KnownEntity& role) const;
  bool concerns(const End& from, const End& to) const {
    return sees(from.account) || sees(to.account);
  }

  // Ends.
  static End end_of(const KnownEntity& entity);
  static End end_of(const TopologyInput::Workspace& workspace);
  static End service_end(std::string_view name);
  static End unknown_end(std::string_view arn);
  End end_of_caller(std::string_view arn) const;
  // As `from` may know it: without what the hub knows of it where another account hides it.
  End end_of_role(std::string_view arn, const End& from) const;
  End end_of_workspace(std::string_view arn) const;
  const TopologyInput::Workspace* workspace_by_id(std::string_view id) const;

  // Decisions.
  Principal principal_of(const End& from) const;
  Judgement judge(EdgeKind kind, const End& from, const End& to) const;
  Judgement judge_assume(const End& from, const End& to) const;
  Judgement judge_use(EdgeKind kind, const End& from, const End& to) const;

  // Edges. `add` makes one unless there is one, with the documents that it came of; null where the
  // account that asks may not see it, or there are too many.
  Topology::Edge* find(EdgeKind kind, const End& from, const End& to);
  Topology::Edge* add(EdgeKind kind, const End& from, const End& to, Judgement judgement);
  void break_edge(Topology::Edge& edge, const End& from, std::vector<Missing> missing) const;
  void add_node(const End& end);
  void add_documents(Topology::Edge& edge, const End& from, const End& to) const;

  // Trust.
  static void meet(Pairs& pairs, const Pair& pair, Naming naming);
  void collect_named_by(const KnownEntity& from, Pairs& pairs);
  void collect_trusted_by(const KnownEntity& role, Pairs& pairs);
  void collect_trusted(const KnownEntity& role, const Statement& statement,
                       const PrincipalPattern& principal, Pairs& pairs);
  void draw_pair(const Pair& pair, Naming naming);
  void draw_lost_principal(const KnownEntity& role, std::string_view id);

  // Access.
  void draw_access_of(const KnownEntity& role);
  void draw_named_workspaces(const KnownEntity& role);

  const IdentitySnapshot& identities_;
  const TopologyInput& input_;
  bool all_ = false;
  std::unordered_map<std::string, const TopologyInput::Workspace*> workspaces_;  // by id
  std::map<Key, std::size_t> edges_;
  std::map<std::string, std::size_t, std::less<>> nodes_;
  Topology out_;
};

}  // namespace tributary::hub::identity
