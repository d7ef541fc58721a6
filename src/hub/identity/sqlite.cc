#include "hub/identity/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace tributary::hub::identity {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

// Makes the file with tight permissions; SQLite gives its journal the same.
Result<void> ensure_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return Error(Code::internal,
                 "database " + file.string() + ": cannot open: " + std::strerror(errno));
  ::close(fd);
  return {};
}

}  // namespace

std::string Row::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file) {
  if (auto made = ensure_file(file); !made) return made.error();
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (opened != SQLITE_OK) return database->error("open").within("database " + file.string());
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  auto ready = database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  if (!ready) return ready.error().within("database " + file.string());
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Error Database::error(std::string_view doing) const {
  const int code = handle_ ? sqlite3_errcode(handle_) : SQLITE_NOMEM;
  const bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
  const Code kind = busy                                              ? Code::unavailable
                    : code == SQLITE_CONSTRAINT                       ? Code::already_exists
                    : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? Code::corruption
                                                                      : Code::internal;
  return Error(kind, "SQLite cannot " + std::string(doing) + ": " +
                         (handle_ ? sqlite3_errmsg(handle_) : "out of memory"));
}

Result<void> Database::execute(const std::string& sql) {
  ++changes_;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return error("execute a script");
  return {};
}

Result<sqlite3_stmt*> Database::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return error("prepare \"" + std::string(sql) + "\"");
  statements_.emplace(sql, statement);
  return statement;
}

Result<bool> Database::step(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  const bool done = code == SQLITE_DONE;
  const Error failure = error("run a statement");
  sqlite3_reset(statement);
  if (!done) return failure;
  return false;
}

Result<std::int64_t> Database::finish(sqlite3_stmt* statement) {
  while (true) {
    TRIBUTARY_TRY(const bool more, step(statement));
    if (!more) return std::int64_t{sqlite3_changes(handle_)};
  }
}

void Database::bind(sqlite3_stmt* statement, int index, std::string_view text) {
  const char* data = text.data() ? text.data() : "";
  const int bound =
      sqlite3_bind_text(statement, index, data, static_cast<int>(text.size()), SQLITE_TRANSIENT);
  TRIBUTARY_CHECK(bound == SQLITE_OK);
}

void Database::bind(sqlite3_stmt* statement, int index, std::int64_t number) {
  TRIBUTARY_CHECK(sqlite3_bind_int64(statement, index, number) == SQLITE_OK);
}

void Database::bind(sqlite3_stmt* statement, int index, Blob blob) {
  const int bound = sqlite3_bind_blob(statement, index, blob.bytes.data(),
                                      static_cast<int>(blob.bytes.size()), SQLITE_TRANSIENT);
  TRIBUTARY_CHECK(bound == SQLITE_OK);
}

void Database::bind(sqlite3_stmt* statement, int index, std::nullptr_t) {
  TRIBUTARY_CHECK(sqlite3_bind_null(statement, index) == SQLITE_OK);
}

Result<Database::Transaction> Database::begin() {
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun.error();
  return Transaction(*this);
}

Database::Transaction::~Transaction() {
  // It may fail only where SQLite has rolled back already.
  if (database_) static_cast<void>(database_->execute("ROLLBACK"));
}

Result<void> Database::Transaction::commit() {
  if (auto done = database_->execute("COMMIT"); !done) return done;
  database_ = nullptr;
  return {};
}

Result<std::uint64_t> Database::generation() {
  TRIBUTARY_TRY(const auto version, first("PRAGMA data_version", [](const Row& row) {
                  return static_cast<std::uint64_t>(row.integer(0));
                }));
  // Both only grow, so their sum stands still only if both do.
  return version.value_or(0) + changes_;
}

}  // namespace tributary::hub::identity
