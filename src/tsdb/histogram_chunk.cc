#include "tsdb/histogram_chunk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/sample.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

constexpr std::size_t kHeaderBytes = 3;  // number of samples, flags
constexpr std::size_t kFlagsAt = 2;
constexpr unsigned kResetShift = 6;

// Differences wrap around, as in Go.
std::int64_t difference(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::int64_t>(a - b);
}
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return difference(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b));
}

void write_step(BitWriter& bits, std::int64_t value, std::int64_t& last, std::int64_t& last_step) {
  const std::int64_t step = difference(value, last);
  write_varbit_int(bits, difference(step, last_step));
  last = value;
  last_step = step;
}

// A power of two from 2^-243 to 2^10 takes one byte, others nine.
void write_zero_threshold(BitWriter& bits, double threshold) {
  if (threshold == 0) return bits.write(0, 8);
  int exponent = 0;
  if (std::frexp(threshold, &exponent) == 0.5 && exponent >= -242 && exponent <= 11) {
    const int code = exponent + 243;
    return bits.write(static_cast<std::uint64_t>(code), 8);
  }
  bits.write(255, 8);
  bits.write(std::bit_cast<std::uint64_t>(threshold), 64);
}

void write_spans(BitWriter& bits, const BucketSpans& spans) {
  write_varbit_uint(bits, spans.size());
  for (const BucketSpan& span : spans) {
    write_varbit_uint(bits, span.length);
    write_varbit_int(bits, span.offset);
  }
}

// Whole thousandths up to 33554.430 are short.
void write_custom_bound(BitWriter& bits, double bound) {
  const double thousandths = bound * 1000;
  if (thousandths >= 0 && thousandths <= 33'554'430 && std::round(thousandths) / 1000 == bound) {
    return write_varbit_uint(bits, static_cast<std::uint64_t>(std::round(thousandths)) + 1);
  }
  bits.write(0, 1);
  bits.write(std::bit_cast<std::uint64_t>(bound), 64);
}

// A count of `chunk` that is not among those of the histogram, or larger there.
template <class T>
bool lost_counts(const std::vector<T>& chunk, const std::vector<T>& histogram,
                 const MergedLayout& layout) {
  const std::vector<T> there = spread(histogram, layout.right_at, layout.buckets);
  std::vector<bool> has(layout.buckets);
  for (const std::size_t at : layout.right_at) has[at] = true;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const std::size_t at = layout.left_at[i];
    if (has[at] ? chunk[i] > there[at] : chunk[i] != 0) return true;
  }
  return false;
}

std::vector<double> values_of(const std::vector<XorField>& fields) {
  std::vector<double> out;
  out.reserve(fields.size());
  for (const XorField& field : fields) out.push_back(field.value());
  return out;
}

bool lost_counts(const HistogramState::Side& side, const std::vector<std::int64_t>& deltas,
                 const std::vector<double>& counts, const MergedLayout& layout) {
  return lost_counts(to_counts(side.deltas), to_counts(deltas), layout) ||
         lost_counts(values_of(side.counts), counts, layout);
}

NativeHistogram stale_marker_of(const NativeHistogram& histogram) {
  NativeHistogram marker;
  marker.is_float = histogram.is_float;
  marker.sum = histogram.sum;
  return marker;
}

// Gives the histogram the layout `positive` and `negative`, its own buckets at those places.
void relayout(NativeHistogram& histogram, const BucketSpans& positive,
              const std::vector<std::size_t>& positive_at, const BucketSpans& negative,
              const std::vector<std::size_t>& negative_at) {
  const auto side = [&](std::vector<std::int64_t>& deltas, std::vector<double>& counts,
                        const std::vector<std::size_t>& at, const BucketSpans& spans) {
    const std::size_t buckets = count_buckets(spans);
    if (at.size() == buckets) return;
    if (histogram.is_float) {
      counts = spread(counts, at, buckets);
    } else {
      deltas = to_deltas(spread(to_counts(deltas), at, buckets));
    }
  };
  side(histogram.positive_deltas, histogram.positive_counts, positive_at, positive);
  side(histogram.negative_deltas, histogram.negative_counts, negative_at, negative);
  histogram.positive_spans = positive;
  histogram.negative_spans = negative;
}

}  // namespace

void HistogramState::Side::set_buckets(std::size_t count, bool is_float) {
  deltas.assign(is_float ? 0 : count, 0);
  delta_steps.assign(is_float ? 0 : count, 0);
  counts.assign(is_float ? count : 0, XorField());
}

