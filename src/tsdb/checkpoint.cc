#include "tsdb/checkpoint.h"

#include <array>
#include <string_view>

#include "tsdb/wal.h"
#include "tsdb/wal_histograms.h"
#include "tsdb/wal_records.h"

namespace tributary::tsdb {
namespace {

class Writer {
 public:
  Writer(Wal& wal, const CheckpointOptions& options) : wal_(wal), options_(options) {}

  // What is still needed of `record`. After a failure does nothing more.
  void carry_over(std::string_view record) {
    switch (record_type(record)) {
      case RecordType::series:
        series_.clear();
        decode_series(record, [this](std::uint64_t ref, std::string_view packed) {
          if (options_.keep_series(ref)) series_.add(ref, packed);
        });
        return log(series_.record());
      case RecordType::samples:
        samples_.clear();
        decode_samples(record, [this](std::uint64_t ref, Sample sample) {
          if (keeps(ref, sample.timestamp_ms)) samples_.add(ref, sample);
        });
        return log(samples_.record());
      case RecordType::histograms:
      case RecordType::float_histograms:
      case RecordType::custom_histograms:
      case RecordType::custom_float_histograms:
        histograms_.clear();
        decode_histograms(
            record, [this](std::uint64_t ref, std::int64_t ms, const NativeHistogram& histogram) {
              if (keeps(ref, ms)) histograms_.add(ref, ms, histogram);
            });
        return log(histograms_.record());
      case RecordType::exemplars:
        exemplars_.clear();
        decode_exemplars(record, [this](const ExemplarEntry& entry) {
          if (!keeps(entry.ref, entry.timestamp_ms)) return;
          exemplars_.add(entry.ref, {entry.timestamp_ms, entry.value}, entry.packed_labels);
        });
        return log(exemplars_.record());
      default: return log(record);
    }
  }

  const Result<void>& status() const { return status_; }

 private:
  bool keeps(std::uint64_t ref, std::int64_t ms) const {
    return ms >= options_.min_ms && options_.keep_series(ref);
  }

  void log(std::string_view record) {
    if (record.empty() || !status_) return;
    const std::array<std::string_view, 1> records{record};
    status_ = wal_.log(records);
  }

  Wal& wal_;
  const CheckpointOptions& options_;
  SeriesRecord series_;
  SamplesRecord samples_;
  HistogramsRecord histograms_;
  ExemplarsRecord exemplars_;
  Result<void> status_;
};

}  // namespace

Result<void> write_checkpoint(Disk& disk, const std::string& directory,
                              const CheckpointOptions& options) {
  const std::string name = directory + '/' + wal_checkpoint_name(options.up_to_segment);
  const std::string temporary = name + ".tmp";
  if (auto done = disk.remove(temporary); !done) return done;
  if (auto done = disk.make_directory(temporary); !done) return done;

  TRIBUTARY_TRY(WalListing covered, list_wal(disk, directory));
  std::erase_if(covered.segments, [&](unsigned number) { return number > options.up_to_segment; });
  TRIBUTARY_TRY(const auto wal, Wal::open(disk, temporary, 0, {}));
  Writer writer(*wal, options);
  WalReport report;
  auto done = read_wal(
      disk, directory, covered, Repair::no,
      [&writer](std::string_view record) { writer.carry_over(record); }, report);
  if (!done) return done;
  if (!writer.status()) return writer.status();
  if (done = wal->sync(); !done) return done;
  if (done = disk.rename(temporary, name); !done) return done;
  if (done = disk.sync_directory(directory); !done) return done;

  // From here on what the checkpoint covers is a leftover; whatever is not removed now is at the
  // next start.
  TRIBUTARY_TRY(const WalListing after, list_wal(disk, directory));
  for (const std::string& leftover : after.leftovers) {
    if (auto removed = disk.remove(directory + '/' + leftover); !removed) return removed;
  }
  return disk.sync_directory(directory);
}

}  // namespace tributary::tsdb
