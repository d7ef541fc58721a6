// Who may become whom, and who may write to and query which workspace, in all accounts: the graph
// that the console draws. Every edge is decided by evaluate.h on the policies of both sides; one
// that somebody meant to be there and that is refused is broken, and says what is missing where.
//
// What only a request brings (its external id, the address it comes from) is supposed to be as the
// policies want it. That a real request brought something else is told by its denial. A service
// that assumes a role acts for something in the role's account.
//
// Threads: IdentityReader one at a time, the store's. A snapshot never changes: describe_topology
// is pure and needs no lock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "hub/identity/missing.h"
#include "hub/identity/principal.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

// Accounts, users, roles and their policies at one moment.
class IdentitySnapshot;
using IdentitySnapshotPtr = std::shared_ptr<const IdentitySnapshot>;

// Reads everything at once, and again only when somebody has changed the database.
class IdentityReader {
 public:
  explicit IdentityReader(Store& store) : store_(store) {}

  Result<IdentitySnapshotPtr> read();

 private:
  Store& store_;
  std::uint64_t generation_ = 0;
  IdentitySnapshotPtr snapshot_;
};

enum class EdgeKind : std::uint8_t { assume, write, query };

// What the hub knows besides the policies.
struct TopologyInput {
  struct Workspace {
    std::string arn;
    std::string account;
    std::string alias;      // "" for none
    std::vector<Tag> tags;  // conditions may ask for them
  };
  // Who writes to a workspace, queries it, or assumed a role.
  struct Flow {
    std::string principal;  // ARN of the user or role, or of the role's session
    std::string target;     // ARN of the workspace, or of the role
    EdgeKind kind = EdgeKind::write;
    double samples_per_second = 0;
    std::optional<Timestamp> last_at;
  };
  // Of sts:AssumeRole, aps:RemoteWrite and aps:QueryMetrics; others are passed over.
  struct Denial {
    Timestamp at{};
    std::string caller;  // ARN, of a role's session too; a service's name
    std::string action;
    std::string resource;  // ARN
    std::string reason;    // for people; where no statement is missing, all that is known
    std::vector<Missing> missing;
  };

  std::string account;  // that asks: it sees its own edges, all of them if it is a monitoring one
  Timestamp now{};
  std::vector<Workspace> workspaces;
  std::vector<Flow> flows;
  std::vector<Denial> denials;  // older ones than kDenialMemory do not count
};
inline constexpr Duration kDenialMemory = std::chrono::minutes(5);

// What drawing takes at most. Whatever accounts fill up, the others keep their share.
struct TopologyLimits {
  // Edges to decide on, in each step (topology_draft.h); long policies count several times.
  std::size_t candidates_max = 20'000;
  std::size_t looks_max = 200'000;  // for them, through the policies of one account
  std::size_t edges_max = 50'000;
  std::size_t document_bytes_max = 4 * 1024 * 1024;  // of one account
};

struct Topology {
  struct Account {
    std::string id;
    std::string name;
    bool monitoring = false;
    bool visible = false;  // its policies may be seen by the account that asks
  };
  enum class NodeKind : std::uint8_t { service, user, role, workspace, anyone };
  struct Node {
    std::string id;  // ARN; of a service its name; "*" of anyone
    NodeKind kind = NodeKind::role;
    std::string account;  // "" of a service and of anyone
    std::string name;
  };
  struct Document {
    Side side = Side::identity_policy;
    std::string title;  // "trust policy of role ECS-AMP-Central-Role of account 222222222222"
    std::shared_ptr<const std::string> text;  // null where it may not be seen or is left out
    bool left_out = false;                    // over TopologyLimits::document_bytes_max
  };
  struct Edge {
    EdgeKind kind = EdgeKind::assume;
    std::string from;
    std::string to;
    bool broken = false;
    std::string action;  // "sts:AssumeRole"
    std::vector<Missing> missing;
    std::string reason;  // of a refusal for which no statement is missing
    std::optional<double> samples_per_second;
    std::optional<Timestamp> last_at;
    std::vector<std::size_t> documents;  // in Topology::documents
  };

  Timestamp generated_at{};
  std::vector<Account> accounts;
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<Document> documents;  // each once
  // What was not looked at for TopologyLimits, at least: each may have been an edge.
  std::size_t left_out = 0;

  bool truncated() const { return left_out > 0; }
};

Topology describe_topology(const IdentitySnapshot& identities, const TopologyInput& input,
                           const TopologyLimits& limits = {});

// As the console reads it (web/src/api/types.ts).
std::string to_json(const Topology& topology);

}  // namespace tributary::hub::identity
