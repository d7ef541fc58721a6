// Rebuilds the head from the write-ahead log and the log of late samples.
#pragma once

#include <string>

#include "base/disk.h"
#include "base/result.h"
#include "tsdb/db.h"
#include "tsdb/exemplars.h"
#include "tsdb/head.h"
#include "tsdb/head_deletions.h"
#include "tsdb/wal_directory.h"

namespace tributary::tsdb {

struct ReplayFrom {
  std::string directory;
  WalListing listing;
  std::string late_directory;  // of the log of late samples
  WalListing late_listing;
};

struct ReplayInto {
  Head& head;
  HeadDeletions& deletions;
  ExemplarStore& exemplars;
  ReplayReport& report;
};

// Puts what the logs say where it belongs, and repairs them.
Result<void> replay(Disk& disk, const ReplayFrom& from, const ReplayInto& into);

}  // namespace tributary::tsdb
