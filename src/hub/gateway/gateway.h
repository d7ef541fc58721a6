// The hub's front: every request is verified (SigV4), routed on the path that was verified,
// authorised, carried out on a worker, and written to the audit log. No signature is needed for
// /-/healthy, /-/ready and /metrics, from loopback only; for the console's page; and for the
// operations of STS whose parameters are the proof of who asks.
//
// Threads: `handle` on the loop; the rest on workers.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/telemetry.h"
#include "hub/gateway/activity.h"
#include "hub/gateway/amp_control.h"
#include "hub/gateway/audit.h"
#include "hub/gateway/console_api.h"
#include "hub/gateway/denials.h"
#include "hub/gateway/query_queue.h"
#include "hub/gateway/verification.h"
#include "hub/gateway/workspace_catalog.h"
#include "hub/identity/authorize.h"
#include "hub/identity/iam_api.h"
#include "hub/identity/store.h"
#include "hub/identity/sts_api.h"
#include "hub/workspaces/limits_table.h"
#include "hub/workspaces/store.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"
#include "net/worker_pool.h"

namespace tributary::hub::gateway {

class Gateway {
 public:
  struct Options {
    std::size_t gzip_bytes_min = 1024;     // smaller answers are not compressed
    std::size_t queries_running_max = 16;  // of all workspaces: the threads of `queries`
  };

  // Everything outlives the gateway. `identities` is used under the gateway's own mutex.
  struct Parts {
    net::Loop& loop;
    net::WorkerPool& workers;
    net::WorkerPool& queries;  // for queries alone, so that nothing else waits for them
    identity::Store& identities;
    WorkspaceCatalog& catalog;
    workspaces::Store& workspaces;
    const workspaces::LimitsTable& limits;
    console::DashboardStore& dashboards;
    const Clock& clock;
    Random& random;
    Telemetry& telemetry;
    Logger log;
  };

  Gateway(Parts parts, Options options);

  net::Task<net::Response> handle(net::ServerRequest request);

  // What a restart leaves to do for the workspaces. Blocks.
  Result<void> restore() { return amp_.restore(); }

  // Whose figures /metrics shows; outlives the gateway's last request.
  void set_server(const net::HttpServer& server) { server_ = &server; }

  // Until then /-/ready answers 503.
  void set_ready(bool ready) { ready_ = ready; }

 private:
  // A call of a workspace's HTTP API that is allowed and waits for its turn.
  struct Query {
    std::string workspace_id;
    std::string path;
    workspaces::Params params;
    QueryQueue::Share share;
  };
  // A request on its way: answered, or a query.
  struct Exchange {
    net::ServerRequest request;
    Trail trail;
    std::optional<Query> query;
    net::Response response;
  };

  // What a caller wants to do to what.
  struct Access {
    std::string action;
    std::string resource;
    std::string account;  // whose it is; "" is the caller's own
    std::string region;
    const std::map<std::string, std::string>* tags = nullptr;
  };
  // Nothing when allowed; the trail learns of it either way.
  using Denied = std::optional<identity::ApiError>;

  // gateway.cc: what needs no signature, and the way from a request to its plane.
  std::optional<net::Response> answer_unsigned(const net::ServerRequest& request);
  net::Response metrics();
  // Everything up to the answer, or to the query.
  net::Response dispatch(Exchange& exchange);
  net::Response refuse(const identity::ApiError& error, Plane plane, Trail& trail);
  net::Response run_operation(const identity::ApiService& service, const identity::Params& params,
                              const Caller* caller, Exchange& exchange);
  net::Response query_protocol(Exchange& exchange, const Caller& caller);
  void describe_attempt(const net::ServerRequest& request, Trail& trail);
  Denied authorize(const net::ServerRequest& request, const Caller& caller, Access access,
                   Trail& trail);
  // Audit and compression.
  void finish(Exchange& exchange);

  // gateway_planes.cc: what is done for a caller who is known.
  net::Response control(Exchange& exchange, const Route& route, const Caller& caller);
  net::Response list_workspaces(Exchange& exchange, ControlRequest request, const Caller& caller);
  net::Response hub(Exchange& exchange, const Route& route, const Caller& caller);
  net::Response data(Exchange& exchange, const Route& route, const Caller& caller);
  net::Response write(Exchange& exchange, const WorkspaceRecord& record, const Caller& caller);
  net::Response activity(const WorkspaceRecord& record, Trail& trail);
  net::Task<void> run_query(Exchange& exchange);

  Parts parts_;
  Options options_;
  std::mutex identity_mutex_;
  identity::Authenticator authenticator_;
  identity::Authorizer authorizer_;
  identity::IamApi iam_;
  identity::StsApi sts_;
  Verification verification_;
  AmpControl amp_;
  ActivityBook activity_;
  DenialLog denials_;
  Audit audit_;
  ConsoleApi console_;
  QueryQueue queue_;
  const net::HttpServer* server_ = nullptr;
  std::atomic<bool> ready_{false};
};

}  // namespace tributary::hub::gateway
