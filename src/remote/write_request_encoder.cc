#include <utility>

#include "remote/wire.h"
#include "remote/write_request.h"

namespace tributary::remote {
namespace {

// Field numbers, by message.
namespace request {
constexpr std::uint32_t kTimeseries = 1, kMetadata = 3;
}
namespace series_field {
constexpr std::uint32_t kLabels = 1, kSamples = 2, kExemplars = 3, kHistograms = 4;
}

constexpr std::size_t kTagSize = 1;  // of every field below 16
constexpr std::size_t kFloat64Size = 8;

std::size_t bytes_field_size(std::size_t length) { return kTagSize + varint_size(length) + length; }

std::size_t varint_field_size(std::uint64_t value) { return kTagSize + varint_size(value); }

std::size_t label_size(const Label& label) {
  return bytes_field_size(label.name.size()) + bytes_field_size(label.value.size());
}

std::size_t point_size(std::int64_t timestamp_ms) {
  return kTagSize + kFloat64Size + varint_field_size(static_cast<std::uint64_t>(timestamp_ms));
}

std::size_t exemplar_size(const Exemplar& exemplar) {
  std::size_t size = point_size(exemplar.timestamp_ms.value_or(0));
  for (const Label& label : exemplar.labels) size += bytes_field_size(label_size(label));
  return size;
}

void append_label(std::string& out, std::uint32_t field, const Label& label) {
  append_length(out, field, label_size(label));
  append_bytes_field(out, 1, label.name);
  append_bytes_field(out, 2, label.value);
}

void append_spans(std::string& out, std::uint32_t field, const std::vector<BucketSpan>& spans) {
  for (const BucketSpan& span : spans) {
    const std::uint64_t offset = zigzag(span.offset);
    append_length(out, field, varint_field_size(offset) + varint_field_size(span.length));
    append_varint_field(out, 1, offset);
    append_varint_field(out, 2, span.length);
  }
}

void append_deltas(std::string& out, std::uint32_t field, const std::vector<std::int64_t>& deltas) {
  if (deltas.empty()) return;
  std::size_t size = 0;
  for (const std::int64_t delta : deltas) size += varint_size(zigzag(delta));
  append_length(out, field, size);
  for (const std::int64_t delta : deltas) append_varint(out, zigzag(delta));
}

void append_numbers(std::string& out, std::uint32_t field, const std::vector<double>& numbers) {
  if (numbers.empty()) return;
  append_length(out, field, numbers.size() * kFloat64Size);
  for (const double number : numbers) append_float64(out, number);
}

std::string encode_histogram(const HistogramSample& sample) {
  const NativeHistogram& h = sample.histogram;
  std::string out;
  if (h.is_float) {
    append_float64_field(out, 2, h.count_float);
  } else {
    append_varint_field(out, 1, h.count);
  }
  append_float64_field(out, 3, h.sum);
  append_varint_field(out, 4, zigzag(h.schema));
  append_float64_field(out, 5, h.zero_threshold);
  if (h.is_float) {
    append_float64_field(out, 7, h.zero_count_float);
  } else {
    append_varint_field(out, 6, h.zero_count);
  }
  append_spans(out, 8, h.negative_spans);
  append_deltas(out, 9, h.negative_deltas);
  append_numbers(out, 10, h.negative_counts);
  append_spans(out, 11, h.positive_spans);
  append_deltas(out, 12, h.positive_deltas);
  append_numbers(out, 13, h.positive_counts);
  append_varint_field(out, 14, static_cast<std::uint64_t>(h.reset_hint));
  append_varint_field(out, 15, static_cast<std::uint64_t>(sample.timestamp_ms));
  append_numbers(out, 16, h.custom_values);
  return out;
}

std::size_t body_size(const SeriesRef& series, std::span<const std::string> histograms) {
  std::size_t size = series.label_bytes.size();
  for (const Label& label : series.labels) size += bytes_field_size(label_size(label));
  for (const Sample& sample : series.samples)
    size += bytes_field_size(point_size(sample.timestamp_ms));
  for (const Exemplar& exemplar : series.exemplars)
    size += bytes_field_size(exemplar_size(exemplar));
  for (const std::string& histogram : histograms) size += bytes_field_size(histogram.size());
  return size;
}

std::vector<std::string> encode_histograms(const SeriesRef& series) {
  std::vector<std::string> out;
  for (const HistogramSample& sample : series.histograms) out.push_back(encode_histogram(sample));
  return out;
}

std::uint64_t wire_type_of(MetricType type) {
  switch (type) {
    case MetricType::unknown: return 0;
    case MetricType::counter: return 1;
    case MetricType::gauge:
    case MetricType::sum: return 2;
    case MetricType::histogram: return 3;
    case MetricType::gauge_histogram: return 4;
    case MetricType::summary: return 5;
    case MetricType::info: return 6;
    case MetricType::stateset: return 7;
  }
  return 0;
}

std::size_t body_size(const MetadataRef& metadata) {
  return varint_field_size(wire_type_of(metadata.type)) + bytes_field_size(metadata.family.size()) +
         bytes_field_size(metadata.help.size()) + bytes_field_size(metadata.unit.size());
}

}  // namespace

void append_labels(std::string& out, std::span<const Label> labels) {
  for (const Label& label : labels) append_label(out, series_field::kLabels, label);
}

std::size_t encoded_size(const SeriesRef& series) {
  return bytes_field_size(body_size(series, encode_histograms(series)));
}

std::size_t encoded_size(const MetadataRef& metadata) {
  return bytes_field_size(body_size(metadata));
}

void WriteRequestEncoder::add(const SeriesRef& series) {
  const std::vector<std::string> histograms = encode_histograms(series);
  append_length(body_, request::kTimeseries, body_size(series, histograms));
  body_ += series.label_bytes;
  append_labels(body_, series.labels);
  for (const Sample& sample : series.samples) {
    append_length(body_, series_field::kSamples, point_size(sample.timestamp_ms));
    append_float64_field(body_, 1, sample.value);
    append_varint_field(body_, 2, static_cast<std::uint64_t>(sample.timestamp_ms));
  }
  for (const Exemplar& exemplar : series.exemplars) {
    append_length(body_, series_field::kExemplars, exemplar_size(exemplar));
    for (const Label& label : exemplar.labels) append_label(body_, 1, label);
    append_float64_field(body_, 2, exemplar.value);
    append_varint_field(body_, 3, static_cast<std::uint64_t>(exemplar.timestamp_ms.value_or(0)));
  }
  for (const std::string& histogram : histograms)
    append_bytes_field(body_, series_field::kHistograms, histogram);
}

void WriteRequestEncoder::add_metadata(const MetadataRef& metadata) {
  append_length(body_, request::kMetadata, body_size(metadata));
  append_varint_field(body_, 1, wire_type_of(metadata.type));
  append_bytes_field(body_, 2, metadata.family);
  append_bytes_field(body_, 4, metadata.help);
  append_bytes_field(body_, 5, metadata.unit);
}

std::string WriteRequestEncoder::finish() { return std::exchange(body_, {}); }

}  // namespace tributary::remote
