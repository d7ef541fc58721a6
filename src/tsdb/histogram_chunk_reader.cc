#include <cmath>
#include <utility>

#include "model/sample.h"
#include "tsdb/encoding.h"
#include "tsdb/histogram_chunk.h"

namespace tributary::tsdb {
namespace {

constexpr std::size_t kHeaderBytes = 3;
constexpr unsigned kResetShift = 6;
constexpr std::int32_t kSchemaMin = -4;
constexpr std::int32_t kSchemaMax = 8;

std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

void read_step(BitReader& bits, std::int64_t& value, std::int64_t& step) {
  step = plus(step, read_varbit_int(bits));
  value = plus(value, step);
}

void read_total(BitReader& bits, std::uint64_t& value, std::int64_t& step) {
  step = plus(step, read_varbit_int(bits));
  value += static_cast<std::uint64_t>(step);
}

double read_zero_threshold(BitReader& bits) {
  const auto byte = static_cast<int>(bits.read(8));
  if (byte == 0) return 0;
  if (byte == 255) return std::bit_cast<double>(bits.read(64));
  return std::ldexp(0.5, byte - 243);
}

std::vector<double> values_of(const std::vector<XorField>& fields) {
  std::vector<double> out;
  out.reserve(fields.size());
  for (const XorField& field : fields) out.push_back(field.value());
  return out;
}

std::vector<double> counts_of(const HistogramState::Side& side, bool is_float) {
  if (is_float) return values_of(side.counts);
  std::vector<double> out;
  out.reserve(side.deltas.size());
  std::int64_t count = 0;
  for (const std::int64_t delta : side.deltas) {
    count = plus(count, delta);
    out.push_back(static_cast<double>(count));
  }
  return out;
}

}  // namespace

HistogramChunkReader::HistogramChunkReader(ChunkEncoding encoding, std::string_view bytes)
    : is_float_(encoding == ChunkEncoding::float_histogram),
      bytes_(bytes),
      bits_(bytes.size() < kHeaderBytes ? std::string_view() : bytes.substr(kHeaderBytes)) {
  if (bytes.size() < kHeaderBytes) {
    fail("is shorter than its header");
    return;
  }
  left_ = load_be16(bytes.data());
  reset_ = static_cast<CounterReset>(static_cast<unsigned char>(bytes[2]) >> kResetShift);
}

bool HistogramChunkReader::fail(std::string_view what) {
  left_ = 0;
  status_ = Error(Code::corruption, "histogram chunk of " + std::to_string(bytes_.size()) +
                                        " bytes " + std::string(what));
  return false;
}

bool HistogramChunkReader::next() {
  if (left_ == 0) return false;
  if (read_ == 0 ? !read_first() : !read_next()) return false;
  if (!bits_.ok()) return fail("ends before its last sample");
  --left_;
  ++read_;
  return true;
}

bool HistogramChunkReader::read_spans(HistogramState::Side& side) {
  const std::uint64_t spans = read_varbit_uint(bits_);
  // Every span and every bucket takes at least a bit.
  const std::uint64_t bits_max = bytes_.size() * 8;
  if (spans > bits_max) return fail("has more spans than bits");
  std::uint64_t buckets = 0;
  std::int64_t index = 0;
  for (std::uint64_t i = 0; i < spans && bits_.ok(); ++i) {
    const std::uint64_t length = read_varbit_uint(bits_);
    const std::int64_t offset = read_varbit_int(bits_);
    if (length > bits_max || (buckets += length) > bits_max) {
      return fail("has more buckets than bits");
    }
    if (!std::in_range<std::int32_t>(offset) || (i > 0 && offset < 0) ||
        !std::in_range<std::int32_t>(index + offset + static_cast<std::int64_t>(length))) {
      return fail("has a span out of range");
    }
    index += offset + static_cast<std::int64_t>(length);
    side.spans.push_back({static_cast<std::int32_t>(offset), static_cast<std::uint32_t>(length)});
  }
  if (bits_.ok()) side.set_buckets(buckets, is_float_);
  return true;
}

bool HistogramChunkReader::read_layout() {
  at_.zero_threshold = read_zero_threshold(bits_);
  const std::int64_t schema = read_varbit_int(bits_);
  if ((schema < kSchemaMin || schema > kSchemaMax) && schema != kCustomBucketsSchema) {
    return fail("has the unknown schema " + std::to_string(schema));
  }
  at_.schema = static_cast<std::int32_t>(schema);
  if (!read_spans(at_.positive) || !read_spans(at_.negative)) return false;
  if (schema != kCustomBucketsSchema) return true;
  const std::uint64_t bounds = read_varbit_uint(bits_);
  for (std::uint64_t i = 0; i < bounds && bits_.ok(); ++i) {
    const std::uint64_t thousandths = read_varbit_uint(bits_);
    at_.custom_values.push_back(thousandths > 0 ? static_cast<double>(thousandths - 1) / 1000
                                                : std::bit_cast<double>(bits_.read(64)));
  }
  return true;
}

bool HistogramChunkReader::read_first() {
  if (!read_layout()) return false;
  at_.ms = read_varbit_int(bits_);
  if (is_float_) {
    at_.total_float.read_first(bits_);
    at_.zero_float.read_first(bits_);
  } else {
    at_.total = read_varbit_uint(bits_);
    at_.zero = read_varbit_uint(bits_);
  }
  at_.sum.read_first(bits_);
  for (HistogramState::Side* const side : {&at_.positive, &at_.negative}) {
    for (std::int64_t& delta : side->deltas) delta = read_varbit_int(bits_);
    for (XorField& count : side->counts) count.read_first(bits_);
  }
  return true;
}

bool HistogramChunkReader::read_next() {
  read_step(bits_, at_.ms, at_.ms_step);
  bool sane = true;
  if (is_float_) {
    sane = at_.total_float.read(bits_) && at_.zero_float.read(bits_);
  } else {
    read_total(bits_, at_.total, at_.total_step);
    read_total(bits_, at_.zero, at_.zero_step);
  }
  sane = sane && at_.sum.read(bits_);
  if (sane && !stale()) {
    for (HistogramState::Side* const side : {&at_.positive, &at_.negative}) {
      for (std::size_t i = 0; i < side->deltas.size(); ++i) {
        read_step(bits_, side->deltas[i], side->delta_steps[i]);
      }
      for (XorField& count : side->counts) sane = sane && count.read(bits_);
    }
  }
  return sane || fail("has a float of more than 64 bits");
}

bool HistogramChunkReader::stale() const { return is_stale_marker(at_.sum.value()); }

// The first sample's may follow anything: chunks come, go and are merged.
ResetHint HistogramChunkReader::hint() const {
  if (reset_ == CounterReset::gauge) return ResetHint::gauge;
  return read_ > 1 ? ResetHint::no : ResetHint::unknown;
}

NativeHistogram HistogramChunkReader::histogram() const {
  NativeHistogram out;
  out.is_float = is_float_;
  out.sum = at_.sum.value();
  if (stale()) return out;
  out.schema = at_.schema;
  out.zero_threshold = at_.zero_threshold;
  out.reset_hint = hint();
  out.positive_spans = at_.positive.spans;
  out.negative_spans = at_.negative.spans;
  out.custom_values = at_.custom_values;
  if (is_float_) {
    out.count_float = at_.total_float.value();
    out.zero_count_float = at_.zero_float.value();
    out.positive_counts = values_of(at_.positive.counts);
    out.negative_counts = values_of(at_.negative.counts);
  } else {
    out.count = at_.total;
    out.zero_count = at_.zero;
    out.positive_deltas = at_.positive.deltas;
    out.negative_deltas = at_.negative.deltas;
  }
  return out;
}

FloatHistogram HistogramChunkReader::float_histogram() const {
  FloatHistogram out;
  out.sum = at_.sum.value();
  if (stale()) return out;
  out.schema = at_.schema;
  out.zero_threshold = at_.zero_threshold;
  out.reset_hint = hint();
  out.count = is_float_ ? at_.total_float.value() : static_cast<double>(at_.total);
  out.zero_count = is_float_ ? at_.zero_float.value() : static_cast<double>(at_.zero);
  out.positive_spans = at_.positive.spans;
  out.negative_spans = at_.negative.spans;
  out.positive_counts = counts_of(at_.positive, is_float_);
  out.negative_counts = counts_of(at_.negative, is_float_);
  out.custom_values = at_.custom_values;
  return out;
}

Result<void> read_histogram_chunk(ChunkEncoding encoding, std::string_view bytes,
                                  std::int64_t min_ms, std::int64_t max_ms,
                                  std::vector<HistogramSample>& out) {
  HistogramChunkReader reader(encoding, bytes);
  while (reader.next()) {
    if (reader.timestamp_ms() > max_ms) return {};
    if (reader.timestamp_ms() < min_ms) continue;
    out.push_back(
        {reader.timestamp_ms(), std::make_shared<const FloatHistogram>(reader.float_histogram())});
  }
  return reader.status();
}

}  // namespace tributary::tsdb
