// Rebuilds the head from the write-ahead log.
#pragma once

#include <string>

#include "base/result.h"
#include "tsdb/db.h"
#include "tsdb/disk.h"
#include "tsdb/head.h"
#include "tsdb/wal_directory.h"

namespace tributary::tsdb {

// Puts the records of the log in `directory` into `head`, repairing the log. Counts into `report`.
Result<void> replay_wal(Disk& disk, const std::string& directory, const WalListing& listing,
                        Head& head, ReplayReport& report);

}  // namespace tributary::tsdb
