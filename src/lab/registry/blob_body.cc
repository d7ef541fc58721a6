#include "lab/registry/blob_body.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"

namespace tributary::lab::registry {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10;
constexpr std::size_t kReleaseBytes = 8U << 20;  // how much of a file stays in memory

struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // past the last byte
};

class BlobBody final : public net::BodySource {
 public:
  BlobBody(std::unique_ptr<FileView> view, Span span) : view_(std::move(view)), span_(span) {}

  std::optional<std::uint64_t> size() const override { return span_.end - span_.begin; }

  net::Task<Result<std::string_view>> next() override { co_return piece(); }

 private:
  Result<std::string_view> piece() {
    const std::size_t bytes = std::min<std::uint64_t>(kPieceBytes, span_.end - span_.begin);
    if (since_release_ >= kReleaseBytes) {
      view_->release();
      since_release_ = 0;
    }
    const std::string_view piece = view_->bytes().substr(span_.begin, bytes);
    span_.begin += bytes;
    since_release_ += bytes;
    return piece;
  }

  const std::unique_ptr<FileView> view_;
  Span span_;
  std::size_t since_release_ = 0;
};

// "bytes=0-99", "bytes=100-", "bytes=-100". Nothing where it is something else; an empty span where
// no byte of it is there.
std::optional<Span> parse_range(std::string_view range, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!range.starts_with(kUnit)) return std::nullopt;
  range.remove_prefix(kUnit.size());
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view from = range.substr(0, dash);
  const std::string_view to = range.substr(dash + 1);
  const auto first = parse_uint64(from);
  const auto last = parse_uint64(to);
  if ((!from.empty() && !first) || (!to.empty() && !last) || (from.empty() && to.empty()))
    return std::nullopt;
  if (!first) return Span{size - std::min(*last, size), size};
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return Span{};
  return Span{*first, last && *last < size ? *last + 1 : size};
}

}  // namespace

net::Response blob_response(std::unique_ptr<FileView> view, std::string_view range) {
  const std::uint64_t size = view->bytes().size();
  net::Response response{.status = 200};
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add("Accept-Ranges", "bytes");
  Span span{0, size};
  if (const auto part = parse_range(range, size)) {
    if (part->begin == part->end) {
      response.status = 416;
      response.headers.add("Content-Range", "bytes */" + std::to_string(size));
      return response;
    }
    span = *part;
    response.status = 206;
    response.headers.add("Content-Range", "bytes " + std::to_string(span.begin) + '-' +
                                              std::to_string(span.end - 1) + '/' +
                                              std::to_string(size));
  }
  response.stream = std::make_shared<BlobBody>(std::move(view), span);
  return response;
}

}  // namespace tributary::lab::registry
