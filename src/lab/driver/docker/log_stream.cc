#include "lab/driver/docker/log_stream.h"

#include <algorithm>

namespace tributary::lab::docker {
namespace {

constexpr std::size_t kHeaderBytes = 8;

std::uint32_t length_of(std::string_view header) {
  std::uint32_t length = 0;
  for (std::size_t i = 4; i < kHeaderBytes; ++i)
    length = length << 8 | static_cast<unsigned char>(header[i]);
  return length;
}

}  // namespace

void LineAssembler::take(std::string_view piece, const OnLine& on_line) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::size_t size =
        std::min(end == std::string_view::npos ? piece.size() : end, kLineBytesMax - open_.size());
    const bool ends = end != std::string_view::npos && size == end;
    if (ends && open_.empty()) {
      on_line(piece.substr(0, size));
    } else {
      open_.append(piece.substr(0, size));
      if (ends || open_.size() == kLineBytesMax) {
        on_line(open_);
        open_.clear();
      }
    }
    piece.remove_prefix(size + (ends ? 1 : 0));
  }
}

void LineAssembler::finish(const OnLine& on_line) {
  if (!open_.empty()) on_line(open_);
  open_.clear();
}

Result<void> LogStream::take(std::string_view piece) {
  while (!piece.empty()) {
    if (left_ == 0) {
      const std::size_t size = std::min(piece.size(), kHeaderBytes - header_.size());
      header_.append(piece.substr(0, size));
      piece.remove_prefix(size);
      if (header_.size() < kHeaderBytes) return {};
      stream_ = static_cast<unsigned char>(header_[0]);
      if (stream_ >= streams_.size() || header_[1] != 0 || header_[2] != 0 || header_[3] != 0)
        return Error(Code::corruption, "log stream: a frame begins with stream number " +
                                           std::to_string(stream_) + ", wanted 0, 1 or 2");
      left_ = length_of(header_);
      header_.clear();
      continue;
    }
    const std::size_t size = std::min<std::size_t>(piece.size(), left_);
    streams_[stream_].take(piece.substr(0, size), on_line_);
    left_ -= static_cast<std::uint32_t>(size);
    piece.remove_prefix(size);
  }
  return {};
}

void LogStream::finish() {
  for (LineAssembler& stream : streams_) stream.finish(on_line_);
}

}  // namespace tributary::lab::docker
