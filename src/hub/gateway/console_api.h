// What the hub adds to AWS' services for whoever looks at it as a whole: the picture of accounts,
// the newest denials, dashboards. The console asks for these; anybody else who may, may too.
//
// The caller is known and allowed.
//
// Threads: any; blocks on disk.
#pragma once

#include <mutex>
#include <string_view>

#include "base/clock.h"
#include "hub/gateway/activity.h"
#include "hub/gateway/amp_control.h"
#include "hub/gateway/denials.h"
#include "hub/gateway/routes.h"
#include "hub/gateway/workspace_catalog.h"
#include "hub/identity/assumed_roles.h"
#include "hub/identity/store.h"
#include "hub/identity/topology.h"

namespace tributary::hub::console {
class DashboardStore;
}

namespace tributary::hub::gateway {

// arn:aws:tributary:<region>:<account>:topology, :denials, :dashboard/<uid> or :dashboard/*.
std::string hub_resource(const Route& route, std::string_view region, std::string_view account);

class ConsoleApi {
 public:
  static constexpr std::size_t kDenialsDefault = 200;
  static constexpr std::size_t kDenialsMax = 1000;

  // All outlive it; `identity_mutex` guards `identities` and `assumed_roles`.
  struct Parts {
    identity::Store& identities;
    const identity::AssumedRoles& assumed_roles;
    std::mutex& identity_mutex;
    WorkspaceCatalog& catalog;
    console::DashboardStore& dashboards;
    const ActivityBook& activity;
    const DenialLog& denials;
    const Clock& clock;
  };

  explicit ConsoleApi(Parts parts) : parts_(parts), reader_(parts.identities) {}

  // Of the request's route: account, query and body.
  ControlAnswer handle(const ControlRequest& request);

 private:
  ControlAnswer topology(const ControlRequest& request);
  ControlAnswer denials(const ControlRequest& request);

  const Parts parts_;
  identity::IdentityReader reader_;
};

}  // namespace tributary::hub::gateway
