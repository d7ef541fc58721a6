#include "tsdb/tombstones.h"

#include <algorithm>

#include "base/crc32c.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

constexpr std::string_view kHeader("\x01\x30\xba\x30\x01", 5);
constexpr std::size_t kCrcBytes = 4;

// The first one that ends at `ms` or later.
template <class List>
auto first_ending_at(List& intervals, std::int64_t ms) {
  return std::lower_bound(
      intervals.begin(), intervals.end(), ms,
      [](const Interval& interval, std::int64_t time) { return interval.max_ms < time; });
}

Error damaged(const std::string& path, std::string_view what) {
  return Error(Code::corruption, path + ": " + std::string(what));
}

}  // namespace

void add_interval(Intervals& intervals, Interval added) {
  const std::int64_t before = added.min_ms == INT64_MIN ? INT64_MIN : added.min_ms - 1;
  const std::int64_t after = added.max_ms == INT64_MAX ? INT64_MAX : added.max_ms + 1;
  const auto from = first_ending_at(intervals, before);
  auto to = from;
  for (; to != intervals.end() && to->min_ms <= after; ++to) {
    added.min_ms = std::min(added.min_ms, to->min_ms);
    added.max_ms = std::max(added.max_ms, to->max_ms);
  }
  intervals.insert(intervals.erase(from, to), added);
}

bool contains(std::span<const Interval> intervals, std::int64_t ms) {
  const auto found = first_ending_at(intervals, ms);
  return found != intervals.end() && found->min_ms <= ms;
}

bool covers(std::span<const Interval> intervals, Interval stretch) {
  const auto found = first_ending_at(intervals, stretch.min_ms);
  return found != intervals.end() && found->min_ms <= stretch.min_ms &&
         found->max_ms >= stretch.max_ms;
}

bool touches(std::span<const Interval> intervals, Interval stretch) {
  const auto found = first_ending_at(intervals, stretch.min_ms);
  return found != intervals.end() && found->min_ms <= stretch.max_ms;
}

void erase_deleted(std::span<const Interval> intervals, std::size_t kept_floats,
                   std::size_t kept_histograms, SeriesSamples& samples) {
  if (intervals.empty()) return;
  const auto erase = [&](auto& list, std::size_t kept) {
    const auto from = list.begin() + static_cast<std::ptrdiff_t>(kept);
    list.erase(std::remove_if(
                   from, list.end(),
                   [&](const auto& sample) { return contains(intervals, sample.timestamp_ms); }),
               list.end());
  };
  erase(samples.floats, kept_floats);
  erase(samples.histograms, kept_histograms);
}

std::span<const Interval> Tombstones::of(std::uint64_t series_ref) const {
  const auto found = by_series_.find(series_ref);
  return found == by_series_.end() ? std::span<const Interval>() : found->second;
}

std::uint64_t Tombstones::intervals() const {
  std::uint64_t count = 0;
  for (const auto& [ref, intervals] : by_series_) count += intervals.size();
  return count;
}

std::string Tombstones::encode() const {
  std::string entries;
  for (const auto& [ref, intervals] : by_series_) {
    for (const Interval& interval : intervals) {
      append_uvarint(entries, ref);
      append_varint(entries, interval.min_ms);
      append_varint(entries, interval.max_ms);
    }
  }
  char crc[kCrcBytes];
  store_be32(crc, crc32c(entries));
  return std::string(kHeader) + entries + std::string(crc, sizeof crc);
}

Result<Tombstones> Tombstones::decode(std::string_view bytes, const std::string& path) {
  if (bytes.size() < kHeader.size() + kCrcBytes || !bytes.starts_with(kHeader.substr(0, 4))) {
    return damaged(path, "is not a file of tombstones");
  }
  if (bytes[4] != kHeader[4]) {
    return Error(Code::unsupported, path + ": tombstones of format version " +
                                        std::to_string(static_cast<unsigned char>(bytes[4])) +
                                        ", wanted 1");
  }
  const std::string_view entries =
      bytes.substr(kHeader.size(), bytes.size() - kHeader.size() - kCrcBytes);
  if (crc32c(entries) != load_be32(bytes.data() + bytes.size() - kCrcBytes)) {
    return damaged(path, "checksum mismatch");
  }
  Tombstones out;
  for (Decoder decoder(entries); !decoder.done();) {
    const std::uint64_t ref = decoder.uvarint();
    const std::int64_t min_ms = decoder.varint();
    const std::int64_t max_ms = decoder.varint();
    if (!decoder.ok()) return damaged(path, "ends within a tombstone");
    if (min_ms <= max_ms) out.add(ref, {min_ms, max_ms});
  }
  return out;
}

}  // namespace tributary::tsdb
