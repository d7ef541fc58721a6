// What one workspace may take and hold. Names and defaults follow AMP (hub-spec.md, section 3.6);
// zero means no limit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace tributary::hub::workspaces {

struct Limits {
  // Writes.
  std::size_t request_bytes_max = 64U << 20;  // of one write request, uncompressed
  std::size_t labels_per_series_max = 150;
  std::size_t label_name_bytes_max = 1024;
  std::size_t label_value_bytes_max = 2048;
  std::size_t active_series_max = 2'000'000;
  std::size_t series_per_metric_max = 0;
  std::size_t metadata_families_max = 20'000;
  double samples_per_second = 0;
  double samples_burst = 0;

  // Samples further than this ahead of the clock are refused.
  Duration future_max = 10min;
  // Samples older than this are dropped from the workspace; zero keeps everything.
  Duration retention = Duration::zero();

  // Queries.
  std::uint64_t query_samples_max = 50'000'000;
  Duration query_timeout = 2min;
};

}  // namespace tributary::hub::workspaces
