#include <cstring>
#include <string>

#include "base/strings.h"
#include "remote/histogram_reader.h"
#include "remote/wire.h"
#include "remote/write_request.h"

namespace tributary::remote {
namespace {

void read_label(WireReader& parent, std::vector<LabelView>& labels) {
  LabelView label;
  WireReader reader = parent.message("Label");
  while (reader.next()) {
    if (reader.field() == 1) label.name = reader.bytes();
    if (reader.field() == 2) label.value = reader.bytes();
  }
  parent.adopt_fault(reader);
  labels.push_back(label);
}

// Decodes series after series into the same vectors.
class Decoder {
 public:
  Decoder(const DecodeLimits& limits, WriteRequestVisitor& visitor, LabelReading reading)
      : limits_(limits), visitor_(visitor), reading_(reading) {}

  Result<void> decode(std::string_view message) {
    WireReader request(message, "WriteRequest");
    std::size_t series = 0, metadata = 0;
    while (request.next()) {
      if (request.field() == 1) {
        if (++series > limits_.series_max) return too_many("series", limits_.series_max);
        WireReader part = request.message("TimeSeries");
        if (reading_ == LabelReading::where_unknown &&
            read_plain_series(part.slice(0, std::string_view::npos))) {
          continue;
        }
        read_series(part);
        request.adopt_fault(part);
      } else if (request.field() == 3) {
        if (++metadata > limits_.metadata_max) return too_many("metadata", limits_.metadata_max);
        WireReader part = request.message("MetricMetadata");
        read_metadata(part);
        request.adopt_fault(part);
      }
      if (limit_error_) return *limit_error_;
    }
    if (request.fault()) return request.fault()->within("remote write request");
    return {};
  }

 private:
  // False at the limit, which ends the reading of all that surrounds it.
  bool has_room(std::size_t count, std::size_t limit, std::string_view what, WireReader& reader) {
    if (count < limit) return true;
    if (!limit_error_) limit_error_ = too_many(what, limit);
    reader.fail("limit");
    return false;
  }

  // Labels, then samples with value and time, as nearly every sender writes them. False, and
  // nothing shown, where it is anything else.
  bool read_plain_series(std::string_view series) {
    samples_.clear();
    std::size_t labels = 0;
    std::size_t at = 0;
    while (at < series.size() && series[at] == kLabelTag) {
      const std::size_t end = find_end(series, at + 1);
      if (end == 0 || ++labels > limits_.labels_per_series_max) return false;
      at = end;
    }
    const std::string_view label_bytes = series.substr(0, at);
    if (label_bytes.empty()) return false;
    while (at < series.size()) {
      const std::size_t end = series[at] == kSampleTag ? find_end(series, at + 1) : 0;
      Sample sample;
      if (end == 0 || samples_.size() >= limits_.points_per_series_max ||
          !read_plain_sample(series.substr(at + 2, end - at - 2), sample)) {
        return false;
      }
      samples_.push_back(sample);
      at = end;
    }
    visitor_.on_series({.label_bytes = label_bytes, .samples = samples_});
    return true;
  }

  // Where a field ends whose length, of one or two bytes, stands at `at`; 0 where it does not.
  static std::size_t find_end(std::string_view bytes, std::size_t at) {
    if (at >= bytes.size()) return 0;
    std::size_t length = static_cast<unsigned char>(bytes[at++]);
    if (length >= 0x80) {
      if (at >= bytes.size() || static_cast<unsigned char>(bytes[at]) >= 0x80) return 0;
      length = (length & 0x7f) | static_cast<std::size_t>(bytes[at++]) << 7;
    }
    return length <= bytes.size() - at ? at + length : 0;
  }

  // Fields that are zero are left out.
  static bool read_plain_sample(std::string_view bytes, Sample& out) {
    std::size_t at = 0;
    if (bytes.size() > sizeof out.value && bytes[0] == kValueTag) {
      std::memcpy(&out.value, bytes.data() + 1, sizeof out.value);
      at = 1 + sizeof out.value;
    }
    if (at == bytes.size()) return true;
    if (bytes[at++] != kTimeTag) return false;
    std::uint64_t ms = 0;
    for (unsigned shift = 0; at < bytes.size() && shift < 63; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      ms |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) {
        out.timestamp_ms = static_cast<std::int64_t>(ms);
        return at == bytes.size();
      }
    }
    return false;
  }

  void read_series(WireReader& series) {
    labels_.clear();
    samples_.clear();
    histograms_.clear();
    exemplars_.clear();
    std::size_t labels_begin = 0, labels_end = 0;
    bool contiguous = true;
    while (series.next()) {
      switch (series.field()) {
        case 1:
          if (labels_.empty()) labels_begin = labels_end = series.field_offset();
          contiguous = contiguous && labels_end == series.field_offset();
          read_label(series, labels_);
          labels_end = series.offset();
          break;
        case 2: read_sample(series); break;
        case 3: read_exemplar(series); break;
        case 4: read_histogram(series); break;
        default: break;
      }
    }
    if (series.fault()) return;
    visitor_.on_series(
        {.label_bytes = contiguous ? series.slice(labels_begin, labels_end) : std::string_view(),
         .labels = labels_,
         .samples = samples_,
         .histograms = histograms_,
         .exemplars = exemplars_});
  }

