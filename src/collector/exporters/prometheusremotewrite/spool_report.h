// Looks into a spool without changing it, be it in use or not: for `tributary-collector spool`.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/disk.h"
#include "collector/exporters/prometheusremotewrite/spool_record.h"

namespace tributary::collector::prometheusremotewrite {

struct SpoolReport {
  static constexpr std::size_t kFaultsMax = 10;

  struct Tally {
    std::size_t requests = 0;
    std::size_t samples = 0;
    std::uint64_t bytes = 0;  // of bodies
  };
  struct Segment {
    std::string name;
    std::uint64_t bytes = 0;
    Tally all;
    Tally waiting;               // behind the cursor
    std::int64_t oldest_ms = 0;  // of those that wait; 0: none
  };

  std::vector<Segment> segments;  // oldest first
  SpoolPosition cursor;           // everything before it is settled
  Tally waiting;
  std::int64_t oldest_ms = 0;
  std::size_t quarantined = 0;  // requests
  std::size_t faults = 0;
  std::vector<std::string> first_faults;

  void fault(std::string text);
};

enum class SpoolCheck : std::uint8_t { headers, bodies };

// With SpoolCheck::bodies each body's checksum is compared and each request is decoded.
Result<SpoolReport> inspect_spool(Disk& disk, const std::string& directory, SpoolCheck check);

// As a table, and a line on what is waiting.
std::string to_text(const SpoolReport& report, std::int64_t now_ms);

}  // namespace tributary::collector::prometheusremotewrite
