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
)";

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
    return transaction.commit();
  }

  Result<void> remove(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    return database_->run("DELETE FROM workspaces WHERE id = ?", id);
  }

  Result<std::optional<WorkspaceRecord>> find(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(auto record,
                  database_->first(std::string(kColumns) + "WHERE id = ?", read_record, id));
    if (!record) return record;
    if (auto tagged = read_tags(*record); !tagged) return tagged.error();
    return record;
  }

  Result<std::vector<WorkspaceRecord>> list() override {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(
        auto records,
        database_->collect(std::string(kColumns) + "ORDER BY created_ms, id", read_record));
    for (WorkspaceRecord& record : records)
      if (auto tagged = read_tags(record); !tagged) return tagged.error();
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