HistogramChunkWriter::HistogramChunkWriter(std::int64_t ms, const NativeHistogram& histogram,
                                           const HistogramChunkWriter* before)
    : bits_(std::string(kHeaderBytes, '\0')), is_float_(histogram.is_float) {
  CounterReset reset = CounterReset::unknown;
  if (histogram.reset_hint == ResetHint::gauge) {
    reset = CounterReset::gauge;
  } else if (histogram.reset_hint == ResetHint::yes) {
    reset = CounterReset::yes;
  } else if (before != nullptr && before->is_float_ == is_float_) {
    const Fit found = before->fit(histogram);
    reset = found.reset;
    // Of floats Prometheus says "unknown" here, and "no" where it could not compare: that is not
    // followed.
    if (is_float_ && !found.fits && reset == CounterReset::no) reset = CounterReset::unknown;
  }
  write(ms, histogram);
  set_counter_reset(reset);
}

std::string HistogramChunkWriter::take() { return std::move(bits_.mutable_bytes()); }

CounterReset HistogramChunkWriter::counter_reset() const {
  return static_cast<CounterReset>(static_cast<unsigned char>(bits_.bytes()[kFlagsAt]) >>
                                   kResetShift);
}

void HistogramChunkWriter::set_counter_reset(CounterReset reset) {
  bits_.mutable_bytes()[kFlagsAt] = static_cast<char>(static_cast<unsigned>(reset) << kResetShift);
}

bool HistogramChunkWriter::same_layout_kind(const NativeHistogram& histogram) const {
  return histogram.schema == last_.schema && histogram.zero_threshold == last_.zero_threshold;
}

bool HistogramChunkWriter::was_reset(const NativeHistogram& histogram, const Fit& fit) const {
  if (is_float_ ? histogram.zero_count_float < last_.zero_float.value()
                : histogram.zero_count < last_.zero) {
    return true;
  }
  return lost_counts(last_.positive, histogram.positive_deltas, histogram.positive_counts,
                     fit.positive) ||
         lost_counts(last_.negative, histogram.negative_deltas, histogram.negative_counts,
                     fit.negative);
}

// Of a histogram that is not a gauge.
HistogramChunkWriter::Fit HistogramChunkWriter::fit(const NativeHistogram& histogram) const {
  Fit out;
  if (counter_reset() == CounterReset::gauge) return out;
  const auto refused = [&out](CounterReset reset) {
    out.fits = false;
    out.reset = reset;
    return out;
  };
  if (histogram.reset_hint == ResetHint::yes) return refused(CounterReset::yes);
  out.fits = true;
  if (is_stale_marker(histogram.sum)) return out;
  if (is_stale_marker(last_.sum.value())) return refused(CounterReset::unknown);
  if (is_float_ ? histogram.count_float < last_.total_float.value()
                : histogram.count < last_.total) {
    return refused(CounterReset::yes);
  }
  // It may be a reset or not: with other buckets that is for the query to find out.
  if (!same_layout_kind(histogram)) return refused(CounterReset::unknown);
  if (histogram.custom_values != last_.custom_values) return refused(CounterReset::yes);
  out.positive = merge_layouts(last_.positive.spans, histogram.positive_spans);
  out.negative = merge_layouts(last_.negative.spans, histogram.negative_spans);
  return was_reset(histogram, out) ? refused(CounterReset::yes) : out;
}

HistogramChunkWriter::Fit HistogramChunkWriter::fit_gauge(const NativeHistogram& histogram) const {
  Fit out;
  if (counter_reset() != CounterReset::gauge) return out;
  out.fits = is_stale_marker(histogram.sum);
  if (out.fits || is_stale_marker(last_.sum.value())) return out;
  out.fits = same_layout_kind(histogram) && histogram.custom_values == last_.custom_values;
  if (!out.fits) return out;
  out.positive = merge_layouts(last_.positive.spans, histogram.positive_spans);
  out.negative = merge_layouts(last_.negative.spans, histogram.negative_spans);
  return out;
}

HistogramChunkWriter::Appended HistogramChunkWriter::append(std::int64_t ms,
                                                            const NativeHistogram& histogram) {
  const bool gauge = histogram.reset_hint == ResetHint::gauge;
  Fit found = gauge ? fit_gauge(histogram) : fit(histogram);
  if (!found.fits || count_ >= kSamplesMax) return Appended::needs_chunk;
  MergedLayout& positive = found.positive;
  MergedLayout& negative = found.negative;
  const bool chunk_lacks = positive.left_lacks() || negative.left_lacks();
  const bool histogram_lacks = positive.right_lacks() || negative.right_lacks();
  if (!chunk_lacks && !histogram_lacks) {
    write(ms, histogram);
    return Appended::yes;
  }

  // Spans can say the same in several ways; Prometheus keeps what is there where it can.
  const auto spans = [&](const MergedLayout& layout, const BucketSpans& chunk,
                         const BucketSpans& own) {
    if (!chunk_lacks && !gauge) return chunk;
    return layout.right_lacks() || (gauge && histogram_lacks) ? layout.spans : own;
  };
  NativeHistogram wide = histogram;
  relayout(wide, spans(positive, last_.positive.spans, histogram.positive_spans), positive.right_at,
           spans(negative, last_.negative.spans, histogram.negative_spans), negative.right_at);
  if (chunk_lacks) widen(wide.positive_spans, wide.negative_spans);
  write(ms, wide);
  return chunk_lacks ? Appended::widened : Appended::yes;
}

