// Reads a whole log back: the newest checkpoint, then the segments after it (hub-spec.md 5.7).
//
// Damage costs the records it touches. With `Repair::yes` a damaged segment is written anew from
// its intact records and a missing one becomes an empty one, so that Prometheus, which stops at
// damage, reads the directory too; what an interrupted checkpoint left behind is removed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"

namespace tributary::tsdb {

struct WalListing {
  std::optional<unsigned> checkpoint;  // covers the segments up to this number
  std::vector<unsigned> segments;      // later ones, ascending
  std::vector<std::string> leftovers;  // older segments and checkpoints, interrupted work
};

std::string wal_checkpoint_name(unsigned number);  // checkpoint.00000007

// A directory that does not exist is an empty log.
Result<WalListing> list_wal(Disk& disk, const std::string& directory);

struct WalReport {
  static constexpr std::size_t kExamplesMax = 20;

  std::uint64_t segments = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t damage = 0;           // places where something was skipped
  std::uint64_t repaired = 0;         // segments written anew
  std::vector<std::string> examples;  // "segment 00000003, byte 4711: torn record at the end"

  void add_damage(std::string example);
};

enum class Repair : std::uint8_t { no, yes };

// Calls visit(record) for every intact record, oldest first. Fails only where a file cannot be read
// at all.
Result<void> read_wal(Disk& disk, const std::string& directory, const WalListing& listing,
                      Repair repair, const std::function<void(std::string_view)>& visit,
                      WalReport& report);

// The records of one segment or checkpoint directory's segments, for rewriting them.
Result<void> read_wal_files(Disk& disk, const std::string& directory,
                            const std::vector<std::string>& names, Repair repair,
                            const std::function<void(std::string_view)>& visit, WalReport& report);

}  // namespace tributary::tsdb
