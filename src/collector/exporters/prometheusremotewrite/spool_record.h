// The records of a spool's segments: a header of 40 bytes, little-endian, and a body. Bytes are
// drawn in docs/formats/spool.md.
//
// The header has a checksum of its own, so that a damaged body costs no more than itself; it covers
// where the record lies, so that nothing inside a body, be it copied from a segment, is ever taken
// for a record.
//
// Threads: pure functions.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::collector::prometheusremotewrite {

// Where a record lies in a spool.
struct SpoolPosition {
  std::uint64_t segment = 0;  // its number
  std::uint64_t offset = 0;   // from the segment's beginning

  auto operator<=>(const SpoolPosition&) const = default;
};

struct SpoolRecord {
  static constexpr std::size_t kHeaderBytes = 40;
  static constexpr std::size_t kBodyBytesMax = std::size_t{64} << 20;

  enum class Kind : std::uint8_t {
    request = 1,  // the body is a remote-write body as it goes on the wire
    settled = 2,  // the body is a position: everything in front of it is done with
    reason = 3,   // the body says why the request behind it is in quarantine
  };

  Kind kind = Kind::request;
  std::uint32_t series = 0;
  std::uint32_t samples = 0;
  std::int64_t oldest_ms = 0;  // wall time of its oldest data
  std::uint32_t body_bytes = 0;
  std::uint32_t body_crc = 0;

  std::uint64_t bytes() const { return kHeaderBytes + std::uint64_t{body_bytes}; }
};

// The header of a record with this body, which is to lie at `at`. Sets the record's body_bytes and
// body_crc.
std::string encode_spool_header(SpoolRecord& record, std::string_view body, SpoolPosition at);

// Nothing where no intact header of a record at `at` begins `bytes`.
std::optional<SpoolRecord> decode_spool_header(std::string_view bytes, SpoolPosition at);

// Where the next header may begin, from `from` on; npos where there is none.
std::size_t find_spool_magic(std::string_view bytes, std::size_t from);

std::string encode_spool_position(SpoolPosition position);
std::optional<SpoolPosition> decode_spool_position(std::string_view body);

}  // namespace tributary::collector::prometheusremotewrite
