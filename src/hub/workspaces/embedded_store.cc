#include "hub/workspaces/embedded_store.h"

#include <algorithm>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "hub/workspaces/query_api.h"
#include "hub/workspaces/rate_limit.h"
#include "hub/workspaces/remote_write.h"
#include "promql/engine.h"
#include "promql/sample_budget.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::string_view kDeletedSuffix = ".tmp-for-deletion";
constexpr Duration kRefusalLogInterval = 1min;

// The id becomes a directory's name.
bool is_plain_name(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Answer no_such_workspace() {
  return {.status = 404,
          .content_type = "application/json",
          .body = "{\"Message\":\"Workspace not found\"}"};
}

Answer unavailable(const Error& error) {
  return {
      .status = 503, .content_type = "text/plain; charset=utf-8", .body = error.message() + "\n"};
}

tsdb::DbOptions db_options(const Limits& limits) {
  return {.series_max = limits.active_series_max,
          .series_per_metric_max = limits.series_per_metric_max,
          .metadata_families_max = limits.metadata_families_max,
          .future_max = limits.future_max,
          .out_of_order_window = limits.out_of_order_window,
          .exemplars_max = limits.exemplars_max,
          .retention = limits.retention,
          .retention_bytes = limits.retention_size.bytes};
}

}  // namespace

struct EmbeddedStore::Workspace {
  explicit Workspace(std::string workspace_id) : id(std::move(workspace_id)) {}

  const std::string id;
  RateLimit rate;
  promql::SampleBudget samples{0};
  std::shared_mutex use;  // shared by calls under way, exclusive for the removal
  bool removed = false;
  std::mutex opening;            // guards setting `db`
  std::unique_ptr<tsdb::Db> db;  // set once, unless removed
  std::mutex log_mutex;
  LogLimiter refusal_log{kRefusalLogInterval};
};

EmbeddedStore::EmbeddedStore(Options options, Disk& disk, const Clock& clock, Telemetry& telemetry,
                             Logger log)
    : options_(std::move(options)),
      started_(clock.now()),
      disk_(disk),
      clock_(clock),
      telemetry_(telemetry),
      log_(std::move(log)) {}

EmbeddedStore::~EmbeddedStore() = default;

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(Options options, Disk& disk,
                                                           const Clock& clock, Telemetry& telemetry,
                                                           Logger log) {
  std::unique_ptr<EmbeddedStore> store(
      new EmbeddedStore(std::move(options), disk, clock, telemetry, std::move(log)));
  const std::string root = store->path_of("");
  if (auto done = disk.make_directory(root); !done) return done.error();
  TRIBUTARY_TRY(const auto names, disk.list(root));
  for (const std::string& name : names) {
    if (!name.ends_with(kDeletedSuffix)) continue;
    if (auto done = disk.remove(store->path_of(name)); !done) return done.error();
  }
  return store;
}

std::string EmbeddedStore::path_of(std::string_view workspace_id) const {
  std::string path = options_.directory + "/workspaces";
  if (!workspace_id.empty()) path += '/' + std::string(workspace_id);
  return path;
}

std::shared_ptr<EmbeddedStore::Workspace> EmbeddedStore::find(std::string_view workspace_id) {
  if (!is_plain_name(workspace_id)) return nullptr;
  const std::lock_guard lock(mutex_);
  const std::string id(workspace_id);
  if (const auto found = open_.find(id); found != open_.end()) return found->second;
  if (!disk_.exists(path_of(id))) return nullptr;
  auto workspace = std::make_shared<Workspace>(id);
  open_.emplace(id, workspace);
  return workspace;
}

Result<void> EmbeddedStore::ensure_open(Workspace& workspace) {
  const std::lock_guard lock(workspace.opening);
  if (workspace.db) return {};
  const tsdb::DbOptions options = db_options(*options_.limits.of(workspace.id));
  TRIBUTARY_TRY(workspace.db, tsdb::Db::open(path_of(workspace.id), options, disk_, clock_,
                                             log_.with({{"workspace", workspace.id}})));
  publish(workspace, workspace.db->stats());
  return {};
}

template <class Use>
Answer EmbeddedStore::with_workspace(std::string_view workspace_id, Use use) {
  const std::shared_ptr<Workspace> workspace = find(workspace_id);
  if (!workspace) return no_such_workspace();
  const std::shared_lock lock(workspace->use);
  if (workspace->removed) return no_such_workspace();
  if (auto opened = ensure_open(*workspace); !opened) {
    log_.error("workspace cannot be opened",
               {{"workspace", workspace->id}, {"error", opened.error().message()}});
    return unavailable(opened.error());
  }
  return use(*workspace);
}

