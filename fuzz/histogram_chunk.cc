// The first byte says integer or float; the rest read as a histogram chunk. What reads well is
// written again, in as many chunks as it takes, and reads as the same samples.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "model/sample.h"
#include "tsdb/histogram_chunk.h"

using namespace tributary;

namespace {

struct Histogram {
  std::int64_t ms;
  NativeHistogram value;
};

std::vector<Histogram> read(tsdb::ChunkEncoding encoding, std::string_view bytes) {
  std::vector<Histogram> out;
  tsdb::HistogramChunkReader reader(encoding, bytes);
  while (reader.next()) out.push_back({reader.timestamp_ms(), reader.histogram()});
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Buckets take a bit each, and every sample is kept here.
  if (size < 1 || size > 2000) return 0;
  const auto encoding =
      data[0] % 2 == 0 ? tsdb::ChunkEncoding::histogram : tsdb::ChunkEncoding::float_histogram;
  const std::vector<Histogram> samples =
      read(encoding, {reinterpret_cast<const char*>(data) + 1, size - 1});

  std::vector<std::unique_ptr<tsdb::HistogramChunkWriter>> chunks;
  for (const Histogram& sample : samples) {
    if (chunks.empty() || chunks.back()->append(sample.ms, sample.value) ==
                              tsdb::HistogramChunkWriter::Appended::needs_chunk) {
      chunks.push_back(std::make_unique<tsdb::HistogramChunkWriter>(
          sample.ms, sample.value, chunks.empty() ? nullptr : chunks.back().get()));
    }
  }
  std::size_t at = 0;
  for (const auto& chunk : chunks) {
    for (const Histogram& again : read(encoding, chunk->bytes())) {
      if (at == samples.size() || again.ms != samples[at].ms) std::abort();
      const NativeHistogram& before = samples[at++].value;
      if (again.value.count != before.count || again.value.schema != before.schema) std::abort();
    }
  }
  if (at != samples.size()) std::abort();
  return 0;
}
