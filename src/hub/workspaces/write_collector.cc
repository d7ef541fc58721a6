#include "hub/workspaces/write_collector.h"

#include <utility>

#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::size_t kShownBytes = 200;  // of a name, value or series in a message

std::string shown(std::string_view text) {
  if (!is_valid_utf8(text)) return "(not UTF-8)";
  if (text.size() <= kShownBytes) return "'" + std::string(text) + "'";
  std::size_t size = kShownBytes;
  while (size > 0 && !begins_character(text[size])) --size;
  return "'" + std::string(text.substr(0, size)) + "...'";
}

}  // namespace

Result<void> Labeller::parse(std::string_view raw, std::string& packed) {
  read_.clear();
  if (auto done = remote::decode_labels(raw, read_); !done) return done;
  return pack(read_, packed);
}

Result<void> Labeller::pack(std::span<const remote::LabelView> labels, std::string& packed) {
  labels_.clear();
  for (const remote::LabelView& label : labels) labels_.push_back({label.name, label.value});
  if (auto wrong = find_fault(); wrong) return Error(Code::invalid_argument, std::move(*wrong));
  if (auto done = packer_.pack(labels_, packed); !done) {
    return Error(Code::invalid_argument,
                 done.error().message() + ", series " + shown(metric_name()));
  }
  return {};
}

std::string_view Labeller::metric_name() const {
  for (const LabelView& label : labels_) {
    if (label.name == kMetricName) return label.value;
  }
  return {};
}

// Order, repeats and empty values are the business of the packer.
std::optional<std::string> Labeller::find_fault() const {
  if (limits_.labels_per_series_max > 0 && labels_.size() > limits_.labels_per_series_max) {
    return "series has too many labels (actual: " + std::to_string(labels_.size()) +
           ", limit: " + std::to_string(limits_.labels_per_series_max) +
           ") series: " + shown(metric_name());
  }
  for (const LabelView& label : labels_) {
    if (!is_valid_utf8(label.name)) return "label name is not UTF-8";
    if (!is_valid_utf8(label.value)) {
      return "value of label " + shown(label.name) + " is not UTF-8, series " +
             shown(metric_name());
    }
    if (limits_.label_name_bytes_max > 0 && label.name.size() > limits_.label_name_bytes_max) {
      return "label name too long (actual: " + std::to_string(label.name.size()) +
             ", limit: " + std::to_string(limits_.label_name_bytes_max) +
             ") label: " + shown(label.name) + " series: " + shown(metric_name());
    }
    if (limits_.label_value_bytes_max > 0 && label.value.size() > limits_.label_value_bytes_max) {
      return "label value too long (actual: " + std::to_string(label.value.size()) +
             ", limit: " + std::to_string(limits_.label_value_bytes_max) +
             ") label: " + shown(label.name) + " series: " + shown(metric_name());
    }
  }
  if (metric_name().empty()) return "sample missing metric name";
  return std::nullopt;
}

void WriteCollector::on_series(const remote::SeriesView& series) {
  if (!series.label_bytes.empty()) {
    batch.add_raw_series(series.label_bytes);
  } else if (!add_packed(series)) {
    return;
  }
  for (const Sample& sample : series.samples) batch.add_sample(sample);
  for (const remote::HistogramSample& sample : series.histograms)
    batch.add_histogram(sample.timestamp_ms, sample.histogram);
  for (const remote::ExemplarView& exemplar : series.exemplars) {
    labels_.clear();
    for (const remote::LabelView& label : exemplar.labels)
      labels_.push_back({label.name, label.value});
    if (!batch.add_exemplar(labels_, {exemplar.timestamp_ms, exemplar.value})) ++exemplars_refused;
  }
}

void WriteCollector::on_metadata(const remote::MetadataRef& metadata) {
  batch.add_metadata({.name = std::string(metadata.family),
                      .type = metadata.type,
                      .unit = std::string(metadata.unit),
                      .help = std::string(metadata.help)});
}

void WriteCollector::on_series(const remote::SeriesView& series,
                               const remote::MetadataRef& metadata) {
  if (series.samples.empty() && series.histograms.empty()) {
    std::string name;
    for (const remote::LabelView& label : series.labels) {
      if (label.name == kMetricName) name = shown(label.value);
    }
    return refuse("series without samples", 1,
                  "TimeSeries must contain at least one sample or histogram for series " + name);
  }
  on_series(series);
  const bool says_something =
      metadata.type != MetricType::unknown || !metadata.help.empty() || !metadata.unit.empty();
  if (!says_something || metadata.family.empty()) return;
  // The series of a family mostly follow each other, each with the same words.
  if (!batch.metadata().empty()) {
    const MetricFamily& last = batch.metadata().back();
    if (last.name == metadata.family && last.type == metadata.type && last.help == metadata.help &&
        last.unit == metadata.unit)
      return;
  }
  on_metadata(metadata);
}

void WriteCollector::on_broken_series(std::string problem, std::size_t points) {
  refuse("invalid labels", points, std::move(problem));
}

bool WriteCollector::add_packed(const remote::SeriesView& series) {
  packed_.clear();
  if (auto done = labeller.pack(series.labels, packed_); !done) {
    refuse("invalid labels", series.samples.size() + series.histograms.size(),
           done.error().message());
    return false;
  }
  batch.add_packed_series(packed_);
  return true;
}

void WriteCollector::refuse(const char* reason, std::uint64_t points, std::string example) {
  Refused& of_reason = refused[reason];
  of_reason.count += points;
  if (first_refused.empty()) first_refused = example;
  if (of_reason.example.empty()) of_reason.example = std::move(example);
}

}  // namespace tributary::hub::workspaces
