// What one write brings: series with their samples, native histograms and exemplars, and metadata
// of families. Reusable: `clear` keeps the memory, so that a steady stream of writes allocates
// nothing here.
//
// A series is named by its labels or, faster, by the raw bytes that hold them in the sender's
// message: equal bytes are equal labels, so the database recognises what was sent before, and asks
// a `LabelParser` for the labels of the others alone.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/packed_labels.h"
#include "model/sample.h"
#include "model/series.h"

namespace tributary::tsdb {

// Reads labels from raw bytes, and judges them.
class LabelParser {
 public:
  virtual ~LabelParser() = default;
  // Appends them, as a LabelPacker does, to `packed`. An error refuses the series' samples; its
  // message says why and names the series.
  virtual Result<void> parse(std::string_view raw, std::string& packed) = 0;
};

// Packs labels in any order; empty values count as absent. Refused where a name comes twice, is
// empty, or none is left. Keeps its memory from one set to the next.
class LabelPacker {
 public:
  // Appends to `out`.
  Result<void> pack(std::span<const LabelView> labels, std::string& out);

 private:
  std::vector<LabelView> sorted_;
};

class WriteBatch {
 public:
  struct Range {
    std::size_t first;
    std::size_t count;
  };
  struct Series {
    std::string_view raw;   // or
    std::size_t packed_at;  // where `raw` is empty
    std::size_t packed_size;
    Range samples;
    Range histograms;
    Range exemplars;
  };
  struct Histogram {
    std::int64_t timestamp_ms;
    NativeHistogram histogram;
  };
  struct Exemplar {
    std::size_t packed_at;
    std::size_t packed_size;
    Sample sample;
  };

  void clear();

  // Begins a series; what follows is its own. Refused, and then without effect, where the labels
  // make no set (see LabelPacker).
  Result<void> add_series(std::span<const LabelView> labels);
  // `packed` comes from a LabelPacker.
  void add_packed_series(std::string_view packed);
  // `raw` is not empty and lives until the batch is appended.
  void add_raw_series(std::string_view raw) { begin_series(raw, 0, 0); }
  void add_sample(Sample sample) {
    samples_.push_back(sample);
    ++series_.back().samples.count;
  }
  void add_histogram(std::int64_t timestamp_ms, NativeHistogram histogram) {
    histograms_.push_back({timestamp_ms, std::move(histogram)});
    ++series_.back().histograms.count;
  }
  // Refused, and then without effect, where a label's name comes twice or is empty. It may have no
  // labels.
  Result<void> add_exemplar(std::span<const LabelView> labels, Sample sample);
  void add_metadata(MetricFamily family) { metadata_.push_back(std::move(family)); }

  const std::vector<Series>& series() const { return series_; }
  std::string_view packed(const Series& series) const {
    return std::string_view(packed_).substr(series.packed_at, series.packed_size);
  }
  std::span<const Sample> samples(const Series& series) const {
    return std::span(samples_).subspan(series.samples.first, series.samples.count);
  }
  std::span<const Histogram> histograms(const Series& series) const {
    return std::span(histograms_).subspan(series.histograms.first, series.histograms.count);
  }
  std::span<const Exemplar> exemplars(const Series& series) const {
    return std::span(exemplars_).subspan(series.exemplars.first, series.exemplars.count);
  }
  std::string_view packed(const Exemplar& exemplar) const {
    return std::string_view(packed_).substr(exemplar.packed_at, exemplar.packed_size);
  }
  // With the histograms.
  std::size_t sample_count() const { return samples_.size() + histograms_.size(); }
  const std::vector<MetricFamily>& metadata() const { return metadata_; }

 private:
  void begin_series(std::string_view raw, std::size_t packed_at, std::size_t packed_size) {
    series_.push_back({raw,
                       packed_at,
                       packed_size,
                       {samples_.size(), 0},
                       {histograms_.size(), 0},
                       {exemplars_.size(), 0}});
  }

  std::string packed_;
  std::vector<Series> series_;
  std::vector<Sample> samples_;
  std::vector<Histogram> histograms_;
  std::vector<Exemplar> exemplars_;
  std::vector<MetricFamily> metadata_;
  LabelPacker packer_;
};

}  // namespace tributary::tsdb
