#include "collector/exporters/prometheusremotewrite/request.h"

#include <algorithm>
#include <utility>

#include "remote/snappy.h"
#include "remote/wire.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::size_t kSampleBytes = 18;  // on the wire, with tag and length
constexpr std::uint32_t kTimeseries = 1;  // field of the message
constexpr std::size_t kDecodedBytesMax = std::size_t{64} << 20;

// Reads a batch series by series, in rising order of their indexes.
class BatchReader {
 public:
  explicit BatchReader(const Batch& batch) : batch_(&batch) {}

  // Adds what the batch has at `index`, be it a number or a native histogram.
  void read(std::uint32_t index, std::vector<Sample>& samples,
            std::vector<remote::HistogramSample>& histograms, std::vector<Exemplar>& exemplars) {
    if (index == CompiledShape::kConstantOne) {
      samples.push_back({batch_->timestamp_ms, 1});
      return;
    }
    const std::int64_t* own_time = find(batch_->timestamps, timestamp_, index);
    const std::int64_t time = own_time ? *own_time : batch_->timestamp_ms;
    if (const NativeHistogram* histogram = find(batch_->histograms, histogram_, index)) {
      histograms.push_back({time, *histogram});
    } else {
      samples.push_back({time, batch_->values[index]});
    }
    while (const Exemplar* exemplar = find(batch_->exemplars, exemplar_, index)) {
      exemplars.push_back(*exemplar);
      if (!exemplars.back().timestamp_ms) exemplars.back().timestamp_ms = time;
      ++exemplar_;
    }
  }

 private:
  template <class T>
  static const T* find(const std::vector<Sparse<T>>& column, std::size_t& at, std::uint32_t index) {
    while (at < column.size() && column[at].index < index) ++at;
    return at < column.size() && column[at].index == index ? &column[at].value : nullptr;
  }

  const Batch* batch_;
  std::size_t timestamp_ = 0;
  std::size_t histogram_ = 0;
  std::size_t exemplar_ = 0;
};

EncodedRequest make_request(std::string_view message, std::size_t series, std::size_t samples,
                            Instant oldest, std::int64_t oldest_ms) {
  return {net::make_body(remote::compress(message)), series, samples, oldest, oldest_ms};
}

// How many samples and histograms one TimeSeries message holds.
std::size_t count_samples(std::string_view series) {
  constexpr std::uint32_t kSamples = 2;
  constexpr std::uint32_t kHistograms = 4;
  std::size_t count = 0;
  remote::WireReader reader(series, "TimeSeries");
  while (reader.next())
    if (reader.field() == kSamples || reader.field() == kHistograms) ++count;
  return count;
}

}  // namespace

std::optional<std::string> OpenRequest::add(CompiledShapePtr shape, BatchPtr batch, Instant now) {
  if (groups_.empty()) {
    oldest_ = now;
    oldest_ms_ = batch->timestamp_ms;
  }
  samples_ += shape->size();
  about_bytes_ += shape->size() * kSampleBytes;
  std::optional<std::string> conflict;
  // The last group of its stream takes it if it has the same shape; behind another one a new group
  // keeps the order.
  for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {
    if (group->shape == shape) {
      group->batches.push_back(std::move(batch));
      return std::nullopt;
    }
    if (group->shape->stream != shape->stream) continue;
    if (group->batches.back()->timestamp_ms == batch->timestamp_ms) {
      const auto shared = find_shared(*shape, *group->shape);
      if (shared && shape->sources[*shared] != CompiledShape::kConstantOne)
        conflict = shape->labels[*shared].to_string();
    }
    break;
  }
  about_bytes_ += shape->label_bytes;
  groups_.push_back({std::move(shape), {std::move(batch)}});
  return conflict;
}

bool OpenRequest::is_full(Instant now) const {
  return !empty() && (about_bytes_ >= limits_.encoded_bytes || now - oldest_ >= kSpanMax);
}

