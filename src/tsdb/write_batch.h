// What one write brings: series with their samples, and metadata of families. Reusable: `clear`
// keeps the memory, so that a steady stream of writes allocates nothing here.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/packed_labels.h"
#include "model/sample.h"
#include "model/series.h"

namespace tributary::tsdb {

class WriteBatch {
 public:
  struct Series {
    std::size_t packed_at;
    std::size_t packed_size;
    std::size_t first_sample;
    std::size_t sample_count;
  };

  void clear();

  // Begins a series; the samples that follow are its own. Labels in any order; empty values count
  // as absent. Refused, and then without effect, where a name comes twice, is empty, or none is
  // left.
  Result<void> add_series(std::span<const LabelView> labels);
  void add_sample(Sample sample) {
    samples_.push_back(sample);
    ++series_.back().sample_count;
  }
  void add_metadata(MetricFamily family) { metadata_.push_back(std::move(family)); }

  const std::vector<Series>& series() const { return series_; }
  std::string_view packed(const Series& series) const {
    return std::string_view(packed_).substr(series.packed_at, series.packed_size);
  }
  std::span<const Sample> samples(const Series& series) const {
    return std::span(samples_).subspan(series.first_sample, series.sample_count);
  }
  std::size_t sample_count() const { return samples_.size(); }
  const std::vector<MetricFamily>& metadata() const { return metadata_; }

 private:
  std::string packed_;
  std::vector<Series> series_;
  std::vector<Sample> samples_;
  std::vector<MetricFamily> metadata_;
  std::vector<LabelView> sorted_;
};

}  // namespace tributary::tsdb
