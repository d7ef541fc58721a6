// Rebuilds the head from the write-ahead log.
#pragma once

#include <string>

#include "base/result.h"
#include "tsdb/db.h"
#include "tsdb/disk.h"
#include "tsdb/head.h"
#include "tsdb/head_deletions.h"
#include "tsdb/wal_directory.h"

namespace tributary::tsdb {

// Puts the records of the log in `directory` into `head`, and what they say was deleted into
// `deletions`, repairing the log. Counts into `report`.
Result<void> replay_wal(Disk& disk, const std::string& directory, const WalListing& listing,
                        Head& head, HeadDeletions& deletions, ReplayReport& report);

}  // namespace tributary::tsdb
