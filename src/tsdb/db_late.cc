// The log of late samples, which Prometheus keeps in wbl/: beside the write-ahead log, since
// samples in there must come in order.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "tsdb/db_state.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb {

// Under `write_mutex`. Made for the first sample, since most databases never have one.
Result<void> Db::State::open_late_wal() {
  const std::string path = late_wal_directory();
  if (auto done = disk.make_directory(path); !done) return done;
  if (auto done = disk.sync_directory(directory); !done) return done;
  TRIBUTARY_TRY(const WalListing listing, list_wal(disk, path));
  const unsigned next = listing.segments.empty() ? 0 : listing.segments.back() + 1;
  TRIBUTARY_TRY(std::shared_ptr<Wal> opened,
                Wal::open(disk, path, next,
                          {.segment_bytes_max = options.wal_segment_bytes_max,
                           .compression = options.wal_compression}));
  const std::lock_guard guard(late_wal_mutex);
  late_wal = std::move(opened);
  return {};
}

Result<void> Db::State::sync() {
  std::shared_ptr<Wal> late;
  {
    const std::lock_guard guard(late_wal_mutex);
    late = late_wal;
  }
  auto done = wal->sync();
  if (done && late) done = late->sync();
  if (done) return done;
  wal_failures.fetch_add(1, std::memory_order_relaxed);
  return Error(Code::unavailable, "cannot make the log durable: " + done.error().message());
}

Result<void> Db::State::shorten_late_wal() {
  const std::lock_guard guard(write_mutex);
  if (closed) return {};
  TRIBUTARY_TRY(const WalListing listing, list_wal(disk, late_wal_directory()));
  if (listing.segments.empty()) return {};
  if (!late_wal) {
    if (auto done = open_late_wal(); !done) return done;
  } else if (auto cut = late_wal->cut(); !cut) {
    return cut.error();
  }
  records_.clear();
  std::vector<Sample> samples;
  head.late_samples().for_each([&](SeriesId id, std::string_view chunk) {
    samples.clear();
    if (!read_xor_chunk(chunk, INT64_MIN, INT64_MAX, samples)) return;
    for (const Sample& sample : samples) samples_record_.add(head.series(id).ref, sample);
    records_.take(samples_record_, RecordList::When::full);
  });
  records_.take(samples_record_, RecordList::When::now);
  if (!records_.empty()) {
    if (auto done = late_wal->log(records_.views()); !done) return done;
    if (auto done = late_wal->sync(); !done) return done;
  }
  for (const unsigned segment : listing.segments) {
    if (auto done = disk.remove(late_wal_directory() + '/' + wal_segment_name(segment)); !done) {
      return done;
    }
  }
  return disk.sync_directory(late_wal_directory());
}

}  // namespace tributary::tsdb
