#include "hub/gateway/workspace_catalog.h"

#include <array>

#include "hub/identity/sqlite.h"

namespace tributary::hub::gateway {
namespace {

using identity::Database;
using identity::Row;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS workspaces (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  alias TEXT NOT NULL,
  kms_key_arn TEXT NOT NULL,
  client_token TEXT NOT NULL,
  status INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS workspace_tags (
  workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (workspace, key)
) STRICT;
CREATE TABLE IF NOT EXISTS workspace_settings (
  workspace TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  retention_days INTEGER
) STRICT;
)";

constexpr std::size_t kCachedMax = 10'000;

constexpr std::string_view kColumns =
    "SELECT id, account, region, alias, kms_key_arn, client_token, status, created_ms "
    "FROM workspaces ";

WorkspaceRecord read_record(const Row& row) {
  return {.id = row.text(0),
          .account = row.text(1),
          .region = row.text(2),
          .alias = row.text(3),
          .kms_key_arn = row.text(4),
          .client_token = row.text(5),
          .status = static_cast<WorkspaceStatus>(row.integer(6)),
          .created_at = timestamp_from_ms(row.integer(7))};
}

class SqliteCatalog final : public WorkspaceCatalog {
 public:
  explicit SqliteCatalog(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Result<void> add(const WorkspaceRecord& record) override {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(auto transaction, database_->begin());
    auto added = database_->run("INSERT INTO workspaces VALUES (?, ?, ?, ?, ?, ?, ?, ?)", record.id,
                                record.account, record.region, record.alias, record.kms_key_arn,
                                record.client_token, static_cast<std::int64_t>(record.status),
                                to_ms(record.created_at));
    if (!added) return added;
    if (auto tagged = write_tags(record); !tagged) return tagged;
    return transaction.commit();
  }

  Result<void> update(const WorkspaceRecord& record) override {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(auto transaction, database_->begin());
    auto changed =
        database_->run("UPDATE workspaces SET alias = ?, status = ? WHERE id = ?", record.alias,
                       static_cast<std::int64_t>(record.status), record.id);
    if (!changed) return changed;
    if (auto tagged = write_tags(record); !tagged) return tagged;
    if (auto set = write_settings(record); !set) return set;
    return transaction.commit();
  }

  Result<void> remove(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    return database_->run("DELETE FROM workspaces WHERE id = ?", id);
  }

  Result<WorkspaceRecordPtr> find(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(const std::uint64_t generation, database_->generation());
    if (generation != generation_ || cache_.size() >= kCachedMax) cache_.clear();
    generation_ = generation;
    if (const auto known = cache_.find(id); known != cache_.end()) return known->second;
    TRIBUTARY_TRY(auto record,
                  database_->first(std::string(kColumns) + "WHERE id = ?", read_record, id));
    if (!record) return WorkspaceRecordPtr();
    if (auto done = read_rest(*record); !done) return done.error();
    auto shared = std::make_shared<const WorkspaceRecord>(std::move(*record));
    cache_.emplace(shared->id, shared);
    return shared;
  }

  Result<std::vector<WorkspaceRecord>> list() override {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(
        auto records,
        database_->collect(std::string(kColumns) + "ORDER BY created_ms, id", read_record));
    for (WorkspaceRecord& record : records)
      if (auto done = read_rest(record); !done) return done.error();
    return records;
  }

 private:
  Result<void> write_tags(const WorkspaceRecord& record) {
    auto cleared = database_->run("DELETE FROM workspace_tags WHERE workspace = ?", record.id);
    if (!cleared) return cleared;
    for (const auto& [key, value] : record.tags) {
      auto added =
          database_->run("INSERT INTO workspace_tags VALUES (?, ?, ?)", record.id, key, value);
      if (!added) return added;
    }
    return {};
  }

  Result<void> write_settings(const WorkspaceRecord& record) {
    if (!record.retention_days)
      return database_->run("DELETE FROM workspace_settings WHERE workspace = ?", record.id);
    return database_->run("INSERT OR REPLACE INTO workspace_settings VALUES (?, ?)", record.id,
                          *record.retention_days);
  }

  Result<void> read_rest(WorkspaceRecord& record) {
    if (auto done = read_tags(record); !done) return done;
    TRIBUTARY_TRY(record.retention_days,
                  database_->first(
                      "SELECT retention_days FROM workspace_settings WHERE workspace = ? "
                      "AND retention_days IS NOT NULL",
                      [](const Row& row) { return row.integer(0); }, record.id));
    return {};
  }

  Result<void> read_tags(WorkspaceRecord& record) {
    TRIBUTARY_TRY(auto tags, database_->collect(
                                 "SELECT key, value FROM workspace_tags WHERE workspace = ?",
                                 [](const Row& row) { return std::pair(row.text(0), row.text(1)); },
                                 record.id));
    for (auto& [key, value] : tags) record.tags.emplace(std::move(key), std::move(value));
    return {};
  }

  std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::map<std::string, WorkspaceRecordPtr, std::less<>> cache_;
};

}  // namespace

std::string_view to_string(WorkspaceStatus status) {
  static constexpr std::array<std::string_view, 3> kNames = {"CREATING", "ACTIVE", "DELETING"};
  const auto index = static_cast<std::size_t>(status);
  return index < kNames.size() ? kNames[index] : kNames[0];
}

Result<std::unique_ptr<WorkspaceCatalog>> open_workspace_catalog(const std::string& path) {
  TRIBUTARY_TRY(auto database, Database::open(path));
  if (auto made = database->execute(kSchema); !made) return made.error();
  return std::unique_ptr<WorkspaceCatalog>(std::make_unique<SqliteCatalog>(std::move(database)));
}

}  // namespace tributary::hub::gateway
