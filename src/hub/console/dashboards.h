// Dashboards in Grafana's JSON model: what accounts upload, a file each
// (<directory>/<account>/<uid>.json), and a folder's for all accounts, which is read only. An
// account's own hides the folder's of the same uid.
//
// Threads: any; every call may block on disk.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "base/result.h"

namespace tributary::hub::console {

enum class DashboardSource : std::uint8_t { uploaded, folder };
std::string_view to_string(DashboardSource source);

struct DashboardEntry {
  std::string uid;
  std::string title;
  std::vector<std::string> tags;
  DashboardSource source = DashboardSource::uploaded;
  double updated_at = 0;  // seconds since 1970

  bool operator==(const DashboardEntry&) const = default;
};

// uid ("" where it has none), title and tags of a dashboard model, or why it is none.
Result<DashboardEntry> parse_dashboard(std::string_view json);

class DashboardStore {
 public:
  struct Options {
    std::string directory;                       // of uploads; made when needed
    std::string folder;                          // "" for none; read at each call
    std::size_t dashboards_max = 200;            // of one account, and of the folder
    std::size_t dashboard_bytes_max = 1U << 20;  // of one
  };

  // The disk outlives the store, which alone writes to the directory.
  DashboardStore(Options options, Disk& disk, Logger log);

  // By title, then uid. A file that is no dashboard is left out, and logged once. Errors here and
  // below: unavailable where the directory or the folder cannot be read.
  Result<std::vector<DashboardEntry>> list(std::string_view account);

  // The JSON as it was put. Errors: invalid_argument (uid), not_found.
  Result<std::string> get(std::string_view account, std::string_view uid);

  // Adds or replaces. Errors: invalid_argument (uid; a body that is no dashboard, is too long or
  // says another uid), limit_exceeded (too many), unavailable.
  Result<DashboardEntry> put(std::string_view account, std::string_view uid, std::string_view body);

  // Errors: invalid_argument (uid; one of the folder), not_found.
  Result<void> remove(std::string_view account, std::string_view uid);

 private:
  struct Stamp {
    double updated_at = 0;
    std::uint64_t bytes = 0;
    bool operator==(const Stamp&) const = default;
  };
  // What a file said when it was last read.
  struct Known {
    Stamp stamp;
    Result<DashboardEntry> entry;
  };
  struct Found {
    DashboardEntry entry;
    std::string path;
  };
  using Dashboards = std::map<std::string, Found, std::less<>>;  // by uid

  std::string directory_of(std::string_view account) const;
  Result<Dashboards> read(const std::string& directory, DashboardSource source);
  Result<DashboardEntry> look_at(const std::string& path, DashboardSource source);
  // Of an account: its own and the folder's.
  Result<Dashboards> all(std::string_view account);

  const Options options_;
  Disk& disk_;
  Logger log_;
  std::mutex mutex_;                    // of what follows, and of the files
  std::map<std::string, Known> known_;  // by path
};

// The bodies of answers: {"dashboards":[...]}, and one of its items.
std::string to_json(const std::vector<DashboardEntry>& entries);
std::string to_json(const DashboardEntry& entry);

}  // namespace tributary::hub::console
