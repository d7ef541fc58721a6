#include "remote/write_request_v2.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "remote/histogram_reader.h"
#include "remote/wire.h"

namespace tributary::remote {
namespace {

// Fields of io.prometheus.write.v2.
constexpr std::uint32_t kSymbols = 4;
constexpr std::uint32_t kSeries = 5;

MetricType metric_type_of(std::uint64_t number) {
  constexpr std::array kTypes = {
      MetricType::unknown,         MetricType::counter, MetricType::gauge, MetricType::histogram,
      MetricType::gauge_histogram, MetricType::summary, MetricType::info,  MetricType::stateset};
  return number < kTypes.size() ? kTypes[static_cast<std::size_t>(number)] : MetricType::unknown;
}

std::string_view family_of(std::string_view metric, MetricType type) {
  const bool sums = type == MetricType::histogram || type == MetricType::gauge_histogram ||
                    type == MetricType::summary;
  if (!sums) return metric;
  for (const std::string_view suffix : {"_bucket", "_sum", "_count", "_gsum", "_gcount"}) {
    if (metric.size() > suffix.size() && metric.ends_with(suffix))
      return metric.substr(0, metric.size() - suffix.size());
  }
  return metric;
}

class DecoderV2 {
 public:
  DecoderV2(const DecodeLimitsV2& limits, WriteRequestV2Visitor& visitor)
      : limits_(limits), visitor_(visitor) {}

  Result<void> decode(std::string_view message) {
    if (auto read = read_symbols(message); !read) return read;
    WireReader request(message, "Request");
    std::size_t series = 0;
    while (request.next()) {
      if (request.field() != kSeries) continue;
      if (++series > limits_.series_max) return too_many("series", limits_.series_max);
      WireReader part = request.message("TimeSeries");
      read_series(part);
      request.adopt_fault(part);
      if (limit_error_) return *limit_error_;
    }
    return end_of(request);
  }

 private:
  static Result<void> end_of(const WireReader& request) {
    if (request.fault()) return request.fault()->within("remote write request");
    return {};
  }

  // Series may stand before the symbols that they use, so these are read first.
  Result<void> read_symbols(std::string_view message) {
    WireReader request(message, "Request");
    while (request.next()) {
      if (request.field() != kSymbols) continue;
      if (symbols_.size() >= limits_.symbols_max) return too_many("symbols", limits_.symbols_max);
      symbols_.push_back(request.bytes());
    }
    if (auto read = end_of(request); !read) return read;
    if (!symbols_.empty() && !symbols_.front().empty())
      return Error(Code::invalid_argument,
                   "remote write request: the first symbol must be empty, got one of " +
                       std::to_string(symbols_.front().size()) + " bytes");
    return {};
  }

  bool has_room(std::size_t count, std::size_t limit, std::string_view what, WireReader& reader) {
    if (count < limit) return true;
    if (!limit_error_) limit_error_ = too_many(what, limit);
    reader.fail("limit");
    return false;
  }

  void read_series(WireReader& series) {
    refs_.clear();
    samples_.clear();
    histograms_.clear();
    exemplars_.clear();
    problem_.clear();
    Metadata metadata;
    while (series.next()) {
      switch (series.field()) {
        case 1: read_refs(series, refs_); break;
        case 2: read_sample(series); break;
        case 3: read_histogram_sample(series); break;
        case 4: read_exemplar(series); break;
        case 5: metadata = read_metadata(series); break;
        default: break;
      }
    }
    if (series.fault()) return;
    labels_.clear();
    look_up(refs_, labels_);
    show(metadata);
  }

  struct Metadata {
    std::uint64_t type = 0;
    std::uint64_t help = 0;
    std::uint64_t unit = 0;
  };

  void show(const Metadata& metadata) {
    MetadataRef shown{.type = metric_type_of(metadata.type)};
    shown.help = symbol(metadata.help, "help");
    shown.unit = symbol(metadata.unit, "unit");
    if (!problem_.empty())
      return visitor_.on_broken_series(std::move(problem_), samples_.size() + histograms_.size());
    for (const LabelView& label : labels_) {
      if (label.name == kMetricName) shown.family = family_of(label.value, shown.type);
    }
    visitor_.on_series({.label_bytes = {},
                        .labels = labels_,
                        .samples = samples_,
                        .histograms = histograms_,
                        .exemplars = exemplars_},
                       shown);
  }

