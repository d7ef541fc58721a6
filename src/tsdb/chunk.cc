#include "tsdb/chunk.h"

#include "tsdb/encoding.h"
#include "tsdb/histogram_chunk.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb {

std::optional<ChunkEncoding> chunk_encoding(std::uint8_t number) {
  if (number < 1 || number > 3) return std::nullopt;
  return static_cast<ChunkEncoding>(number);
}

std::string name_of_encoding(std::uint8_t number) {
  static constexpr std::string_view kNames[] = {
      "none", "XOR", "histogram", "floathistogram", "XOR2", "histogramST", "floathistogramST"};
  const std::string_view name = number < std::size(kNames) ? kNames[number] : "unknown";
  return std::string(name) + " (" + std::to_string(number) + ")";
}

Result<void> read_chunk(ChunkEncoding encoding, std::string_view bytes, std::int64_t min_ms,
                        std::int64_t max_ms, SeriesSamples& out) {
  switch (encoding) {
    case ChunkEncoding::xor_floats: return read_xor_chunk(bytes, min_ms, max_ms, out.floats);
    case ChunkEncoding::histogram:
    case ChunkEncoding::float_histogram:
      return read_histogram_chunk(encoding, bytes, min_ms, max_ms, out.histograms);
  }
  return Error(Code::unsupported,
               "chunk encoding " + name_of_encoding(static_cast<std::uint8_t>(encoding)));
}

unsigned chunk_samples(std::string_view bytes) {
  return bytes.size() < 2 ? 0 : load_be16(bytes.data());
}

}  // namespace tributary::tsdb
