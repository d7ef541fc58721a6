// gzip (RFC 1952): whole buffers at a time by libdeflate, streams by zlib.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::net {

class Headers;

// Whether Accept-Encoding names gzip with a weight above zero (RFC 9110, 12.5.3).
bool accepts_gzip(const Headers& headers);

// Also takes several members one after the other. Errors: corruption; limit_exceeded where the
// result would be longer than `bytes_max`.
Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max);

std::string gzip(std::string_view bytes);

// Unpacks a stream of one or more members piece by piece. Holds 75 KB while it lives.
class Gunzip {
 public:
  using Sink = std::function<Result<void>(std::string_view piece)>;
  static constexpr std::size_t kPieceBytesMax = 32U << 10;

  explicit Gunzip(std::uint64_t bytes_max);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Hands what can be unpacked to `sink`, in pieces that are never empty and last for the call.
  // Errors: corruption; limit_exceeded where the whole is longer than `bytes_max`, of which at most
  // that many have been handed out; what `sink` says. After an error nothing more is taken.
  Result<void> feed(std::string_view bytes, const Sink& sink);
  // Whether what was fed is whole: corruption where it ends within a member, or holds none.
  Result<void> finish();

 private:
  struct Stream;

  std::unique_ptr<Stream> stream_;
  std::unique_ptr<char[]> out_;
  std::uint64_t bytes_max_;
  std::uint64_t unpacked_ = 0;
  bool whole_ = false;  // a member has ended, and nothing has come since
};

}  // namespace tributary::net