Result<void> EmbeddedStore::create(std::string_view workspace_id) {
  if (!is_plain_name(workspace_id)) {
    return Error(Code::invalid_argument,
                 "workspace id \"" + std::string(workspace_id) +
                     "\": want up to 64 lower-case letters, digits and dashes");
  }
  if (auto done = disk_.make_directory(path_of(workspace_id)); !done) return done;
  return disk_.sync_directory(path_of(""));
}

Result<void> EmbeddedStore::remove(std::string_view workspace_id) {
  const std::shared_ptr<Workspace> workspace = find(workspace_id);
  if (!workspace) return {};
  {
    const std::unique_lock lock(workspace->use);
    if (workspace->removed) return {};
    workspace->db.reset();
    const std::string path = path_of(workspace->id);
    const std::string doomed = path + std::string(kDeletedSuffix);
    if (auto done = disk_.rename(path, doomed); !done) return done;
    if (auto done = disk_.sync_directory(path_of("")); !done) return done;
    workspace->removed = true;
    if (auto done = disk_.remove(doomed); !done) {
      log_.warn("data of a deleted workspace stays until the next start",
                {{"workspace", workspace->id}, {"error", done.error().message()}});
    }
  }
  options_.limits.forget(workspace->id);
  const std::lock_guard lock(mutex_);
  open_.erase(workspace->id);
  return {};
}

void EmbeddedStore::count_write(Workspace& workspace, const WriteOutcome& outcome) {
  const auto labels = [&workspace](std::string_view reason) {
    return Telemetry::LabelPairs{{"reason", std::string(reason)}, {"workspace", workspace.id}};
  };
  telemetry_
      .counter("tributary_hub_samples_stored_total", "Samples stored durably.",
               {{"workspace", workspace.id}})
      .add(outcome.samples_stored + outcome.histograms_stored);
  for (const auto& [reason, samples] : outcome.refused) {
    telemetry_
        .counter("tributary_hub_samples_refused_total", "Samples refused, by reason.",
                 labels(reason))
        .add(samples.count);
  }
  if (outcome.exemplars_refused > 0) {
    telemetry_
        .counter("tributary_hub_exemplars_refused_total",
                 "Exemplars refused: out of order, too long, or malformed.",
                 {{"workspace", workspace.id}})
        .add(outcome.exemplars_refused);
  }
  if (!outcome.failure.empty()) {
    telemetry_
        .counter("tributary_hub_writes_failed_total",
                 "Writes of which nothing was looked at or kept, by reason.",
                 labels(outcome.failure))
        .add();
  }
  if (outcome.answer.status < 400) return;
  LogLimiter::Verdict verdict{};
  {
    const std::lock_guard lock(workspace.log_mutex);
    verdict = workspace.refusal_log.allow(clock_.monotonic());
  }
  if (!verdict.allowed) return;
  log_.warn("write refused, in part or whole", {{"workspace", workspace.id},
                                                {"status", outcome.answer.status},
                                                {"reason", outcome.answer.body},
                                                {"more_like_this", verdict.suppressed}});
}

void EmbeddedStore::configure(std::string_view workspace_id, const WorkspaceSettings& settings) {
  options_.limits.set(workspace_id, settings);
}

WriteOutcome EmbeddedStore::write(std::string_view workspace_id, const WriteCall& call) {
  WriteOutcome outcome;
  outcome.answer = with_workspace(workspace_id, [&](Workspace& workspace) {
    const auto limits = options_.limits.of(workspace.id);
    const WriteMemories::Lease memory(write_memories_);
    outcome = remote_write(call, {.db = *workspace.db,
                                  .limits = *limits,
                                  .rate = workspace.rate,
                                  .memory = *memory,
                                  .workspace_id = workspace.id,
                                  .now = clock_.monotonic()});
    count_write(workspace, outcome);
    return std::move(outcome.answer);
  });
  return outcome;
}