  void read_label(WireReader& parent, std::vector<LabelView>& labels) {
    if (!has_room(labels.size(), limits_.labels_per_series_max, "labels of a series", parent))
      return;
    remote::read_label(parent, labels);
  }

  void read_sample(WireReader& parent) {
    if (!has_room(samples_.size(), limits_.points_per_series_max, "samples of a series", parent))
      return;
    samples_.push_back(remote::read_sample(parent));
  }

  void read_exemplar(WireReader& parent) {
    if (!has_room(exemplars_.size(), limits_.points_per_series_max, "exemplars of a series",
                  parent))
      return;
    ExemplarView exemplar;
    WireReader reader = parent.message("Exemplar");
    while (reader.next()) {
      if (reader.field() == 1) read_label(reader, exemplar.labels);
      if (reader.field() == 2) exemplar.value = reader.float64();
      if (reader.field() == 3) exemplar.timestamp_ms = reader.int64();
    }
    parent.adopt_fault(reader);
    exemplars_.push_back(std::move(exemplar));
  }

  void read_histogram(WireReader& parent) {
    if (!has_room(histograms_.size(), limits_.points_per_series_max, "histograms of a series",
                  parent))
      return;
    histograms_.push_back(
        remote::read_histogram(parent, limits_.buckets_per_histogram_max, limit_error_));
  }

  void read_metadata(WireReader& reader) {
    MetadataRef metadata;
    while (reader.next()) {
      if (reader.field() == 1) metadata.type = metric_type_of(reader.varint());
      if (reader.field() == 2) metadata.family = reader.bytes();
      if (reader.field() == 4) metadata.help = reader.bytes();
      if (reader.field() == 5) metadata.unit = reader.bytes();
    }
    if (!reader.fault()) visitor_.on_metadata(metadata);
  }

  static MetricType metric_type_of(std::uint64_t number) {
    switch (number) {
      case 1: return MetricType::counter;
      case 2: return MetricType::gauge;
      case 3: return MetricType::histogram;
      case 4: return MetricType::gauge_histogram;
      case 5: return MetricType::summary;
      case 6: return MetricType::info;
      case 7: return MetricType::stateset;
      default: return MetricType::unknown;
    }
  }

  // Field numbers with their wire types.
  static constexpr char kLabelTag = 0x0a;
  static constexpr char kSampleTag = 0x12;
  static constexpr char kValueTag = 0x09;
  static constexpr char kTimeTag = 0x10;

  const DecodeLimits& limits_;
  WriteRequestVisitor& visitor_;
  const LabelReading reading_;
  std::optional<Error> limit_error_;
  std::vector<LabelView> labels_;
  std::vector<Sample> samples_;
  std::vector<HistogramSample> histograms_;
  std::vector<ExemplarView> exemplars_;
};

}  // namespace

Result<void> decode_write_request(std::string_view message, const DecodeLimits& limits,
                                  WriteRequestVisitor& visitor, LabelReading reading) {
  if (message.size() > limits.message_bytes_max)
    return Error(Code::limit_exceeded, "remote write request: " + std::to_string(message.size()) +
                                           " bytes, at most " +
                                           std::to_string(limits.message_bytes_max) + " are taken");
  return Decoder(limits, visitor, reading).decode(message);
}

Result<void> decode_labels(std::string_view label_bytes, std::vector<LabelView>& labels) {
  WireReader series(label_bytes, "TimeSeries");
  while (series.next()) {
    if (series.field() == 1) read_label(series, labels);
  }
  return series.fault() ? Result<void>(*series.fault()) : Result<void>();
}

std::optional<LabelProblem> find_label_fault(std::span<const LabelView> labels) {
  std::string_view metric;
  for (const LabelView& label : labels)
    if (label.name == kMetricName) metric = label.value;
  const auto problem = [&](LabelFault fault, std::string text) {
    if (!metric.empty() && is_valid_utf8(metric)) text += " of series " + std::string(metric);
    return LabelProblem{fault, std::move(text)};
  };

  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& [name, value] = labels[i];
    if (name.empty()) return problem(LabelFault::empty_name, "a label without a name");
    if (!is_valid_utf8(name)) return problem(LabelFault::invalid_utf8, "a label name not in UTF-8");
    const std::string label = "label " + std::string(name);
    if (value.empty()) return problem(LabelFault::empty_value, label + " without a value");
    if (!is_valid_utf8(value))
      return problem(LabelFault::invalid_utf8, label + " with a value not in UTF-8");
    if (i == 0) continue;
    const std::string_view before = labels[i - 1].name;
    if (name == before) return problem(LabelFault::duplicate_name, label + " twice");
    if (name < before)
      return problem(LabelFault::unsorted, label + " behind " + std::string(before));
  }
  if (metric.empty()) return problem(LabelFault::missing_metric_name, "a series without a name");
  return std::nullopt;
}

}  // namespace tributary::remote
