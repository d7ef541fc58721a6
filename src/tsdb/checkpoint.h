// Shortens the log: what is still needed of its oldest segments goes into a checkpoint, then the
// segments are deleted (hub-spec.md 5.7).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/disk.h"
#include "base/result.h"
#include "tsdb/wal_directory.h"

namespace tributary::tsdb {

struct CheckpointOptions {
  unsigned up_to_segment;  // the last one that goes
  std::int64_t min_ms;     // older samples are dropped
  std::function<bool(std::uint64_t ref)> keep_series;
};

// Crash-safe: the checkpoint is complete and durable before it gets its name. Records of types that
// this version does not read are carried over as they are.
Result<void> write_checkpoint(Disk& disk, const std::string& directory,
                              const CheckpointOptions& options);

}  // namespace tributary::tsdb
