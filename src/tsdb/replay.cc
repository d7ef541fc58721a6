#include "tsdb/replay.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/hash.h"
#include "model/packed_labels.h"
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
  Replay(Head& head, ReplayReport& report) : head_(head), report_(report) {}

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
      default: ++report_.records_of_other_types; break;
    }
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

  void add_sample(Head::Appender& appender, std::uint64_t ref, Sample sample) {
    const auto found = by_ref_.find(ref);
    if (found == by_ref_.end()) {
      ++report_.samples_without_series;
      head_.reserve(ref);
      return;
    }
    const HeadSeries& series = head_.series(found->second);
    if (series.has_last && sample.timestamp_ms <= series.last_ms) {
      ++report_.samples_not_in_order;
      return;
    }
    appender.append(found->second, sample);
    ++report_.samples;
  }

  Head& head_;
  ReplayReport& report_;
  boost::unordered_flat_map<std::uint64_t, SeriesId> by_ref_;
  std::vector<SeriesId> created_;
  std::vector<HeadDeletions::Deletion> deleted_;
};

}  // namespace

Result<void> replay_wal(Disk& disk, const std::string& directory, const WalListing& listing,
                        Head& head, HeadDeletions& deletions, ReplayReport& report) {
  Replay replay(head, report);
  auto done = read_wal(
      disk, directory, listing, Repair::yes,
      [&replay](std::string_view record) { replay.apply(record); }, report.wal);
  deletions.add(replay.deleted());
  return done;
}

}  // namespace tributary::tsdb
