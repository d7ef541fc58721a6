#include "tsdb/xor_chunk.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace tributary::tsdb {
namespace {

std::vector<Sample> round_trip(const std::vector<Sample>& samples) {
  XorChunkWriter writer;
  for (const Sample& sample : samples) writer.append(sample);
  std::vector<Sample> out;
  EXPECT_TRUE(read_xor_chunk(writer.bytes(), INT64_MIN, INT64_MAX, out));
  return out;
}

TEST(XorChunk, IsReadableAfterEverySample) {
  XorChunkWriter writer;
  std::vector<Sample> written;

  for (int i = 0; i < 200; ++i) {
    written.push_back({1'700'000'000'000 + i * 15'000 + i % 7, std::sin(i) * 100});
    writer.append(written.back());
    std::vector<Sample> read;
    ASSERT_TRUE(read_xor_chunk(writer.bytes(), INT64_MIN, INT64_MAX, read));
    ASSERT_EQ(read, written);
  }
}

TEST(XorChunk, KeepsEveryDeltaOfDeltasAtTheBordersOfItsBuckets) {
  for (const std::int64_t dod : {0L,      1L,      -1L,     8191L,    8192L,    8193L,   -8190L,
                                 -8191L,  -8192L,  65535L,  65536L,   65537L,   -65535L, -65536L,
                                 524287L, 524288L, 524289L, -524287L, -524288L, 1L << 40}) {
    const std::vector<Sample> samples{
        {0, 1}, {1'000'000, 2}, {2'000'000 + dod, 3}, {10'000'000'000'000, 4}};

    EXPECT_EQ(round_trip(samples), samples) << dod;
  }
}

// Bytes worked out by hand from the format: three samples, the second 15 s on with the same value,
// the third 8192 ms beyond that rhythm, whose 14 bits are those of -8192 in two's complement.
TEST(XorChunk, WritesTheAsymmetricRangeAsPrometheusDoes) {
  XorChunkWriter writer;
  writer.append({0, 1.0});
  writer.append({15'000, 1.0});
  writer.append({15'000 + 15'000 + 8192, 1.0});

  const unsigned char expected[] = {0x00, 0x03,                          // 3 samples
                                    0x00, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0,  // 0, 1.0
                                    0x98, 0x75,                          // +15000
                                    0x50, 0x00, 0x00};  // 0 | 10 10000000000000 | 0 | padding
  const std::string wanted(reinterpret_cast<const char*>(expected), sizeof expected);
  EXPECT_EQ(writer.bytes(), wanted);
}

TEST(XorChunk, KeepsEveryBitOfAnyValue) {
  const std::vector<Sample> samples{{1, 0.0},
                                    {2, -0.0},
                                    {3, kStaleMarker},
                                    {4, kNormalNaN},
                                    {5, std::numeric_limits<double>::infinity()},
                                    {6, std::numeric_limits<double>::denorm_min()},
                                    {7, std::numeric_limits<double>::max()},
                                    {8, std::bit_cast<double>(1ULL)},
                                    {9, std::bit_cast<double>(~0ULL)}};

  EXPECT_EQ(round_trip(samples), samples);
}

TEST(XorChunk, KeepsRandomSamples) {
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Sample> samples;
    std::int64_t time = static_cast<std::int64_t>(random.next() >> 20);
    for (int i = 0; i < 120; ++i) {
      time += 1 + static_cast<std::int64_t>(random.next() >> (random.next() % 24 + 40));
      samples.push_back({time, std::bit_cast<double>(random.next() << (random.next() % 64))});
    }
    ASSERT_EQ(round_trip(samples), samples) << "seed 7, round " << round;
  }
}

TEST(XorChunk, ReadsARangeInclusively) {
  XorChunkWriter writer;
  for (int i = 0; i < 10; ++i) writer.append({i * 10, 1.0 * i});
  std::vector<Sample> read;

  ASSERT_TRUE(read_xor_chunk(writer.bytes(), 20, 40, read));

  EXPECT_EQ(read, (std::vector<Sample>{{20, 2}, {30, 3}, {40, 4}}));
}

TEST(XorChunk, SaysSoWhenTheBytesEndEarly) {
  XorChunkWriter writer;
  for (int i = 0; i < 10; ++i) writer.append({i * 10, std::sin(i)});
  const std::string bytes = writer.bytes();

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::vector<Sample> read;
    const auto result = read_xor_chunk(bytes.substr(0, size), INT64_MIN, INT64_MAX, read);
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code(), Code::corruption);
  }
}

TEST(XorChunk, IsReadTheSameQuicklyAndSampleBySample) {
  SeededRandom random(8);
  for (int round = 0; round < 300; ++round) {
    XorChunkWriter writer;
    std::int64_t ms = static_cast<std::int64_t>(random.next() % 2'000'000'000'000) - 1'000'000;
    for (std::uint64_t i = random.next() % 200; i > 0; --i) {
      ms += 1 + static_cast<std::int64_t>(random.next() >> (random.next() % 40 + 20));
      writer.append({ms, std::bit_cast<double>(random.next() << (random.next() % 64))});
    }
    std::string bytes = writer.bytes();
    if (round % 3 == 1) bytes.resize(random.next() % (bytes.size() + 1));
    if (round % 3 == 2) bytes[random.next() % bytes.size()] ^= 0x10;

    std::vector<Sample> plain;
    XorChunkReader reader(bytes);
    while (reader.next()) plain.push_back(reader.sample());
    std::vector<Sample> quick;
    const auto done = read_xor_chunk(bytes, INT64_MIN, INT64_MAX, quick);

    EXPECT_EQ(done.has_value(), reader.ok());
    EXPECT_EQ(quick, plain);
  }
}

}  // namespace
}  // namespace tributary::tsdb