Answer EmbeddedStore::call(std::string_view workspace_id, const ApiCall& call) {
  return with_workspace(workspace_id, [&](Workspace& workspace) {
    const auto limits = options_.limits.of(workspace.id);
    const promql::Engine engine({.lookback = limits->query_lookback,
                                 .timeout = limits->query_timeout,
                                 .samples_max = limits->query_samples_max,
                                 .features = options_.features},
                                clock_, options_.parallel);
    workspace.samples.set_max(limits->queries_samples_max);
    return query_api(call, {.db = *workspace.db,
                            .engine = engine,
                            .samples = workspace.samples,
                            .limits = *limits,
                            .clock = clock_,
                            .started = started_});
  });
}

Result<Usage> EmbeddedStore::usage(std::string_view workspace_id) {
  Usage usage;
  const Answer answer = with_workspace(workspace_id, [&](Workspace& workspace) {
    usage.active_series = workspace.db->stats().series;
    return Answer{};
  });
  if (answer.status == 200) return usage;
  return Error(answer.status == 404 ? Code::not_found : Code::unavailable,
               "workspace " + std::string(workspace_id) + ": " + answer.body);
}

void EmbeddedStore::open_all() {
  const auto names = disk_.list(path_of(""));
  if (!names) {
    log_.error("workspaces cannot be listed", {{"error", names.error().message()}});
    return;
  }
  for (const std::string& name : *names) {
    static_cast<void>(with_workspace(name, [](Workspace&) { return Answer{}; }));
  }
}

void EmbeddedStore::maintain(std::stop_token stop) {
  std::vector<std::shared_ptr<Workspace>> workspaces;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, workspace] : open_) workspaces.push_back(workspace);
  }
  while (!workspaces.empty() && !stop.stop_requested()) {
    std::erase_if(workspaces, [&](const auto& workspace) { return !maintain(*workspace, stop); });
  }
}

bool EmbeddedStore::maintain(Workspace& workspace, const std::stop_token& stop) {
  const std::shared_lock lock(workspace.use);
  tsdb::Db* db = nullptr;
  {
    const std::lock_guard opening(workspace.opening);
    db = workspace.db.get();
  }
  if (db == nullptr || stop.stop_requested()) return false;
  db->set_options(db_options(*options_.limits.of(workspace.id)));
  const auto more = db->maintain({.stop = stop});
  publish(workspace, db->stats());
  if (more) return *more;
  log_.error("housekeeping of a workspace failed",
             {{"workspace", workspace.id}, {"error", more.error().message()}});
  return false;
}

void EmbeddedStore::publish(const Workspace& workspace, const tsdb::DbStats& stats) {
  const auto gauge = [&](const char* name, const char* help, auto value) {
    telemetry_.gauge(name, help, {{"workspace", workspace.id}}).set(static_cast<double>(value));
  };
  gauge("tributary_hub_series", "Series in the head: those that count as active.", stats.series);
  gauge("tributary_hub_query_samples", "Samples that queries hold now.", workspace.samples.held());
  gauge("tributary_hub_wal_failures", "Writes and fsyncs that failed.", stats.wal_failures);
  gauge("tributary_hub_blocks", "Blocks on disk.", stats.blocks);
  gauge("tributary_hub_block_bytes", "Size of the blocks on disk.", stats.block_bytes);
  gauge("tributary_hub_blocks_unreadable", "Blocks left out since they cannot be read.",
        stats.blocks_unreadable);
  gauge("tributary_hub_compactions_failed", "Compactions that failed.", stats.compactions_failed);
  const auto limits = options_.limits.of(workspace.id);
  const auto limit = [&](const char* name, auto value) {
    telemetry_
        .gauge("tributary_hub_limit", "Limits of workspaces by name; 0: none.",
               {{"limit", name}, {"workspace", workspace.id}})
        .set(static_cast<double>(value));
  };
  const auto seconds = [](Duration duration) {
    return std::chrono::duration<double>(duration).count();
  };
  limit("active_series_max", limits->active_series_max);
  limit("series_per_metric_max", limits->series_per_metric_max);
  limit("labels_per_series_max", limits->labels_per_series_max);
  limit("ingestion_rate", limits->ingestion_rate);
  limit("ingestion_burst", limits->burst());
  limit("query_samples_max", limits->query_samples_max);
  limit("queries_samples_max", limits->queries_samples_max);
  limit("queries_running_max", limits->queries_running_max);
  limit("query_timeout_seconds", seconds(limits->query_timeout));
  limit("query_range_max_seconds", seconds(limits->query_range_max));
  limit("retention_seconds", seconds(limits->retention));
  limit("retention_bytes", limits->retention_size.bytes);
}

}  // namespace tributary::hub::workspaces
