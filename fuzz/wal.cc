// Any bytes read as a log segment: every intact record is found and decoded, damage is skipped, and
// the records framed anew read as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tsdb/wal_records.h"
#include "tsdb/wal_segment.h"

using namespace tributary;

namespace {

std::uint64_t decode(std::string_view record) {
  std::uint64_t entries = 0;
  const auto count = [&entries](const auto&...) { ++entries; };
  switch (tsdb::record_type(record)) {
    case tsdb::RecordType::series:
      tsdb::decode_series(record, [&](std::uint64_t, std::string_view packed) {
        entries += tsdb::unpack(packed).size();
      });
      break;
    case tsdb::RecordType::samples: tsdb::decode_samples(record, count); break;
    case tsdb::RecordType::tombstones: tsdb::decode_tombstones(record, count); break;
    case tsdb::RecordType::exemplars: tsdb::decode_exemplars(record, count); break;
    case tsdb::RecordType::metadata: tsdb::decode_metadata(record, count); break;
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
