// Reads the messages that remote write 1.0 and 2.0 have in common: Histogram and Sample.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>

#include "base/result.h"
#include "model/sample.h"
#include "remote/wire.h"
#include "remote/write_request.h"

namespace tributary::remote {

// The histogram in the current field of `parent`, whose fault it leaves there. With more spans,
// deltas, counts or bounds than `buckets_max` it says so in `limit_error`.
HistogramSample read_histogram(WireReader& parent, std::size_t buckets_max,
                               std::optional<Error>& limit_error);

// The sample in the current field of `parent`, whose fault it leaves there. Inline, since requests
// are full of them.
inline Sample read_sample(WireReader& parent) {
  Sample sample;
  WireReader reader = parent.message("Sample");
  while (reader.next()) {
    if (reader.field() == 1) sample.value = reader.float64();
    if (reader.field() == 2) sample.timestamp_ms = reader.int64();
  }
  parent.adopt_fault(reader);
  return sample;
}

// The error of a message that has too many of something.
Error too_many(std::string_view what, std::size_t limit);

}  // namespace tributary::remote
