// For this folder's tests: batches made of names and values, and requests taken apart again.
//
// Threads: the test's.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/batch.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {

inline ShapePtr fake_shape(const std::vector<std::string>& names, Labels labels = {},
                           Resource resource = {}) {
  const auto shared = std::make_shared<const Resource>(std::move(resource));
  std::vector<Series> series;
  for (const std::string& name : names) {
    auto family = std::make_shared<MetricFamily>();
    family->name = name;
    family->type = MetricType::gauge;
    series.push_back({std::move(family), Role::value, labels, shared, nullptr});
  }
  return std::make_shared<const Shape>(std::move(series));
}

// `count` series that differ in a label.
inline ShapePtr fake_wide_shape(std::size_t count, std::size_t label_bytes = 20) {
  auto family = std::make_shared<MetricFamily>();
  family->name = "wide";
  family->type = MetricType::gauge;
  std::uint64_t noise = 88'172'645'463'325'252;
  std::vector<Series> series;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = std::to_string(i) + "-";
    while (text.size() < label_bytes) {
      noise ^= noise << 13;
      noise ^= noise >> 7;
      noise ^= noise << 17;
      text.push_back(static_cast<char>('a' + noise % 26));
    }
    series.push_back({family, Role::value, Labels{{"id", text}}, nullptr, nullptr});
  }
  return std::make_shared<const Shape>(std::move(series));
}

inline BatchPtr fake_batch(const ShapePtr& shape, std::int64_t timestamp_ms, double value = 1) {
  auto batch = std::make_shared<Batch>();
  batch->shape = shape;
  batch->timestamp_ms = timestamp_ms;
  batch->values.assign(shape->size(), value);
  return batch;
}

// What a message holds, in its order: `name{labels} value@timestamp` for each sample.
class Decoded final : public remote::WriteRequestVisitor {
 public:
  explicit Decoded(const std::string& compressed) {
    const auto message = remote::uncompress(compressed, std::size_t{64} << 20);
    good = message && remote::decode_write_request(*message, {}, *this);
  }

  void on_series(const remote::SeriesView& series) override {
    std::vector<Label> labels;
    for (const auto& label : series.labels)
      labels.push_back({std::string(label.name), std::string(label.value)});
    const std::string name = Labels(std::move(labels)).to_string();
    ++series_count;
    for (const Sample& sample : series.samples) {
      const std::string value =
          is_stale_marker(sample.value) ? "stale" : std::to_string(static_cast<long>(sample.value));
      samples.push_back(name + " " + value + "@" + std::to_string(sample.timestamp_ms));
    }
    for (const auto& histogram : series.histograms)
      samples.push_back(name + " histogram@" + std::to_string(histogram.timestamp_ms));
    exemplars += series.exemplars.size();
  }
  void on_metadata(const remote::MetadataRef& one) override {
    metadata.push_back(std::string(one.family) + " " + std::string(one.help));
  }

  bool good = false;
  std::size_t series_count = 0;
  std::size_t exemplars = 0;
  std::vector<std::string> samples;
  std::vector<std::string> metadata;
};

}  // namespace tributary::collector::prometheusremotewrite
