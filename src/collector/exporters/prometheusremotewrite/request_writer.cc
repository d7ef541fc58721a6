#include "collector/exporters/prometheusremotewrite/request_writer.h"

#include <algorithm>
#include <utility>

#include "remote/fragment.h"
#include "remote/snappy.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::size_t kLengthBytesMax = 5;

// What surely is no longer than `bytes_max` when it is compressed.
std::size_t compressible_to(std::size_t bytes_max) {
  const std::size_t overhead = remote::compressed_size_max(0);
  return bytes_max > 2 * overhead ? (bytes_max - overhead) / 7 * 6 : 1;
}

}  // namespace

RequestWriter::RequestWriter(SizeLimits limits)
    : limits_(limits),
      fragment_bytes_max_(std::min({remote::FragmentLayout::kMessageBytesMax, limits.encoded_bytes,
                                    compressible_to(limits.request_bytes)})) {}

void RequestWriter::set_age(Instant now, std::int64_t time_ms) {
  now_ = now;
  time_ms_ = time_ms;
}

std::string& RequestWriter::room_for(const Size& size) {
  const bool has_room = total_.message_bytes + size.message_bytes <= limits_.encoded_bytes &&
                        kLengthBytesMax + fragments_.size() + size.bytes <= limits_.request_bytes;
  if (total_.series > 0 && !has_room) complete();
  if (total_.series == 0) {
    oldest_ = now_;
    oldest_ms_ = time_ms_;
  }
  total_.message_bytes += size.message_bytes;
  total_.series += size.series;
  total_.samples += size.samples;
  reserve(fragments_.size() + size.bytes);
  return fragments_;
}

void RequestWriter::add(std::string_view message, std::size_t series, std::size_t samples) {
  const std::string_view fragment = remote::compress_fragment(message, compressed_);
  room_for({message.size(), fragment.size(), series, samples}) += fragment;
}

std::vector<EncodedRequest> RequestWriter::take() {
  if (total_.series > 0) complete();
  done_samples_ = 0;
  return std::exchange(done_, {});
}

void RequestWriter::complete() {
  std::string body;
  body.reserve(kLengthBytesMax + fragments_.size());
  remote::append_message_length(body, total_.message_bytes);
  body += fragments_;
  done_.push_back(
      {net::make_body(std::move(body)), total_.series, total_.samples, oldest_, oldest_ms_});
  done_samples_ += total_.samples;
  fragments_.clear();
  total_ = {};
}

// Grows by doubling, but not far beyond what a request may have.
void RequestWriter::reserve(std::size_t bytes) {
  if (bytes <= fragments_.capacity()) return;
  fragments_.reserve(std::max(bytes, std::min(2 * bytes, limits_.request_bytes)));
}

}  // namespace tributary::collector::prometheusremotewrite
