#include "collector/exporters/prometheusremotewrite/spool_record.h"

#include "base/crc32c.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::string_view kMagic = "TRQ1";
constexpr std::size_t kKindAt = 4;
constexpr std::size_t kSeriesAt = 8;
constexpr std::size_t kSamplesAt = 12;
constexpr std::size_t kOldestAt = 16;
constexpr std::size_t kBodyBytesAt = 24;
constexpr std::size_t kBodyCrcAt = 28;
constexpr std::size_t kHeaderCrcAt = 36;

template <class T>
void put(std::string& out, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i, value = static_cast<T>(value >> 8))
    out[at + i] = static_cast<char>(value & 0xff);
}

template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = static_cast<T>((value << 8) | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

std::uint32_t header_crc(std::string_view header, SpoolPosition at) {
  return crc32c_extend(crc32c(encode_spool_position(at)), header.substr(0, kHeaderCrcAt));
}

}  // namespace

std::string encode_spool_header(SpoolRecord& record, std::string_view body, SpoolPosition at) {
  record.body_bytes = static_cast<std::uint32_t>(body.size());
  record.body_crc = crc32c(body);
  std::string out(SpoolRecord::kHeaderBytes, '\0');
  out.replace(0, kMagic.size(), kMagic);
  out[kKindAt] = static_cast<char>(record.kind);
  put(out, kSeriesAt, record.series);
  put(out, kSamplesAt, record.samples);
  put(out, kOldestAt, static_cast<std::uint64_t>(record.oldest_ms));
  put(out, kBodyBytesAt, record.body_bytes);
  put(out, kBodyCrcAt, record.body_crc);
  put(out, kHeaderCrcAt, header_crc(out, at));
  return out;
}

std::optional<SpoolRecord> decode_spool_header(std::string_view bytes, SpoolPosition at) {
  if (bytes.size() < SpoolRecord::kHeaderBytes || !bytes.starts_with(kMagic)) return {};
  if (get<std::uint32_t>(bytes, kHeaderCrcAt) != header_crc(bytes, at)) return {};
  SpoolRecord record;
  record.kind = static_cast<SpoolRecord::Kind>(bytes[kKindAt]);
  record.series = get<std::uint32_t>(bytes, kSeriesAt);
  record.samples = get<std::uint32_t>(bytes, kSamplesAt);
  record.oldest_ms = static_cast<std::int64_t>(get<std::uint64_t>(bytes, kOldestAt));
  record.body_bytes = get<std::uint32_t>(bytes, kBodyBytesAt);
  record.body_crc = get<std::uint32_t>(bytes, kBodyCrcAt);
  if (record.body_bytes > SpoolRecord::kBodyBytesMax) return {};
  return record;
}

std::size_t find_spool_magic(std::string_view bytes, std::size_t from) {
  return bytes.find(kMagic, from);
}

std::string encode_spool_position(SpoolPosition position) {
  std::string out(16, '\0');
  put(out, 0, position.segment);
  put(out, 8, position.offset);
  return out;
}

std::optional<SpoolPosition> decode_spool_position(std::string_view body) {
  if (body.size() != 16) return {};
  return SpoolPosition{get<std::uint64_t>(body, 0), get<std::uint64_t>(body, 8)};
}

}  // namespace tributary::collector::prometheusremotewrite
