// Which workspaces there are, whose, and under what name: the hub's control state of AMP, in a
// SQLite file. The data itself is the Store's (hub/workspaces).
//
// Threads: any; every call may block on disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tributary::hub::gateway {

enum class WorkspaceStatus : std::uint8_t { creating, active, deleting };
std::string_view to_string(WorkspaceStatus status);  // CREATING, ACTIVE, DELETING

struct WorkspaceRecord {
  std::string id;
  std::string account;
  std::string region;
  std::string alias;  // "" for none
  std::string kms_key_arn;
  std::string client_token;
  WorkspaceStatus status = WorkspaceStatus::creating;
  Timestamp created_at;
  std::map<std::string, std::string> tags;
  std::optional<std::int64_t> retention_days;  // nothing: the hub's own

  std::string arn() const { return "arn:aws:aps:" + region + ":" + account + ":workspace/" + id; }
};

// A record that others read at the same time; null where there is none.
using WorkspaceRecordPtr = std::shared_ptr<const WorkspaceRecord>;

class WorkspaceCatalog {
 public:
  virtual ~WorkspaceCatalog() = default;

  virtual Result<void> add(const WorkspaceRecord& record) = 0;
  virtual Result<void> update(const WorkspaceRecord& record) = 0;
  virtual Result<void> remove(std::string_view id) = 0;
  // Asked for by every request, so kept until anybody, in any process, changes the file.
  virtual Result<WorkspaceRecordPtr> find(std::string_view id) = 0;
  virtual Result<std::vector<WorkspaceRecord>> list() = 0;  // by creation time, then id
};

Result<std::unique_ptr<WorkspaceCatalog>> open_workspace_catalog(const std::string& path);

}  // namespace tributary::hub::gateway
