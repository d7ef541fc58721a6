// Records of native histograms in the write-ahead log (hub-spec.md 5.7): types 7 and 8 for integer
// and float ones, 9 and 10 for the same with custom bounds, which older readers skip.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/histogram.h"
#include "tsdb/wal_records.h"

namespace tributary::tsdb {

RecordType record_type_of(const NativeHistogram& histogram);

// Histograms of one type, collected into a record.
class HistogramsRecord {
 public:
  void clear() { bytes_.clear(); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view record() const { return bytes_; }

  void add(std::uint64_t ref, std::int64_t ms, const NativeHistogram& histogram);

 private:
  std::string bytes_;
  std::uint64_t first_ref_ = 0;
  std::int64_t first_ms_ = 0;
};

namespace wal_detail {
// False where the bytes are malformed.
bool decode_histogram(Decoder& decoder, bool is_float, NativeHistogram& out);
}  // namespace wal_detail

// visit(ref, ms, NativeHistogram&&): spans and counts as they stand there, not yet checked.
template <class Visit>
bool decode_histograms(std::string_view record, Visit visit) {
  const RecordType type = record_type(record);
  const bool is_float =
      type == RecordType::float_histograms || type == RecordType::custom_float_histograms;
  Decoder decoder(record.substr(1));
  if (decoder.done()) return true;
  const std::uint64_t first_ref = decoder.be64();
  const std::uint64_t first_ms = decoder.be64();
  while (decoder.ok() && !decoder.done()) {
    const std::uint64_t ref = first_ref + static_cast<std::uint64_t>(decoder.varint());
    const std::uint64_t ms = first_ms + static_cast<std::uint64_t>(decoder.varint());
    NativeHistogram histogram;
    if (!wal_detail::decode_histogram(decoder, is_float, histogram)) return false;
    visit(ref, static_cast<std::int64_t>(ms), std::move(histogram));
  }
  return decoder.ok();
}

}  // namespace tributary::tsdb
