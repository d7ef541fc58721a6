#include "lab/driver/docker/tar.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace tributary::lab::docker {
namespace {

constexpr std::size_t kBlockBytes = 512;

class Header {
 public:
  Header() { block_.fill('\0'); }

  void text(std::size_t at, std::string_view value) {
    std::copy(value.begin(), value.end(), block_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  // Octal digits and a NUL in `width` bytes.
  void octal(std::size_t at, std::size_t width, std::uint64_t value) {
    for (std::size_t i = width - 1; i-- > 0; value /= 8)
      block_[at + i] = static_cast<char>('0' + value % 8);
  }
  void add_checksum() {
    text(kChecksum, "        ");
    unsigned sum = 0;
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    octal(kChecksum, 7, sum);
    block_[kChecksum + 6] = '\0';
  }
  std::string_view bytes() const { return {block_.data(), block_.size()}; }

 private:
  static constexpr std::size_t kChecksum = 148;
  std::array<char, kBlockBytes> block_;
};

}  // namespace

Result<void> TarWriter::add_file(std::string_view path, std::string_view bytes, unsigned mode) {
  if (path.empty() || path.size() > kPathBytesMax)
    return Error(Code::invalid_argument, "tar: the path \"" + std::string(path) + "\" has " +
                                             std::to_string(path.size()) +
                                             " bytes, wanted 1 to 100");
  Header header;
  header.text(0, path);
  header.octal(100, 8, mode);
  header.octal(108, 8, 0);  // owner
  header.octal(116, 8, 0);  // group
  header.octal(124, 12, bytes.size());
  header.octal(136, 12, 0);  // time
  header.text(156, "0");     // an ordinary file
  header.text(257, "ustar");
  header.text(263, "00");
  header.add_checksum();
  bytes_ += header.bytes();
  bytes_ += bytes;
  bytes_.append((kBlockBytes - bytes.size() % kBlockBytes) % kBlockBytes, '\0');
  return {};
}

std::string TarWriter::finish() && {
  bytes_.append(2 * kBlockBytes, '\0');
  return std::move(bytes_);
}

}  // namespace tributary::lab::docker
