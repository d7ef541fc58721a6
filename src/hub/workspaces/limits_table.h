// The limits of every workspace: the hub's defaults, what a file says of single workspaces, and
// what their owners set by AMP's UpdateWorkspaceConfiguration, which goes above both.
//
//   defaults:
//     active_series_max: 500000
//   workspaces:
//     ws-0a1b2c3d-...:
//       active_series_max: 3000000
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "hub/workspaces/limits.h"
#include "hub/workspaces/store.h"

namespace tributary::hub::workspaces {

class LimitsTable {
 public:
  explicit LimitsTable(Limits defaults = {});

  // Of one workspace, now. A snapshot: later changes make another.
  std::shared_ptr<const Limits> of(std::string_view workspace_id) const;
  void set(std::string_view workspace_id, WorkspaceSettings settings);
  void forget(std::string_view workspace_id);

  // Replaces what an earlier file said; on errors everything stays. `base` are the defaults where
  // the file has none.
  void load(std::string text, std::string name, const Limits& base,
            config::Diagnostics& diagnostics);

 private:
  std::shared_ptr<const Limits> combine(std::string_view workspace_id) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Limits> defaults_;
  std::map<std::string, std::shared_ptr<const Limits>, std::less<>> overrides_;
  std::map<std::string, WorkspaceSettings, std::less<>> settings_;
  mutable std::map<std::string, std::shared_ptr<const Limits>, std::less<>> combined_;
};

}  // namespace tributary::hub::workspaces
