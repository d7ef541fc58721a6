// The store of a single hub: a TSDB in Prometheus' on-disk format for each workspace, in
// DIR/workspaces/<workspace id>/.
//
// A database is opened at the first call that needs it and stays open. A directory counts as a
// workspace from `create` on; removal renames it away first, so that a crash half way leaves
// nothing that looks like a workspace.
//
// Threads: any; see store.h.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "hub/workspaces/limits_table.h"
#include "hub/workspaces/store.h"
#include "hub/workspaces/write_memory.h"
#include "promql/parser.h"

namespace tributary {
class Disk;
}
namespace tributary::tsdb {
struct DbStats;
}  // namespace tributary::tsdb
namespace tributary::promql {
class Parallel;
}

namespace tributary::hub::workspaces {

class EmbeddedStore final : public Store {
 public:
  struct Options {
    std::string directory;  // the hub's data directory
    LimitsTable& limits;
    promql::Features features = {};
    promql::Parallel* parallel = nullptr;  // none: a query keeps to its thread
  };

  // What `options` refers to, `disk`, `clock` and `telemetry` outlive the store.
  static Result<std::unique_ptr<EmbeddedStore>> open(Options options, Disk& disk,
                                                     const Clock& clock, Telemetry& telemetry,
                                                     Logger log);
  ~EmbeddedStore() override;

  Result<void> create(std::string_view workspace_id) override;
  Result<void> remove(std::string_view workspace_id) override;
  void configure(std::string_view workspace_id, const WorkspaceSettings& settings) override;
  WriteOutcome write(std::string_view workspace_id, const WriteCall& call) override;
  Answer call(std::string_view workspace_id, const ApiCall& call) override;
  Result<Usage> usage(std::string_view workspace_id) override;

  // Opens every workspace now, so that the first request does not wait for the replay.
  void open_all();
  // Housekeeping of every open workspace (retention, compaction, metrics), a part of each in turn
  // until there is nothing more to do: call it every minute or so.
  void maintain(std::stop_token stop = {});

 private:
  struct Workspace;

  EmbeddedStore(Options options, Disk& disk, const Clock& clock, Telemetry& telemetry, Logger log);
  std::string path_of(std::string_view workspace_id) const;
  // The workspace, perhaps not yet open; null where there is none.
  std::shared_ptr<Workspace> find(std::string_view workspace_id);
  // Opens its database unless that has been done. Called with `workspace.use` held.
  Result<void> ensure_open(Workspace& workspace);
  // Calls use(workspace) while nobody can remove it, the database open.
  template <class Use>
  Answer with_workspace(std::string_view workspace_id, Use use);
  void count_write(Workspace& workspace, const WriteOutcome& outcome);
  // Whether there is more to do soon.
  bool maintain(Workspace& workspace, const std::stop_token& stop);
  void publish(const Workspace& workspace, const tsdb::DbStats& stats);

  Options options_;
  const Timestamp started_;
  Disk& disk_;
  const Clock& clock_;
  Telemetry& telemetry_;
  Logger log_;
  WriteMemories write_memories_;
  std::mutex mutex_;  // guards the map, not the workspaces
  std::unordered_map<std::string, std::shared_ptr<Workspace>> open_;
};

}  // namespace tributary::hub::workspaces
