#include "remote/snappy.h"

#include <snappy.h>

#include "remote/wire.h"

namespace tributary::remote {

std::string compress(std::string_view bytes) {
  std::string out;
  snappy::Compress(bytes.data(), bytes.size(), &out);
  return out;
}

std::string_view compress_fragment(std::string_view bytes, std::string& room) {
  const std::size_t most = snappy::MaxCompressedLength(bytes.size());
  if (room.size() < most) room.resize(most);
  std::size_t size = 0;
  snappy::RawCompress(bytes.data(), bytes.size(), room.data(), &size);
  const std::size_t length_bytes = varint_size(bytes.size());
  return std::string_view(room).substr(length_bytes, size - length_bytes);
}

std::size_t compressed_size_max(std::size_t bytes) { return snappy::MaxCompressedLength(bytes); }

Result<std::string> uncompress(std::string_view compressed, std::size_t bytes_max) {
  std::string out;
  TRIBUTARY_TRY(const std::string_view bytes, uncompress(compressed, bytes_max, out));
  out.resize(bytes.size());
  return out;
}

Result<std::string_view> uncompress(std::string_view compressed, std::size_t bytes_max,
                                    std::string& room) {
  // The densest element is a copy of 64 bytes in 3.
  constexpr std::size_t kExpansionMax = 22;
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(compressed.data(), compressed.size(), &size))
    return Error(Code::invalid_argument, "snappy: the body does not begin with a length");
  if (size > bytes_max)
    return Error(Code::limit_exceeded, "snappy: the body has " + std::to_string(size) +
                                           " bytes uncompressed, at most " +
                                           std::to_string(bytes_max) + " are taken");
  if (size / kExpansionMax > compressed.size())
    return Error(Code::invalid_argument, "snappy: " + std::to_string(compressed.size()) +
                                             " bytes cannot hold the " + std::to_string(size) +
                                             " they claim");
  if (room.size() < size) room.resize(size);
  if (!snappy::RawUncompress(compressed.data(), compressed.size(), room.data()))
    return Error(Code::invalid_argument, "snappy: the body is not in the block format");
  return std::string_view(room).substr(0, size);
}

}  // namespace tributary::remote
