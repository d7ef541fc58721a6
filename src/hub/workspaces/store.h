// The seam between the gateway and what keeps the data: workspaces are created, configured,
// removed, written to and asked, and nothing else is known of them. `EmbeddedStore` keeps a TSDB
// for each here; a distributed engine with Prometheus' API can stand behind the same interface.
//
// A caller has been authenticated and authorised before it gets here. Answers are complete HTTP
// answers with AMP's and Prometheus' statuses and texts (hub-spec.md, 3.6 and 4).
//
// Threads: any. Every call may block on disk or compute for seconds: call it on a worker, never on
// the loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tributary::hub::workspaces {

struct Answer {
  int status = 200;
  std::string content_type;                                  // none where empty
  std::string body;                                          // not compressed
  std::vector<std::pair<std::string, std::string>> headers;  // others
};

// Decoded parameters, of the posted form and of the query string together, in order, repeats kept.
using Params = std::vector<std::pair<std::string, std::string>>;

// A call of Prometheus' HTTP API. `path` is what follows /workspaces/<id>/api/v1/: "query",
// "labels", "label/job/values" (decoded once). Ends early, with 499, when `stop` is requested.
struct ApiCall {
  std::string_view path;
  const Params& params;
  std::string_view body = {};  // of what is not a form: remote read
  Duration queued{};           // how long it has waited for its turn
  std::stop_token stop = {};
};

// A remote write as it came: headers, and a body in snappy's block format.
struct WriteCall {
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view body;
};

// Samples of a write that were refused for one reason.
struct Refused {
  std::uint64_t count = 0;
  std::string example;  // what the writer is told of the first one, the series included
};

// What became of a write.
struct WriteOutcome {
  Answer answer;
  std::uint64_t samples_stored = 0;
  std::uint64_t histograms_stored = 0;
  std::uint64_t exemplars_stored = 0;
  std::map<std::string, Refused> refused;  // by reason: "out of order sample"
  std::uint64_t exemplars_refused = 0;     // no reason to fail
  // "", or why nothing of the request could be looked at or kept: "request too large". How many
  // samples it had is not known then.
  std::string failure;
};

// How much of its limits a workspace uses.
struct Usage {
  std::size_t active_series = 0;
};

// What the owner of a workspace may set. Nothing: the hub's own.
struct WorkspaceSettings {
  std::optional<Duration> retention;

  bool operator==(const WorkspaceSettings&) const = default;
};

class Store {
 public:
  virtual ~Store() = default;

  // Makes an empty workspace; one that exists already is left as it is.
  virtual Result<void> create(std::string_view workspace_id) = 0;
  // Deletes a workspace with all its data; one that does not exist is not an error. Writes and
  // queries that are under way end first.
  virtual Result<void> remove(std::string_view workspace_id) = 0;
  // Replaces the settings of a workspace; they are not kept over a restart.
  virtual void configure(std::string_view workspace_id, const WorkspaceSettings& settings) = 0;

  // 2xx means stored durably.
  virtual WriteOutcome write(std::string_view workspace_id, const WriteCall& call) = 0;
  virtual Answer call(std::string_view workspace_id, const ApiCall& call) = 0;
  // not_found where there is no such workspace.
  virtual Result<Usage> usage(std::string_view workspace_id) = 0;
};

}  // namespace tributary::hub::workspaces
