// Lays bytes out as elements of snappy's block format when some of them are not known yet: they
// will be written into the elements later, at known places. Finds a shortest layout for the matches
// that it looks at.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::remote {

// Bytes, of which some are placeholders: a symbol for each.
class SnappyText {
 public:
  static constexpr std::size_t kBytesMax = 0xffff;
  static constexpr std::size_t kUniqueMax = 0xf000;  // placeholders of the first kind
  static constexpr std::size_t kSharedMax = 0x100;   // bytes of one of the second kind

  // The bytes must outlive the text.
  explicit SnappyText(std::string_view bytes);

  // The bytes will be written on their own: they are literals and nothing is copied from them.
  void set_unique(std::size_t begin, std::size_t size);
  // The bytes will be the same wherever this is set: a literal the first time, from then on copies.
  // All have one size.
  void set_shared(std::size_t begin, std::size_t size);

  std::size_t size() const { return bytes_.size(); }
  std::string_view bytes() const { return bytes_; }
  std::span<const std::uint16_t> symbols() const { return symbols_; }
  bool is_unique(std::size_t at) const { return symbols_[at] >= kFirstUnique; }
  bool is_shared(std::size_t at) const {
    return symbols_[at] >= kFirstShared && symbols_[at] < kFirstUnique;
  }
  bool begins_shared(std::size_t at) const { return symbols_[at] == kFirstShared; }

 private:
  static constexpr std::uint16_t kFirstShared = 0x100;
  static constexpr std::uint16_t kFirstUnique = kFirstShared + kSharedMax;

  std::string_view bytes_;
  std::vector<std::uint16_t> symbols_;
  std::size_t next_unique_ = kFirstUnique;
};

struct SnappyLayout {
  std::string elements;
  std::vector<std::uint32_t> places;  // in `elements`
};

// Says where the bytes at `literals`, which must be literals, got to.
SnappyLayout lay_out(const SnappyText& text, std::span<const std::uint16_t> literals);

}  // namespace tributary::remote
