// The seam between the gateway and what keeps the data: workspaces are created, removed, written to
// and read from, and nothing else is known of them. `EmbeddedStore` keeps a TSDB for each here; a
// distributed engine with Prometheus' API can stand behind the same interface.
//
// A caller has been authenticated and authorised before it gets here. Answers are complete HTTP
// answers with AMP's and Prometheus' statuses and texts (hub-spec.md, 3.6 and 4).
//
// Threads: any. Every call may block on disk or compute for seconds: call it on a worker, never on
// the loop.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tributary::hub::workspaces {

struct Answer {
  int status = 200;
  std::string content_type;  // none where empty
  std::string body;          // not compressed
};

// Decoded parameters, of the query string and of a posted form together, in order, repeats kept.
using Params = std::vector<std::pair<std::string, std::string>>;

class Store {
 public:
  virtual ~Store() = default;

  // Makes an empty workspace; one that exists already is left as it is.
  virtual Result<void> create(std::string_view workspace_id) = 0;
  // Deletes a workspace with all its data; one that does not exist is not an error. Writes and
  // queries that are under way end first.
  virtual Result<void> remove(std::string_view workspace_id) = 0;

  // Remote write 1.0: `body` as it came, snappy block format. 200 means stored durably.
  virtual Answer write(std::string_view workspace_id, std::string_view body) = 0;

  // Prometheus' read API. `path` is what follows /workspaces/<id>/api/v1/: "query", "labels",
  // "label/job/values" (decoded once). Ends early, with 499, when `stop` is requested.
  virtual Answer read(std::string_view workspace_id, std::string_view path, const Params& params,
                      std::stop_token stop) = 0;
};

}  // namespace tributary::hub::workspaces