OpenRequest::Piece OpenRequest::encode_from(Position begin, std::size_t bytes_max) const {
  Piece piece{.message = {}, .series = 0, .samples = 0, .end = begin};
  remote::WriteRequestEncoder encoder;
  std::vector<Sample> samples;
  std::vector<remote::HistogramSample> histograms;
  std::vector<Exemplar> exemplars;
  for (Position& at = piece.end; at.group < groups_.size(); ++at.group, at.series = 0) {
    const Group& group = groups_[at.group];
    std::vector<BatchReader> readers;
    for (const BatchPtr& batch : group.batches) readers.emplace_back(*batch);
    for (; at.series < group.shape->size(); ++at.series) {
      if (encoder.size() >= bytes_max) {
        piece.message = encoder.finish();
        return piece;
      }
      samples.clear();
      histograms.clear();
      exemplars.clear();
      for (BatchReader& reader : readers)
        reader.read(group.shape->sources[at.series], samples, histograms, exemplars);
      encoder.add({.labels = group.shape->labels[at.series].span(),
                   .samples = samples,
                   .histograms = histograms,
                   .exemplars = exemplars});
      ++piece.series;
      piece.samples += samples.size() + histograms.size();
    }
  }
  piece.message = encoder.finish();
  return piece;
}

std::vector<EncodedRequest> OpenRequest::encode() {
  std::vector<EncodedRequest> out;
  Position at;
  while (at.group < groups_.size()) {
    std::size_t bytes_max = limits_.encoded_bytes;
    while (true) {
      Piece piece = encode_from(at, bytes_max);
      EncodedRequest request =
          make_request(piece.message, piece.series, piece.samples, oldest_, oldest_ms_);
      if (request.bytes() > limits_.request_bytes && piece.series > 1) {
        bytes_max = std::min(bytes_max, piece.message.size()) / 2;
        continue;
      }
      at = piece.end;
      if (piece.series > 0) out.push_back(std::move(request));
      break;
    }
  }
  groups_.clear();
  samples_ = 0;
  about_bytes_ = 0;
  return out;
}

std::optional<std::pair<EncodedRequest, EncodedRequest>> split(const EncodedRequest& request) {
  if (request.series < 2) return std::nullopt;
  const Result<std::string> message = remote::uncompress(*request.body, kDecodedBytesMax);
  if (!message) return std::nullopt;
  remote::WireReader reader(*message, "WriteRequest");
  EncodedRequest first{nullptr, request.series / 2, 0, request.oldest, request.oldest_ms};
  std::size_t middle = 0;
  for (std::size_t i = 0; i < first.series && reader.next(); ++i) {
    if (reader.field() == kTimeseries) first.samples += count_samples(reader.bytes());
    middle = reader.offset();
  }
  const std::string_view all = *message;
  first.body = net::make_body(remote::compress(all.substr(0, middle)));
  EncodedRequest second =
      make_request(all.substr(middle), request.series - first.series,
                   request.samples - first.samples, request.oldest, request.oldest_ms);
  return std::make_pair(std::move(first), std::move(second));
}

std::vector<EncodedRequest> encode_metadata(const std::vector<FamilyMetadata>& metadata,
                                            SizeLimits limits, Instant now, std::int64_t now_ms) {
  std::vector<EncodedRequest> out;
  remote::WriteRequestEncoder encoder;
  std::size_t entries = 0;
  const auto finish = [&] {
    out.push_back(make_request(encoder.finish(), std::exchange(entries, 0), 0, now, now_ms));
  };
  for (const FamilyMetadata& one : metadata) {
    encoder.add_metadata(
        {.type = one.type, .family = one.family, .help = one.help, .unit = one.unit});
    ++entries;
    if (encoder.size() >= limits.request_bytes) finish();
  }
  if (entries > 0) finish();
  return out;
}

}  // namespace tributary::collector::prometheusremotewrite
