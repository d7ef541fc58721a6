// SQLite behind three words: run, collect, begin. Statements are prepared once and kept.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tributary::hub::identity {

// Bytes that are not text.
struct Blob {
  std::string_view bytes;
};

// One row of an answer, valid while it is looked at.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  std::string text(int column) const;  // also blobs; "" for NULL
  std::int64_t integer(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // Creates the file (mode 0600) where there is none; WAL, foreign keys on, waits for other
  // processes that write.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A script without parameters.
  Result<void> execute(const std::string& sql);

  // A statement that changes rows, and how many it changed.
  template <class... Args>
  Result<void> run(std::string_view sql, const Args&... args) {
    if (auto changed = run_counting(sql, args...); !changed) return changed.error();
    return {};
  }
  template <class... Args>
  Result<std::int64_t> run_counting(std::string_view sql, const Args&... args) {
    ++changes_;
    TRIBUTARY_TRY(sqlite3_stmt * statement, prepare(sql));
    bind_all(statement, args...);
    return finish(statement);
  }

  // A query: `read` makes a value of each row.
  template <class Read, class... Args>
  auto collect(std::string_view sql, Read read, const Args&... args)
      -> Result<std::vector<decltype(read(std::declval<const Row&>()))>> {
    std::vector<decltype(read(std::declval<const Row&>()))> out;
    TRIBUTARY_TRY(sqlite3_stmt * statement, prepare(sql));
    bind_all(statement, args...);
    while (true) {
      TRIBUTARY_TRY(const bool more, step(statement));
      if (!more) return out;
      out.push_back(read(Row(statement)));
    }
  }

  // The first row of a query, if there is one.
  template <class Read, class... Args>
  auto first(std::string_view sql, Read read, const Args&... args)
      -> Result<std::optional<decltype(read(std::declval<const Row&>()))>> {
    TRIBUTARY_TRY(auto rows, collect(sql, read, args...));
    std::optional<decltype(read(std::declval<const Row&>()))> out;
    if (!rows.empty()) out = std::move(rows.front());
    return out;
  }

  // Undoes everything since `begin` unless committed. Takes the write lock at once.
  class Transaction {
   public:
    explicit Transaction(Database& database) : database_(&database) {}
    Transaction(Transaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<void> commit();

   private:
    Database* database_;
  };
  Result<Transaction> begin();

  // Differs from its last value if anybody, in any process, has changed the database.
  Result<std::uint64_t> generation();

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}

  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<bool> step(sqlite3_stmt* statement);
  Result<std::int64_t> finish(sqlite3_stmt* statement);
  Error error(std::string_view doing) const;

  template <class... Args>
  void bind_all([[maybe_unused]] sqlite3_stmt* statement, const Args&... args) {
    [[maybe_unused]] int index = 0;
    (bind(statement, ++index, args), ...);
  }
  void bind(sqlite3_stmt* statement, int index, std::string_view text);
  void bind(sqlite3_stmt* statement, int index, std::int64_t number);
  void bind(sqlite3_stmt* statement, int index, Blob blob);
  void bind(sqlite3_stmt* statement, int index, std::nullptr_t);

  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
  std::uint64_t changes_ = 0;
};

}  // namespace tributary::hub::identity
