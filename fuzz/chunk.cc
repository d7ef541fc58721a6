// Any bytes read as an XOR chunk; what reads well is written again and reads as the same samples.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tsdb/xor_chunk.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<Sample> samples;
  tsdb::XorChunkReader reader(bytes);
  while (reader.next()) samples.push_back(reader.sample());
  // The quick decoder gives the same, also of what is broken.
  std::vector<Sample> quick;
  const auto done = tsdb::read_xor_chunk(bytes, INT64_MIN, INT64_MAX, quick);
  if (done.has_value() != reader.ok() || quick != samples) std::abort();
  tsdb::XorChunkWriter writer;
  for (const Sample& sample : samples) writer.append(sample);
  tsdb::XorChunkReader again(writer.bytes());
  for (const Sample& sample : samples) {
    if (!again.next() || !(again.sample() == sample)) std::abort();
  }
  if (again.next() || !again.ok()) std::abort();
  return 0;
}
