#include "remote/histogram_reader.h"

#include <string>
#include <utility>

namespace tributary::remote {
namespace {

class HistogramReader {
 public:
  HistogramReader(std::size_t buckets_max, std::optional<Error>& limit_error)
      : buckets_max_(buckets_max), limit_error_(limit_error) {}

  HistogramSample read(WireReader& parent) {
    HistogramSample sample;
    WireReader reader = parent.message("Histogram");
    while (reader.next()) read_histogram_field(reader, sample);
    parent.adopt_fault(reader);
    return sample;
  }

 private:
  void read_histogram_field(WireReader& reader, HistogramSample& sample) {
    NativeHistogram& h = sample.histogram;
    switch (reader.field()) {
      case 1:
        h.count = reader.varint();
        h.is_float = false;
        break;
      case 2:
        h.count_float = reader.float64();
        h.is_float = true;
        break;
      case 3: h.sum = reader.float64(); break;
      case 4: h.schema = static_cast<std::int32_t>(reader.sint64()); break;
      case 5: h.zero_threshold = reader.float64(); break;
      case 6: h.zero_count = reader.varint(); break;
      case 7: h.zero_count_float = reader.float64(); break;
      case 8: read_span(reader, h.negative_spans); break;
      case 9: read_deltas(reader, h.negative_deltas); break;
      case 10: read_numbers(reader, h.negative_counts); break;
      case 11: read_span(reader, h.positive_spans); break;
      case 12: read_deltas(reader, h.positive_deltas); break;
      case 13: read_numbers(reader, h.positive_counts); break;
      case 14: h.reset_hint = reset_hint_of(reader.varint()); break;
      case 15: sample.timestamp_ms = reader.int64(); break;
      case 16: read_numbers(reader, h.custom_values); break;
      default: break;
    }
  }

  static ResetHint reset_hint_of(std::uint64_t number) {
    return number <= static_cast<std::uint64_t>(ResetHint::gauge) ? static_cast<ResetHint>(number)
                                                                  : ResetHint::unknown;
  }

  bool has_bucket_room(std::size_t count, WireReader& reader) {
    if (count < buckets_max_) return true;
    if (!limit_error_) limit_error_ = too_many("buckets of a histogram", buckets_max_);
    reader.fail("limit");
    return false;
  }

  void read_span(WireReader& parent, std::vector<BucketSpan>& spans) {
    if (!has_bucket_room(spans.size(), parent)) return;
    BucketSpan span;
    WireReader reader = parent.message("BucketSpan");
    while (reader.next()) {
      if (reader.field() == 1) span.offset = static_cast<std::int32_t>(reader.sint64());
      if (reader.field() == 2) span.length = static_cast<std::uint32_t>(reader.varint());
    }
    parent.adopt_fault(reader);
    spans.push_back(span);
  }

  // A repeated number is packed or, from old writers, one field each.
  void read_deltas(WireReader& reader, std::vector<std::int64_t>& deltas) {
    if (reader.type() != WireType::bytes) {
      if (has_bucket_room(deltas.size(), reader)) deltas.push_back(reader.sint64());
      return;
    }
    WireReader packed = reader.message("deltas");
    while (!packed.at_end() && has_bucket_room(deltas.size(), packed))
      deltas.push_back(packed.packed_sint64());
    reader.adopt_fault(packed);
  }

  void read_numbers(WireReader& reader, std::vector<double>& numbers) {
    if (reader.type() != WireType::bytes) {
      if (has_bucket_room(numbers.size(), reader)) numbers.push_back(reader.float64());
      return;
    }
    WireReader packed = reader.message("numbers");
    while (!packed.at_end() && has_bucket_room(numbers.size(), packed))
      numbers.push_back(packed.packed_float64());
    reader.adopt_fault(packed);
  }

  const std::size_t buckets_max_;
  std::optional<Error>& limit_error_;
};

}  // namespace

HistogramSample read_histogram(WireReader& parent, std::size_t buckets_max,
                               std::optional<Error>& limit_error) {
  return HistogramReader(buckets_max, limit_error).read(parent);
}

Error too_many(std::string_view what, std::size_t limit) {
  return Error(Code::limit_exceeded,
               "remote request: more than " + std::to_string(limit) + ' ' + std::string(what));
}

}  // namespace tributary::remote
