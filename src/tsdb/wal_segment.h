// The framing of write-ahead log segments: records cut into fragments that fill pages of 32 KiB,
// each fragment with its CRC-32C; a record may be compressed (hub-spec.md 5.7).
//
// The reader goes on after damage: it looks for the next fragment whose checksum holds, so a
// flipped bit, a zero page or a torn tail costs the records that it touches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::tsdb {

inline constexpr std::size_t kWalPageBytes = 32U << 10;
inline constexpr std::size_t kWalHeaderBytes = 7;
inline constexpr std::size_t kWalSegmentBytesMax = 128U << 20;
// A compressed record may not claim to grow beyond this.
inline constexpr std::size_t kWalRecordBytesMax = 256U << 20;

enum class WalCompression : std::uint8_t { none, snappy };

// Turns records into the bytes that follow in a segment.
class WalFramer {
 public:
  explicit WalFramer(WalCompression compression = WalCompression::none)
      : compression_(compression) {}

  void append(std::string_view record, std::string& out);

  // Bytes of the segment so far.
  std::uint64_t position() const { return position_; }
  void set_position(std::uint64_t position) { position_ = position; }

 private:
  WalCompression compression_;
  std::uint64_t position_ = 0;
  std::string compressed_;
};

struct WalDamage {
  std::uint64_t offset;  // in the segment
  std::string what;
};

class WalSegmentReader {
 public:
  // `bytes` is the whole segment and outlives the reader.
  explicit WalSegmentReader(std::string_view bytes) : bytes_(bytes) {}

  // Goes to the next intact record; false at the end.
  bool next();
  // Uncompressed; valid until the next call of `next`.
  std::string_view record() const { return record_; }

  // What was skipped so far.
  const std::vector<WalDamage>& damage() const { return damage_; }
  // The end of the last intact record: everything before it is good where there is no damage.
  std::uint64_t good_end() const { return good_end_; }

 private:
  struct Fragment {
    unsigned kind;
    unsigned compression;
    std::string_view data;
  };

  // The fragment at `at_` if its header makes sense and its checksum holds.
  bool parse_fragment(std::size_t at, Fragment& out) const;
  // Skips zeros that fill the page. False where something else follows or they are a hole.
  bool skip_padding();
  void damaged(std::string what);
  // Moves to the next good fragment, or to the end.
  void resynchronise();
  // Adds a fragment to the record under way; true when that completes one.
  bool assemble(const Fragment& fragment);
  bool finish_record(std::string_view data, unsigned compression);

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool in_record_ = false;
  bool after_damage_ = false;  // middles and ends of the record that was hit are not news
  unsigned compression_ = 0;
  std::string partial_;
  std::string uncompressed_;
  std::string_view record_;
  std::uint64_t good_end_ = 0;
  std::vector<WalDamage> damage_;
};

}  // namespace tributary::tsdb
