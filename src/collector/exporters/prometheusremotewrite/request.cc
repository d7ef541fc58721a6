#include "collector/exporters/prometheusremotewrite/request.h"

#include <utility>

#include "remote/snappy.h"
#include "remote/wire.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::uint32_t kTimeseries = 1;  // field of the message
constexpr std::size_t kDecodedBytesMax = std::size_t{64} << 20;

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

std::optional<std::string> OpenRequest::add(const CompiledShapePtr& shape, const BatchPtr& batch,
                                            Instant now) {
  if (empty()) oldest_ = now;
  writer_.set_age(now, batch->timestamp_ms);
  std::optional<std::string> conflict;
  std::size_t first = 0;
  for (const CompiledRunPtr& run : shape->runs) {
    if (!run->last_time_ms()) shared_series_.add(run);
    run->write(*batch, first, writer_);
    first += run->received();
    // One of them tells enough.
    if (!conflict) conflict = shared_series_.find_conflict(*run);
  }
  if (shape->target_info) shape->target_info->write(*batch, 0, writer_);
  return conflict;
}

bool OpenRequest::is_full(Instant now) const {
  return !empty() && (writer_.has_complete() || now - oldest_ >= kSpanMax);
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