// Writes all that is in the chunk again, with these buckets.
void HistogramChunkWriter::widen(const BucketSpans& positive, const BucketSpans& negative) {
  const CounterReset reset = counter_reset();
  const std::string old = bits_.bytes();
  const std::vector<std::size_t> positive_at =
      merge_layouts(last_.positive.spans, positive).left_at;
  const std::vector<std::size_t> negative_at =
      merge_layouts(last_.negative.spans, negative).left_at;
  bits_ = BitWriter(std::string(kHeaderBytes, '\0'));
  count_ = 0;
  last_ = HistogramState();
  HistogramChunkReader reader(encoding(), old);
  while (reader.next()) {
    NativeHistogram histogram = reader.histogram();
    relayout(histogram, positive, positive_at, negative, negative_at);
    write(reader.timestamp_ms(), histogram);
  }
  TRIBUTARY_CHECK(reader.status().has_value());
  set_counter_reset(reset);
}

void HistogramChunkWriter::write(std::int64_t ms, const NativeHistogram& histogram) {
  const bool stale = is_stale_marker(histogram.sum);
  // Of a marker nothing but itself is kept.
  const NativeHistogram marker = stale ? stale_marker_of(histogram) : NativeHistogram();
  const NativeHistogram& kept = stale ? marker : histogram;
  if (count_ == 0) {
    write_layout(kept);
    write_varbit_int(bits_, ms);
    last_.ms = ms;
  } else {
    write_step(bits_, ms, last_.ms, last_.ms_step);
  }
  if (is_float_) {
    write_floats(kept);
  } else {
    write_integers(kept, stale);
  }
  ++count_;
  store_be16(bits_.mutable_bytes().data(), static_cast<std::uint16_t>(count_));
}

void HistogramChunkWriter::write_layout(const NativeHistogram& histogram) {
  write_zero_threshold(bits_, histogram.zero_threshold);
  write_varbit_int(bits_, histogram.schema);
  write_spans(bits_, histogram.positive_spans);
  write_spans(bits_, histogram.negative_spans);
  if (histogram.schema == kCustomBucketsSchema) {
    write_varbit_uint(bits_, histogram.custom_values.size());
    for (const double bound : histogram.custom_values) write_custom_bound(bits_, bound);
  }
  last_.schema = histogram.schema;
  last_.zero_threshold = histogram.zero_threshold;
  last_.custom_values = histogram.custom_values;
  last_.positive.spans = histogram.positive_spans;
  last_.negative.spans = histogram.negative_spans;
  last_.positive.set_buckets(count_buckets(histogram.positive_spans), is_float_);
  last_.negative.set_buckets(count_buckets(histogram.negative_spans), is_float_);
}

void HistogramChunkWriter::write_integers(const NativeHistogram& histogram, bool stale) {
  const auto write_buckets = [this](HistogramState::Side& side,
                                    const std::vector<std::int64_t>& deltas) {
    for (std::size_t i = 0; i < deltas.size(); ++i) {
      if (count_ == 0) {
        write_varbit_int(bits_, deltas[i]);
        side.deltas[i] = deltas[i];
      } else {
        write_step(bits_, deltas[i], side.deltas[i], side.delta_steps[i]);
      }
    }
  };
  const auto write_total = [this, stale](std::uint64_t value, std::uint64_t& last,
                                         std::int64_t& last_step) {
    const std::int64_t step = difference(value, last);
    if (count_ == 0) {
      write_varbit_uint(bits_, value);
    } else {
      write_varbit_int(bits_, stale ? 0 : difference(step, last_step));
      last_step = step;
    }
    last = value;
  };
  write_total(histogram.count, last_.total, last_.total_step);
  write_total(histogram.zero_count, last_.zero, last_.zero_step);
  write_float(last_.sum, histogram.sum);
  write_buckets(last_.positive, histogram.positive_deltas);
  write_buckets(last_.negative, histogram.negative_deltas);
}

void HistogramChunkWriter::write_floats(const NativeHistogram& histogram) {
  const auto write_buckets = [this](HistogramState::Side& side, const std::vector<double>& counts) {
    for (std::size_t i = 0; i < counts.size(); ++i) write_float(side.counts[i], counts[i]);
  };
  write_float(last_.total_float, histogram.count_float);
  write_float(last_.zero_float, histogram.zero_count_float);
  write_float(last_.sum, histogram.sum);
  write_buckets(last_.positive, histogram.positive_counts);
  write_buckets(last_.negative, histogram.negative_counts);
}

void HistogramChunkWriter::write_float(XorField& field, double value) {
  if (count_ == 0) {
    field.write_first(bits_, value);
  } else {
    field.write(bits_, value);
  }
}

}  // namespace tributary::tsdb
