#include "tsdb/wal_histograms.h"

#include <bit>
#include <vector>

#include "model/float_histogram.h"

namespace tributary::tsdb {
namespace {

void append_float(std::string& out, double value) {
  append_be64(out, std::bit_cast<std::uint64_t>(value));
}

void append_spans(std::string& out, const std::vector<BucketSpan>& spans) {
  append_uvarint(out, spans.size());
  for (const BucketSpan& span : spans) {
    append_varint(out, span.offset);
    append_uvarint(out, span.length);
  }
}

void append_floats(std::string& out, const std::vector<double>& values) {
  append_uvarint(out, values.size());
  for (const double value : values) append_float(out, value);
}

void append_deltas(std::string& out, const std::vector<std::int64_t>& values) {
  append_uvarint(out, values.size());
  for (const std::int64_t value : values) append_varint(out, value);
}

// The number of elements that follow, of at least `bytes_each`; fails where so many do not fit.
std::size_t read_size(Decoder& decoder, std::size_t bytes_each) {
  const std::uint64_t size = decoder.uvarint();
  if (size <= decoder.left() / bytes_each) return static_cast<std::size_t>(size);
  decoder.bytes(UINT64_MAX);
  return 0;
}

void read_spans(Decoder& decoder, std::vector<BucketSpan>& out) {
  out.resize(read_size(decoder, 2));
  for (BucketSpan& span : out) {
    span.offset = static_cast<std::int32_t>(decoder.varint());
    span.length = static_cast<std::uint32_t>(decoder.uvarint());
  }
}

void read_floats(Decoder& decoder, std::vector<double>& out) {
  out.resize(read_size(decoder, sizeof(double)));
  for (double& value : out) value = decoder.float64();
}

void read_deltas(Decoder& decoder, std::vector<std::int64_t>& out) {
  out.resize(read_size(decoder, 1));
  for (std::int64_t& value : out) value = decoder.varint();
}

}  // namespace

RecordType record_type_of(const NativeHistogram& histogram) {
  const bool custom = histogram.schema == kCustomBucketsSchema;
  if (histogram.is_float) {
    return custom ? RecordType::custom_float_histograms : RecordType::float_histograms;
  }
  return custom ? RecordType::custom_histograms : RecordType::histograms;
}

void HistogramsRecord::add(std::uint64_t ref, std::int64_t ms, const NativeHistogram& histogram) {
  if (bytes_.empty()) {
    bytes_.push_back(static_cast<char>(record_type_of(histogram)));
    append_be64(bytes_, ref);
    append_be64(bytes_, static_cast<std::uint64_t>(ms));
    first_ref_ = ref;
    first_ms_ = ms;
  }
  append_varint(bytes_, static_cast<std::int64_t>(ref - first_ref_));
  append_varint(bytes_, static_cast<std::int64_t>(static_cast<std::uint64_t>(ms) -
                                                  static_cast<std::uint64_t>(first_ms_)));
  bytes_.push_back(static_cast<char>(histogram.reset_hint));
  append_varint(bytes_, histogram.schema);
  append_float(bytes_, histogram.zero_threshold);
  if (histogram.is_float) {
    append_float(bytes_, histogram.zero_count_float);
    append_float(bytes_, histogram.count_float);
  } else {
    append_uvarint(bytes_, histogram.zero_count);
    append_uvarint(bytes_, histogram.count);
  }
  append_float(bytes_, histogram.sum);
  append_spans(bytes_, histogram.positive_spans);
  append_spans(bytes_, histogram.negative_spans);
  if (histogram.is_float) {
    append_floats(bytes_, histogram.positive_counts);
    append_floats(bytes_, histogram.negative_counts);
  } else {
    append_deltas(bytes_, histogram.positive_deltas);
    append_deltas(bytes_, histogram.negative_deltas);
  }
  if (histogram.schema == kCustomBucketsSchema) append_floats(bytes_, histogram.custom_values);
}

bool wal_detail::decode_histogram(Decoder& decoder, bool is_float, NativeHistogram& out) {
  const std::uint8_t hint = decoder.byte();
  if (hint > static_cast<std::uint8_t>(ResetHint::gauge)) return false;
  out.is_float = is_float;
  out.reset_hint = static_cast<ResetHint>(hint);
  out.schema = static_cast<std::int32_t>(decoder.varint());
  out.zero_threshold = decoder.float64();
  if (is_float) {
    out.zero_count_float = decoder.float64();
    out.count_float = decoder.float64();
  } else {
    out.zero_count = decoder.uvarint();
    out.count = decoder.uvarint();
  }
  out.sum = decoder.float64();
  read_spans(decoder, out.positive_spans);
  read_spans(decoder, out.negative_spans);
  if (is_float) {
    read_floats(decoder, out.positive_counts);
    read_floats(decoder, out.negative_counts);
  } else {
    read_deltas(decoder, out.positive_deltas);
    read_deltas(decoder, out.negative_deltas);
  }
  if (out.schema == kCustomBucketsSchema) read_floats(decoder, out.custom_values);
  return decoder.ok();
}

}  // namespace tributary::tsdb
