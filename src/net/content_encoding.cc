#include "net/content_encoding.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/strings.h"
#include "net/http.h"

namespace tributary::net {
namespace {

// Of query answers (20 MB) level 1 leaves 7 % more than level 6 and takes a fifth of the time.
constexpr int kLevel = 1;
constexpr std::size_t kExpansionMax = 1032;  // deflate cannot do more

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};
struct FreeCompressor {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};

// What the last four bytes say about the length of the (last) member: a hint, never trusted.
std::size_t length_hint(std::string_view bytes) {
  if (bytes.size() < 18) return 0;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - 4 + i]);
    length |= static_cast<std::uint32_t>(byte) << (8 * i);
  }
  return std::min<std::size_t>(length, bytes.size() * kExpansionMax);
}

// "gzip", or "gzip;q=0.5"; a weight of zero refuses it.
bool is_gzip(std::string_view coding) {
  const std::vector<std::string_view> parts = split(coding, ';');
  if (to_lower(trim(parts[0])) != "gzip") return false;
  return std::none_of(parts.begin() + 1, parts.end(), [](std::string_view parameter) {
    const std::string weight = to_lower(trim(parameter));
    return weight.starts_with("q=0") && weight.find_first_not_of("q=0.") == weight.npos;
  });
}

Error too_long(std::uint64_t bytes_max) {
  return Error(Code::limit_exceeded,
               "gzip: more than " + std::to_string(bytes_max) + " bytes when unpacked");
}

}  // namespace

bool accepts_gzip(const Headers& headers) {
  for (const std::string_view value : headers.get_all("Accept-Encoding")) {
    const std::vector<std::string_view> codings = split(value, ',');
    if (std::any_of(codings.begin(), codings.end(), is_gzip)) return true;
  }
  return false;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max) {
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  TRIBUTARY_CHECK(decompressor);

  std::string out;
  std::size_t written = 0;
  std::size_t room =
      std::clamp<std::size_t>(length_hint(bytes), 1, std::max<std::size_t>(bytes_max, 1));
  do {
    out.resize(written + room);
    std::size_t in_used = 0;
    std::size_t out_used = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(decompressor.get(), bytes.data(), bytes.size(),
                                      out.data() + written, room, &in_used, &out_used);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      if (written + room >= bytes_max) return too_long(bytes_max);
      room = std::min(std::max<std::size_t>(room * 2, 4096), bytes_max - written);
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS)
      return Error(Code::corruption, "gzip: " + std::to_string(bytes.size()) +
                                         " bytes that are not a whole gzip stream");
    written += out_used;
    bytes.remove_prefix(in_used);
    room = std::max<std::size_t>(std::min(length_hint(bytes), bytes_max - written), 1);
  } while (!bytes.empty());
  if (written > bytes_max) return too_long(bytes_max);
  out.resize(written);
  return out;
}

std::string gzip(std::string_view bytes) {
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(kLevel));
  TRIBUTARY_CHECK(compressor);

  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(),
                                      out.size()));
  return out;
}

struct Gunzip::Stream : z_stream {};

Gunzip::Gunzip(std::uint64_t bytes_max)
    : stream_(std::make_unique<Stream>()),
      out_(std::make_unique_for_overwrite<char[]>(kPieceBytesMax)),
      bytes_max_(bytes_max) {
  constexpr int kGzipOnly = 16;
  TRIBUTARY_CHECK(inflateInit2(stream_.get(), MAX_WBITS + kGzipOnly) == Z_OK);
}

Gunzip::~Gunzip() { inflateEnd(stream_.get()); }

Result<void> Gunzip::feed(std::string_view bytes, const Sink& sink) {
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_->avail_in = static_cast<uInt>(bytes.size());
  bool output_full = false;
  while (stream_->avail_in > 0 || output_full) {
    if (whole_) inflateReset(stream_.get());
    whole_ = false;
    stream_->next_out = reinterpret_cast<Bytef*>(out_.get());
    stream_->avail_out = kPieceBytesMax;
    const int status = inflate(stream_.get(), Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      return Error(Code::corruption, std::string("gzip: ") +
                                         (stream_->msg != nullptr ? stream_->msg : "not a stream"));
    whole_ = status == Z_STREAM_END;
    output_full = stream_->avail_out == 0 && !whole_;

    const std::size_t piece = kPieceBytesMax - stream_->avail_out;
    if (piece > bytes_max_ - unpacked_) return too_long(bytes_max_);
    unpacked_ += piece;
    if (piece > 0)
      if (auto taken = sink({out_.get(), piece}); !taken) return taken;
  }
  return {};
}

Result<void> Gunzip::finish() {
  if (whole_) return {};
  return Error(Code::corruption, "gzip: ended within the stream");
}

}  // namespace tributary::net
