#include "tsdb/replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/hash.h"
#include "model/packed_labels.h"
#include "tsdb/histogram_check.h"
#include "tsdb/wal_histograms.h"
#include "tsdb/wal_records.h"

namespace tributary::tsdb {
namespace {

bool is_canonical(std::string_view packed) {
  std::string_view before;
  bool canonical = true;
  for (const auto& [name, value] : LabelsView(packed)) {
    if (name <= before || value.empty()) canonical = false;
    before = name;
  }
  return canonical;
}

class Replay {
 public:
  explicit Replay(const ReplayInto& into)
      : head_(into.head), exemplars_(into.exemplars), report_(into.report) {}

  void apply(std::string_view record) {
    bool good = true;
    switch (record_type(record)) {
      case RecordType::series:
        created_.clear();
        good = decode_series(record, [this](std::uint64_t ref, std::string_view packed) {
          add_series(ref, packed);
        });
        head_.publish(created_);
        break;
      case RecordType::samples: {
        Head::Appender appender(head_);
        good = decode_samples(
            record, [&](std::uint64_t ref, Sample sample) { add_sample(appender, ref, sample); });
        break;
      }
      case RecordType::tombstones:
        good = decode_tombstones(record, [this](const TombstoneEntry& entry) {
          const auto found = by_ref_.find(entry.ref);
          if (found == by_ref_.end()) return;
          deleted_.push_back(
              {std::string(head_.labels(found->second).packed()), {entry.min_ms, entry.max_ms}});
        });
        break;
      case RecordType::histograms:
      case RecordType::float_histograms:
      case RecordType::custom_histograms:
      case RecordType::custom_float_histograms: {
        Head::Appender appender(head_);
        good = decode_histograms(
            record, [&](std::uint64_t ref, std::int64_t ms, const NativeHistogram& histogram) {
              add_histogram(appender, ref, ms, histogram);
            });
        break;
      }
      case RecordType::exemplars:
        good = decode_exemplars(record, [this](const ExemplarEntry& entry) { add(entry); });
        break;
      default: ++report_.records_of_other_types; break;
    }
    if (!good) ++report_.malformed_records;
  }

  // Of the log of late samples; the others of its types say where samples are mapped from.
  void apply_late(std::string_view record) {
    if (record_type(record) != RecordType::samples) return;
    Head::Appender appender(head_);
    const bool good = decode_samples(
        record, [&](std::uint64_t ref, Sample sample) { add_late_sample(appender, ref, sample); });
    if (!good) ++report_.malformed_records;
  }

  const std::vector<HeadDeletions::Deletion>& deleted() const { return deleted_; }

 private:
  void add_series(std::uint64_t ref, std::string_view packed) {
    std::string sorted;
    if (!is_canonical(packed)) packed = sorted = pack(LabelsView(packed).to_labels());
    const std::uint64_t hash = hash64(packed);
    SeriesId series = head_.find(packed, hash);
    if (series == kNoSeries) {
      // A reference that is taken already belongs to other labels: no sound log has that.
      series =
          by_ref_.contains(ref) ? head_.create(packed, hash) : head_.create_as(ref, packed, hash);
      created_.push_back(series);
      ++report_.series;
    } else if (head_.series(series).ref != ref) {
      // It was forgotten and came again. What stands under its old reference is no longer needed,
      // so that the new one is what a checkpoint must keep.
      head_.series(series).ref = ref;
      head_.reserve(ref);
    }
    by_ref_[ref] = series;
  }

  // Where a sample belongs that is later than the newest of its series.
  std::optional<SeriesId> place_of(std::uint64_t ref, std::int64_t ms) {
    const auto found = by_ref_.find(ref);
    if (found == by_ref_.end()) {
      ++report_.samples_without_series;
      head_.reserve(ref);
      return std::nullopt;
    }
    const HeadSeries& series = head_.series(found->second);
    if (series.has_last && ms <= series.last_ms) {
      ++report_.samples_not_in_order;
      return std::nullopt;
    }
    ++report_.samples;
    return found->second;
  }

  void add_sample(Head::Appender& appender, std::uint64_t ref, Sample sample) {
    const auto place = place_of(ref, sample.timestamp_ms);
    if (place) appender.append(*place, sample);
  }

  void add_histogram(Head::Appender& appender, std::uint64_t ref, std::int64_t ms,
                     const NativeHistogram& histogram) {
    if (!check_histogram(histogram)) {
      ++report_.malformed_records;
      return;
    }
    const auto place = place_of(ref, ms);
    if (place) appender.append(*place, ms, histogram);
  }

  void add_late_sample(Head::Appender& appender, std::uint64_t ref, Sample sample) {
    const auto found = by_ref_.find(ref);
    if (found == by_ref_.end()) {
      ++report_.samples_without_series;
      return;
    }
    const HeadSeries& series = head_.series(found->second);
    if (!series.has_last || sample.timestamp_ms > series.last_ms) {
      appender.append(found->second, sample);
    } else {
      appender.unlock();
      stored_.clear();
      if (!head_.read(found->second, sample.timestamp_ms, sample.timestamp_ms, stored_)) return;
      if (!stored_.floats.empty() || !stored_.histograms.empty()) return;
      appender.append_late(found->second, sample);
    }
    ++report_.late_samples;
  }

  void add(const ExemplarEntry& entry) {
    const auto found = by_ref_.find(entry.ref);
    if (found == by_ref_.end()) return;
    const auto verdict = exemplars_.add(head_.labels(found->second).packed(), entry.packed_labels,
                                        {entry.timestamp_ms, entry.value});
    if (verdict == ExemplarStore::Verdict::news) ++report_.exemplars;
  }

  Head& head_;
  ExemplarStore& exemplars_;
  ReplayReport& report_;
  SeriesSamples stored_;
  boost::unordered_flat_map<std::uint64_t, SeriesId> by_ref_;
  std::vector<SeriesId> created_;
  std::vector<HeadDeletions::Deletion> deleted_;
};

}  // namespace

Result<void> replay(Disk& disk, const ReplayFrom& from, const ReplayInto& into) {
  Replay replay(into);
  auto done = read_wal(
      disk, from.directory, from.listing, Repair::yes,
      [&replay](std::string_view record) { replay.apply(record); }, into.report.wal);
  into.deletions.add(replay.deleted());
  if (!done) return done;
  return read_wal(
      disk, from.late_directory, from.late_listing, Repair::yes,
      [&replay](std::string_view record) { replay.apply_late(record); }, into.report.wal);
}

}  // namespace tributary::tsdb
