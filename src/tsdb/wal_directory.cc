#include "tsdb/wal_directory.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "tsdb/wal.h"
#include "tsdb/wal_segment.h"

namespace tributary::tsdb {
namespace {

constexpr unsigned kGapMax = 100;
constexpr std::string_view kCheckpointPrefix = "checkpoint.";

std::optional<unsigned> number_of(std::string_view digits) {
  const auto number = parse_uint64(digits);
  if (!number || *number > 99'999'999) return std::nullopt;
  return static_cast<unsigned>(*number);
}

// The segment again, of its intact records alone.
Result<void> rewrite(Disk& disk, const std::string& path, std::string_view bytes) {
  std::string frames;
  WalFramer framer(WalCompression::snappy);
  WalSegmentReader reader(bytes);
  while (reader.next()) framer.append(reader.record(), frames);
  return disk.replace(path, frames);
}

}  // namespace

std::string wal_checkpoint_name(unsigned number) {
  return std::string(kCheckpointPrefix) + wal_segment_name(number);
}

void WalReport::add_damage(std::string example) {
  ++damage;
  if (examples.size() < kExamplesMax) examples.push_back(std::move(example));
}

Result<WalListing> list_wal(Disk& disk, const std::string& directory) {
  WalListing listing;
  if (!disk.exists(directory)) return listing;
  TRIBUTARY_TRY(const auto names, disk.list(directory));
  std::vector<std::pair<unsigned, std::string>> segments;
  std::vector<std::pair<unsigned, std::string>> checkpoints;
  for (const std::string& name : names) {
    if (name.ends_with(".tmp")) {
      listing.leftovers.push_back(name);
    } else if (name.starts_with(kCheckpointPrefix)) {
      const auto number = number_of(std::string_view(name).substr(kCheckpointPrefix.size()));
      if (number) checkpoints.emplace_back(*number, name);
    } else if (const auto number = number_of(name)) {
      segments.emplace_back(*number, name);
    }
  }
  std::sort(checkpoints.begin(), checkpoints.end());
  std::sort(segments.begin(), segments.end());
  if (!checkpoints.empty()) {
    listing.checkpoint = checkpoints.back().first;
    checkpoints.pop_back();
  }
  for (const auto& [number, name] : checkpoints) listing.leftovers.push_back(name);
  for (const auto& [number, name] : segments) {
    if (listing.checkpoint && number <= *listing.checkpoint) {
      listing.leftovers.push_back(name);
    } else {
      listing.segments.push_back(number);
    }
  }
  return listing;
}

Result<void> read_wal_files(Disk& disk, const std::string& directory,
                            const std::vector<std::string>& names, Repair repair,
                            const std::function<void(std::string_view)>& visit, WalReport& report) {
  for (const std::string& name : names) {
    const std::string path = directory + '/' + name;
    TRIBUTARY_TRY(const std::string bytes, disk.read(path));
    ++report.segments;
    report.bytes += bytes.size();
    WalSegmentReader reader(bytes);
    while (reader.next()) {
      ++report.records;
      visit(reader.record());
    }
    for (const WalDamage& damage : reader.damage()) {
      report.add_damage("segment " + name + ", byte " + std::to_string(damage.offset) + ": " +
                        damage.what);
    }
    if (!reader.damage().empty() && repair == Repair::yes && rewrite(disk, path, bytes)) {
      ++report.repaired;
    }
  }
  return {};
}

Result<void> read_wal(Disk& disk, const std::string& directory, const WalListing& listing,
                      Repair repair, const std::function<void(std::string_view)>& visit,
                      WalReport& report) {
  if (repair == Repair::yes) {
    for (const std::string& name : listing.leftovers) {
      static_cast<void>(disk.remove(directory + '/' + name));
    }
  }
  if (listing.checkpoint) {
    const std::string checkpoint = directory + '/' + wal_checkpoint_name(*listing.checkpoint);
    TRIBUTARY_TRY(auto names, disk.list(checkpoint));
    std::erase_if(names, [](const std::string& name) { return !number_of(name); });
    auto done = read_wal_files(disk, checkpoint, names, repair, visit, report);
    if (!done) return done;
  }
  unsigned expected = listing.checkpoint ? *listing.checkpoint + 1 : 0;
  for (const unsigned number : listing.segments) {
    // A gap wider than this is a missing checkpoint rather than so many missing segments.
    const unsigned gap = std::min(number - expected, kGapMax);
    for (unsigned missing = number - gap; missing < number; ++missing) {
      const std::string name = wal_segment_name(missing);
      report.add_damage("segment " + name + " is missing");
      if (repair == Repair::yes && disk.create(directory + '/' + name)) ++report.repaired;
    }
    expected = number + 1;
    auto done = read_wal_files(disk, directory, {wal_segment_name(number)}, repair, visit, report);
    if (!done) return done;
  }
  return {};
}

}  // namespace tributary::tsdb
