// A topology while it is drawn (topology.h): what each part of the drawing needs of the others.
// Edges of trust come first (topology_trust.cc), then access to workspaces (topology_access.cc),
// then what was seen to happen (topology_events.cc), since each looks at what is there already.
//
// A step first collects candidates, by the account whose policies brought them up, and then decides
// on as many of each account as are its fair share (topology_edges.cc): no account can fill up the
// picture of the others, nor the time that it takes.
//
// Threads: one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hub/identity/identity_snapshot.h"
#include "hub/identity/topology.h"

namespace tributary::hub::identity {

std::string_view action_of(EdgeKind kind);  // "sts:AssumeRole"

// One end of an edge. What policies, flows and denials name need not exist.
struct End {
  std::string id;  // as of a Topology::Node
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

// The most that each may have of `total` where those who want less leave the rest to the others.
std::size_t fair_share(std::vector<std::size_t> wanted, std::size_t total);

class Draft {
 public:
  Draft(const IdentitySnapshot& identities, const TopologyInput& input,
        const TopologyLimits& limits);

  void draw_trust();
  void draw_access();
  void draw_flows();
  void draw_denials();
  // Roles that others come for and that lead nowhere.
  void draw_dead_ends();
  Topology finish() &&;

 private:
  using Key = std::tuple<EdgeKind, std::string, std::string>;

  // How one end names the other: not at all, by a condition of the trust policy, for another action
  // than an edge is of, or by itself. What is meant and refused is a broken edge.
  enum class Naming : std::uint8_t { none, by_condition, by_other_action, by_name };
  struct Candidate {
    EdgeKind kind = EdgeKind::assume;
    End from;
    End to;
    Naming naming = Naming::none;
    std::optional<Judgement> known;  // where nothing is to be decided
  };
  using Candidates = std::map<std::string, std::map<Key, Candidate>, std::less<>>;  // by account

  bool sees(std::string_view account) const { return all_ || account == input_.account; }
  bool knows(const KnownEntity& from, const KnownEntity& role) const;
  bool concerns(const End& from, const End& to) const {
    return sees(from.account) || sees(to.account);
  }

  // Ends.
  static End end_of(const KnownEntity& entity);
  static End end_of(const TopologyInput::Workspace& workspace);
  static End service_end(std::string_view name);
  static End anyone_end();
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
  Judgement judge_assume_as(const Principal& caller, const End& from, const End& to) const;
  Judgement judge_use(EdgeKind kind, const End& from, const End& to) const;

  // Candidates. `look` counts what is looked at for an account's; false is enough of it.
  void look_for(const std::string& account);
  bool look(std::size_t cost = 1);
  void meet(const std::string& account, Candidate candidate);
  void settle();
  void draw(Candidate candidate);
  bool is_meant(const Candidate& candidate, const Judgement& judgement) const;
  bool is_meant_trust(const Candidate& candidate, const Judgement& judgement) const;

  // Edges. `add` makes one unless there is one, with the documents that it came of; null where the
  // account that asks may not see it, or there are too many.
  Topology::Edge* find(EdgeKind kind, const End& from, const End& to);
  Topology::Edge* add(EdgeKind kind, const End& from, const End& to, Judgement judgement);
  void break_edge(Topology::Edge& edge, const End& from, std::vector<Missing> missing) const;
  void add_node(const End& end);
  using Text = std::shared_ptr<const std::string>;
  void add_documents(Topology::Edge& edge, const End& from, const End& to);
  void add_document(Topology::Edge& edge, Side side, std::string title, const std::string& account,
                    const std::function<Text()>& text);

  // Trust.
  void meet_pair(const KnownEntity& payer, const KnownEntity& from, const KnownEntity& role,
                 Naming naming);
  void collect_named_by(const KnownEntity& from);
  void collect_named_by(const KnownEntity& from, const std::string& pattern);
  void collect_trusted_by(const KnownEntity& role);
  void collect_trusted(const KnownEntity& role, const Statement& statement,
                       const PrincipalPattern& principal);
  void collect_trusted_account(const KnownEntity& role, const Statement& statement,
                               const std::string& account);
  void collect_lost_principal(const KnownEntity& role, std::string_view id);

  // Access.
  void collect_access_of(const KnownEntity& role);
  void collect_named_workspaces(const KnownEntity& role);
  void collect_named_workspace(const KnownEntity& role, const Statement& statement,
                               const std::string& pattern);

  const IdentitySnapshot& identities_;
  const TopologyInput& input_;
  const TopologyLimits limits_;
  bool all_ = false;
  Candidates candidates_;
  std::string looking_for_;
  std::size_t looks_left_ = 0;
  std::unordered_map<std::string, const TopologyInput::Workspace*> workspaces_;  // by id
  std::unordered_map<std::string_view, std::vector<const TopologyInput::Workspace*>> workspaces_of_;
  std::map<Key, std::size_t> edges_;
  std::map<std::string, std::size_t, std::less<>> nodes_;
  std::map<std::pair<Side, std::string>, std::size_t> documents_;  // by title
  std::unordered_map<std::string, std::size_t> document_bytes_;    // by account
  Topology out_;
};

}  // namespace tributary::hub::identity
