// An embedded time-series database in Prometheus' directory layout: the newest samples in a head in
// memory and in a write-ahead log on disk, from which the head is rebuilt at `open`; older ones in
// blocks, which `maintain` makes of the head's samples, merges, and drops when they are too old.
//
//   auto result = db.append(batch);   // in the log and in the head, visible to queries
//   db.sync();                        // durable: answer the client after this
//
// `append` refuses samples one by one and stores the others. A sample that is stored already, bit
// for bit, is accepted silently, so that a request whose answer was lost can be sent again; with
// another value it is a duplicate; one older than the series' newest is out of order. When the disk
// fails or is full, `append` and `sync` fail with unavailable and nothing is lost that was
// acknowledged; they work again by themselves (see wal.h).
//
// Threads: any. Appends take turns; queries run beside them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "model/queryable.h"
#include "model/series.h"
#include "tsdb/cardinality.h"
#include "tsdb/exemplars.h"
#include "tsdb/wal_directory.h"
#include "tsdb/wal_segment.h"

namespace tributary {
class Disk;
}

namespace tributary::tsdb {

class LabelParser;
class WriteBatch;

// Why a sample was refused.
enum class Refusal : std::uint8_t {
  out_of_order,   // older than the series' newest sample, and such are not taken
  duplicate,      // same time as a stored one, another value
  too_old,        // before what the database keeps, or late beyond the out-of-order window
  in_the_future,  // further ahead of the clock than allowed
  series_limit,
  metric_series_limit,
  invalid_labels,
  invalid_histogram,
};
inline constexpr std::size_t kRefusals = 8;

std::string_view to_string(Refusal refusal);

struct RefusedSample {
  Refusal reason;
  Sample sample;
  std::string series;  // as Labels::to_string; empty where the labels are invalid
  std::string detail;  // of invalid labels and histograms: what is wrong with them
};

struct AppendResult {
  static constexpr std::size_t kExamplesMax = 5;  // and one more of each reason not among them

  std::uint64_t appended = 0;           // with those accepted as exact repeats, and with histograms
  std::uint64_t histograms = 0;         // of these
  std::uint64_t late = 0;               // of these: older than their series' newest
  std::uint64_t exemplars = 0;          // stored, or stored already
  std::uint64_t exemplars_refused = 0;  // out of order, too long, or without their series
  std::uint64_t series_created = 0;
  std::array<std::uint64_t, kRefusals> refused{};
  std::vector<RefusedSample> examples;  // the first ones, and the first of each reason

  std::uint64_t refused_total() const;
};

struct DbOptions {
  std::size_t series_max = 0;  // zero: no limit, here and below
  std::size_t series_per_metric_max = 0;
  std::size_t metadata_families_max = 20'000;
  Duration future_max = 10min;
  // How much older than the newest sample of all a sample may be that is older than its series'
  // newest; zero: it may not. Those of histograms may not in any case.
  Duration out_of_order_window = 60s;
  std::size_t exemplars_max = 100'000;
  // Older samples are dropped by `maintain`, seen from the newest one or from now, whichever is
  // earlier; zero: none are.
  Duration retention = Duration::zero();
  std::uint64_t retention_bytes = 0;  // of blocks; the oldest are dropped
  WalCompression wal_compression = WalCompression::snappy;
  std::size_t wal_segment_bytes_max = kWalSegmentBytesMax;
};

struct ReplayReport {
  WalReport wal;
  std::uint64_t series = 0;
  std::uint64_t samples = 0;                 // with histograms
  std::uint64_t samples_not_in_order = 0;    // repeats, or late: not stored
  std::uint64_t samples_without_series = 0;  // their series' record was damaged
  std::uint64_t malformed_records = 0;
  std::uint64_t late_samples = 0;  // from their own log
  std::uint64_t exemplars = 0;
  std::uint64_t records_of_other_types = 0;  // kept, not read
  Duration took{};
};

// How much one call of `maintain` does before it returns.
struct MaintainBudget {
  std::size_t series_max = 200'000;  // that are written into a block
  std::stop_token stop{};
};

enum class SnapshotHead : bool { skip, include };

struct DbStats {
  std::size_t series = 0;
  std::uint64_t samples_appended = 0;  // since open, replay included
  std::array<std::uint64_t, kRefusals> refused{};
  std::int64_t min_ms = 0;  // of the head; 0 and 0 while it is empty
  std::int64_t max_ms = 0;
  std::uint64_t wal_syncs = 0;
  std::uint64_t wal_failures = 0;
  unsigned wal_segment = 0;
  std::size_t metadata_families = 0;
  std::uint64_t metadata_dropped = 0;  // above the limit of families
  std::uint64_t late_samples = 0;      // appended since open, out of order
  std::size_t exemplars = 0;
  std::size_t blocks = 0;
  std::uint64_t block_bytes = 0;
  std::int64_t blocks_min_ms = 0;  // 0 and 0 while there is none
  std::int64_t blocks_max_ms = 0;
  std::size_t blocks_unreadable = 0;  // damaged, or of a kind that is not read: left out
  std::uint64_t compactions = 0;
  std::uint64_t compactions_failed = 0;
};

class Db final : public Queryable {
 public:
  // Makes the directory if need be, locks it, replays the log. `disk` and `clock` outlive the
  // database. already_exists where another process has it open.
  static Result<std::unique_ptr<Db>> open(std::string directory, DbOptions options, Disk& disk,
                                          const Clock& clock, Logger log);
  ~Db() override;  // closes

  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  // `parser` is needed where the batch has raw series.
  Result<AppendResult> append(const WriteBatch& batch, LabelParser* parser = nullptr);
  // Returns when everything appended before is durable. Callers share fsyncs.
  Result<void> sync();
  // Syncs and refuses what comes later. Queries go on working.
  Result<void> close();

  // Limits, windows and retention from now on; the rest of the options stays as at `open`.
  void set_options(const DbOptions& options);

  // Drops what is older than the retention, makes and merges blocks, shortens the log, saves
  // metadata. Every minute or so, and again soon where it says that there is more to do. Appends
  // and queries go on meanwhile.
  Result<bool> maintain(const MaintainBudget& budget = {});

  // Deletes the samples of the series that match, at times from `min_ms` to `max_ms`, durably when
  // it returns. Queries that began before may still see them.
  Result<void> delete_series(std::span<const Matcher> matchers, std::int64_t min_ms,
                             std::int64_t max_ms);
  // Gives back the disk space of what was deleted from blocks.
  Result<void> clean_tombstones(std::stop_token stop = {});
  // A copy of the database below snapshots/ in its directory; blocks share their files with it. The
  // name of its directory.
  Result<std::string> snapshot(SnapshotHead head, std::stop_token stop = {});

  Result<std::unique_ptr<Querier>> querier(std::int64_t min_ms, std::int64_t max_ms) const override;
  // Of the series for which all of one of the lists of matchers hold; series sorted by labels.
  std::vector<SeriesExemplars> exemplars(std::span<const Matchers> any_of, std::int64_t min_ms,
                                         std::int64_t max_ms) const;
  // Of one family, or of all where `family` is empty; sorted by name.
  std::vector<MetricFamily> metadata(std::string_view family) const;

  // Where the head's series come from; lists of the `limit` largest. Looks at all series.
  Cardinality cardinality(std::size_t limit) const;

  const ReplayReport& replay() const;
  DbStats stats() const;

 private:
  struct State;
  explicit Db(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace tributary::tsdb
