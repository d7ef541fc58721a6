// Any bytes read as a log segment: every intact record is found and decoded, damage is skipped, and
// the records framed anew read as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tsdb/wal_histograms.h"
#include "tsdb/wal_records.h"
#include "tsdb/wal_segment.h"

using namespace tributary;

namespace {

struct Histogram {
  std::uint64_t ref;
  std::int64_t ms;
  NativeHistogram histogram;
};

// What can be read is written again and reads as the same.
void check_histograms(std::string_view record) {
  std::vector<Histogram> read;
  tsdb::decode_histograms(record,
                          [&](std::uint64_t ref, std::int64_t ms, NativeHistogram&& histogram) {
                            read.push_back({ref, ms, std::move(histogram)});
                          });
  tsdb::HistogramsRecord again;
  for (const Histogram& one : read) {
    if (tsdb::record_type_of(one.histogram) != tsdb::record_type_of(read[0].histogram)) return;
    again.add(one.ref, one.ms, one.histogram);
  }
  std::size_t count = 0;
  if (again.empty()) return;
  tsdb::decode_histograms(again.record(),
                          [&](std::uint64_t ref, std::int64_t ms, const NativeHistogram&) {
                            if (ref != read[count].ref || ms != read[count].ms) std::abort();
                            ++count;
                          });
  if (count != read.size()) std::abort();
}

std::uint64_t decode(std::string_view record) {
  std::uint64_t entries = 0;
  const auto count = [&entries](const auto&...) { ++entries; };
  switch (tsdb::record_type(record)) {
    case tsdb::RecordType::series:
      tsdb::decode_series(record, [&](std::uint64_t, std::string_view packed) {
        entries += LabelsView(packed).to_labels().size();
      });
      break;
    case tsdb::RecordType::samples: tsdb::decode_samples(record, count); break;
    case tsdb::RecordType::tombstones: tsdb::decode_tombstones(record, count); break;
    case tsdb::RecordType::exemplars: tsdb::decode_exemplars(record, count); break;
    case tsdb::RecordType::metadata: tsdb::decode_metadata(record, count); break;
    case tsdb::RecordType::histograms:
    case tsdb::RecordType::float_histograms:
    case tsdb::RecordType::custom_histograms:
    case tsdb::RecordType::custom_float_histograms: check_histograms(record); break;
    default: break;
  }
  return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> records;
  tsdb::WalSegmentReader reader(bytes);
  while (reader.next()) {
    decode(reader.record());
    records.emplace_back(reader.record());
  }
  if (reader.good_end() > size) std::abort();
  decode(bytes);

  std::string frames;
  tsdb::WalFramer framer(tsdb::WalCompression::snappy);
  for (const std::string& record : records) framer.append(record, frames);
  tsdb::WalSegmentReader again(frames);
  for (const std::string& record : records) {
    if (!again.next() || again.record() != record) std::abort();
  }
  if (again.next() || !again.damage().empty()) std::abort();
  return 0;
}
