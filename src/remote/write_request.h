// Remote write 1.0: the protobuf message prometheus.WriteRequest, written and read
// (hub-spec.md 4.3, schema shared/conformance/proto).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/sample.h"
#include "model/series.h"

namespace tributary::remote {

struct HistogramSample {
  std::int64_t timestamp_ms = 0;
  NativeHistogram histogram;

  bool operator==(const HistogramSample&) const = default;
};

// Writing.

// A series of a request and its data, all of it the caller's. Labels sorted by name.
struct SeriesRef {
  std::span<const Label> labels;
  std::span<const Sample> samples;
  std::span<const HistogramSample> histograms = {};
  std::span<const Exemplar> exemplars = {};
  std::string_view label_bytes = {};  // in place of `labels` where they are encoded already
};

// Labels as they stand in a series.
void append_labels(std::string& out, std::span<const Label> labels);

// About one metric family. A sum that may fall is a gauge on the wire.
struct MetadataRef {
  MetricType type = MetricType::unknown;
  std::string_view family;
  std::string_view help;
  std::string_view unit;
};

// What adding it makes a request longer by, to keep a request under a limit.
std::size_t encoded_size(const SeriesRef& series);
std::size_t encoded_size(const MetadataRef& metadata);

class WriteRequestEncoder {
 public:
  void add(const SeriesRef& series);
  void add_metadata(const MetadataRef& metadata);

  bool empty() const { return body_.empty(); }
  std::size_t size() const { return body_.size(); }

  // Hands over the message and leaves the encoder empty.
  std::string finish();

 private:
  std::string body_;
};

// Reading.

struct LabelView {
  std::string_view name;
  std::string_view value;

  bool operator==(const LabelView&) const = default;
};

struct ExemplarView {
  std::vector<LabelView> labels;
  double value = 0;
  std::int64_t timestamp_ms = 0;  // 0: none
};

// Everything in it is valid during the visitor's call; label bytes and text as long as the message.
struct SeriesView {
  // The bytes of the message that hold the labels: equal bytes are equal labels, so a known series
  // can be recognised by them. Empty if labels and data were mixed.
  std::string_view label_bytes;
  std::span<const LabelView> labels;  // none where reading them is left to the visitor
  std::span<const Sample> samples;
  std::span<const HistogramSample> histograms;
  std::span<const ExemplarView> exemplars;
};

class WriteRequestVisitor {
 public:
  virtual ~WriteRequestVisitor() = default;
  virtual void on_series(const SeriesView& series) = 0;
  virtual void on_metadata(const MetadataRef& metadata) = 0;
};

struct DecodeLimits {
  std::size_t message_bytes_max = std::size_t{32} << 20;
  std::size_t series_max = 500'000;
  std::size_t metadata_max = 100'000;
  std::size_t labels_per_series_max = 1'000;    // of an exemplar as well
  std::size_t points_per_series_max = 100'000;  // samples, histograms and exemplars, each
  std::size_t buckets_per_histogram_max = 100'000;
};

// Whether the labels of a series are read, or left, where nothing but samples comes with them, to a
// visitor that may know their bytes, and calls `decode_labels` where it does not.
enum class LabelReading : std::uint8_t { at_once, where_unknown };

// Shows the parts of a message in their order. The labels of a series are not judged: see
// `find_label_fault`. A fault ends the walk after parts before it were shown: what they led to must
// then be undone.
Result<void> decode_write_request(std::string_view message, const DecodeLimits& limits,
                                  WriteRequestVisitor& visitor,
                                  LabelReading reading = LabelReading::at_once);

// Appends the labels in `label_bytes` of a SeriesView to `labels`.
Result<void> decode_labels(std::string_view label_bytes, std::vector<LabelView>& labels);

enum class LabelFault : std::uint8_t {
  missing_metric_name,
  empty_name,
  empty_value,
  invalid_utf8,
  duplicate_name,
  unsorted,
};

struct LabelProblem {
  LabelFault fault;
  std::string text;  // names the label, and the series where it is known
};

// The first rule of remote write that the labels of a series break, if any.
std::optional<LabelProblem> find_label_fault(std::span<const LabelView> labels);

}  // namespace tributary::remote
