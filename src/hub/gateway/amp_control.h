// AMP's control API (hub-spec 3.1, 3.2, 3.4): workspaces and their tags, JSON in, JSON out. The
// caller is known and allowed; ids and region come from the route and the signature.
//
// Threads: any; blocks on disk.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "hub/gateway/routes.h"
#include "hub/gateway/workspace_catalog.h"
#include "hub/workspaces/limits_table.h"
#include "hub/workspaces/store.h"

namespace tributary::hub::gateway {

struct ControlRequest {
  const Route& route;
  std::string account;  // of the caller
  std::string region;   // of the signature
  // Of a list, where more than that one is asked for: all that the caller may see.
  std::vector<std::string> regions = {};
  std::string base_url;  // http(s)://host of the request, for prometheusEndpoint
  workspaces::Params query;
  std::string_view body;
};

struct ControlAnswer {
  int status = 200;
  std::string error_code;     // x-amzn-ErrorType; "" on success
  std::string body;           // JSON
  std::string internal = {};  // of a failure: for the audit log, not for the caller
};

ControlAnswer control_error(int status, std::string_view code, std::string_view message);
// 500 in AWS' words; what the error says is internal.
ControlAnswer internal_error(const Error& error);
// 404 with the resource's id and type.
ControlAnswer workspace_not_found(std::string_view id);

class AmpControl {
 public:
  static constexpr std::size_t kWorkspacesMax = 1000;  // per account and region
  static constexpr std::size_t kTagsMax = 50;
  static constexpr std::int64_t kRetentionDaysMax = 1095;

  // All outlive it. `limits` are what holds where an owner has set nothing.
  AmpControl(WorkspaceCatalog& catalog, workspaces::Store& store,
             const workspaces::LimitsTable& limits, const Clock& clock, Random& random)
      : catalog_(catalog), store_(store), limits_(limits), clock_(clock), random_(random) {}

  ControlAnswer handle(const ControlRequest& request);

  // At start: deletions that a crash interrupted are finished, and the store learns what the owners
  // of the others have set.
  Result<void> restore();

 private:
  ControlAnswer create(const ControlRequest& request);
  ControlAnswer list(const ControlRequest& request);
  ControlAnswer update_alias(const ControlRequest& request, WorkspaceRecord record);
  ControlAnswer describe_configuration(const WorkspaceRecord& record);
  ControlAnswer update_configuration(const ControlRequest& request, WorkspaceRecord record);
  ControlAnswer remove(WorkspaceRecord record, std::unique_lock<std::mutex> lock);
  ControlAnswer tag(const ControlRequest& request, WorkspaceRecord record);
  ControlAnswer untag(const ControlRequest& request, WorkspaceRecord record);

  WorkspaceCatalog& catalog_;
  workspaces::Store& store_;
  const workspaces::LimitsTable& limits_;
  const Clock& clock_;
  Random& random_;
  std::mutex changes_;  // held from looking at a record, or at all, to writing what is changed
};

}  // namespace tributary::hub::gateway