  std::string_view symbol(std::uint64_t number, std::string_view of) {
    if (number == 0 && symbols_.empty()) return {};
    if (number < symbols_.size()) return symbols_[static_cast<std::size_t>(number)];
    if (problem_.empty())
      problem_ = std::string(of) + " refers to symbol " + std::to_string(number) + " of " +
                 std::to_string(symbols_.size());
    return {};
  }

  void look_up(const std::vector<std::uint64_t>& refs, std::vector<LabelView>& labels) {
    if (refs.size() % 2 != 0) {
      if (problem_.empty())
        problem_ = "labels_refs come in pairs, got " + std::to_string(refs.size());
      return;
    }
    for (std::size_t i = 0; i < refs.size(); i += 2)
      labels.push_back({symbol(refs[i], "a label name"), symbol(refs[i + 1], "a label value")});
  }

  void read_refs(WireReader& reader, std::vector<std::uint64_t>& refs) {
    const std::size_t refs_max = 2 * limits_.labels_per_series_max;
    if (reader.type() != WireType::bytes) {
      if (has_room(refs.size(), refs_max, "labels of a series", reader))
        refs.push_back(reader.varint());
      return;
    }
    WireReader packed = reader.message("labels_refs");
    while (!packed.at_end() && has_room(refs.size(), refs_max, "labels of a series", packed))
      refs.push_back(packed.packed_varint());
    reader.adopt_fault(packed);
  }

  void read_sample(WireReader& parent) {
    if (!has_room(samples_.size(), limits_.points_per_series_max, "samples of a series", parent))
      return;
    samples_.push_back(remote::read_sample(parent));
  }

  void read_histogram_sample(WireReader& parent) {
    if (!has_room(histograms_.size(), limits_.points_per_series_max, "histograms of a series",
                  parent))
      return;
    histograms_.push_back(read_histogram(parent, limits_.buckets_per_histogram_max, limit_error_));
  }

  void read_exemplar(WireReader& parent) {
    if (!has_room(exemplars_.size(), limits_.points_per_series_max, "exemplars of a series",
                  parent))
      return;
    ExemplarView exemplar;
    exemplar_refs_.clear();
    WireReader reader = parent.message("Exemplar");
    while (reader.next()) {
      if (reader.field() == 1) read_refs(reader, exemplar_refs_);
      if (reader.field() == 2) exemplar.value = reader.float64();
      if (reader.field() == 3) exemplar.timestamp_ms = reader.int64();
    }
    parent.adopt_fault(reader);
    look_up(exemplar_refs_, exemplar.labels);
    exemplars_.push_back(std::move(exemplar));
  }

  static Metadata read_metadata(WireReader& parent) {
    Metadata metadata;
    WireReader reader = parent.message("Metadata");
    while (reader.next()) {
      if (reader.field() == 1) metadata.type = reader.varint();
      if (reader.field() == 3) metadata.help = reader.varint();
      if (reader.field() == 4) metadata.unit = reader.varint();
    }
    parent.adopt_fault(reader);
    return metadata;
  }

  const DecodeLimitsV2& limits_;
  WriteRequestV2Visitor& visitor_;
  std::optional<Error> limit_error_;
  std::string problem_;  // of the series that is being read
  std::vector<std::string_view> symbols_;
  std::vector<std::uint64_t> refs_;
  std::vector<std::uint64_t> exemplar_refs_;
  std::vector<LabelView> labels_;
  std::vector<Sample> samples_;
  std::vector<HistogramSample> histograms_;
  std::vector<ExemplarView> exemplars_;
};

}  // namespace

Result<void> decode_write_request_v2(std::string_view message, const DecodeLimitsV2& limits,
                                     WriteRequestV2Visitor& visitor) {
  if (message.size() > limits.message_bytes_max)
    return Error(Code::limit_exceeded, "remote write request: " + std::to_string(message.size()) +
                                           " bytes, at most " +
                                           std::to_string(limits.message_bytes_max) + " are taken");
  return DecoderV2(limits, visitor).decode(message);
}

}  // namespace tributary::remote
