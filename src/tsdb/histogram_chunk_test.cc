#include "tsdb/histogram_chunk.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "base/random.h"
#include "model/sample.h"
#include "tsdb/histogram_check.h"

namespace tributary::tsdb {
namespace {

constexpr std::int64_t kTimes[] = {1'700'000'000'000, 1'700'000'015'000, 1'700'000'030'004,
                                   1'700'000'045'004};

NativeHistogram stale_marker(bool is_float) {
  NativeHistogram histogram;
  histogram.is_float = is_float;
  histogram.sum = kStaleMarker;
  return histogram;
}

// A counter that grows, gets another bucket, and ends.
std::vector<NativeHistogram> growing() {
  NativeHistogram first{.count = 14,
                        .sum = 18.4,
                        .schema = 1,
                        .zero_threshold = 0x1p-128,
                        .zero_count = 2,
                        .negative_spans = {{0, 2}},
                        .negative_deltas = {3, 1},
                        .positive_spans = {{0, 2}, {1, 2}},
                        .positive_deltas = {1, 1, -1, 0}};
  NativeHistogram second = first;
  second.count = 27;
  second.sum = 25.1;
  second.zero_count = 4;
  second.negative_deltas = {6, 1};
  second.positive_deltas = {2, 1, -1, 1};
  NativeHistogram third = second;
  third.count = 32;
  third.sum = 31.5;
  third.positive_spans = {{0, 5}};
  third.positive_deltas = {2, 1, 2, -3, 1};
  return {first, second, third, stale_marker(false)};
}

NativeHistogram as_float(const NativeHistogram& histogram) {
  const FloatHistogram floats = to_float(histogram);
  NativeHistogram out;
  out.is_float = true;
  out.count_float = floats.count;
  out.sum = histogram.sum;
  out.schema = histogram.schema;
  out.zero_threshold = histogram.zero_threshold;
  out.zero_count_float = floats.zero_count;
  out.negative_spans = histogram.negative_spans;
  out.negative_counts = floats.negative_counts;
  out.positive_spans = histogram.positive_spans;
  out.positive_counts = floats.positive_counts;
  out.reset_hint = histogram.reset_hint;
  out.custom_values = histogram.custom_values;
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return out;
}

HistogramChunkWriter chunk_of(const std::vector<NativeHistogram>& histograms) {
  HistogramChunkWriter writer(kTimes[0], histograms[0]);
  for (std::size_t i = 1; i < histograms.size(); ++i) {
    EXPECT_NE(writer.append(kTimes[i], histograms[i]), HistogramChunkWriter::Appended::needs_chunk);
  }
  return writer;
}

std::vector<NativeHistogram> read_back(const HistogramChunkWriter& writer) {
  std::vector<NativeHistogram> out;
  HistogramChunkReader reader(writer.encoding(), writer.bytes());
  while (reader.next()) out.push_back(reader.histogram());
  EXPECT_TRUE(reader.status().has_value());
  return out;
}

// The bytes in these three are what Prometheus' own code made of the same histograms.

TEST(HistogramChunk, WritesIntegersAsPrometheusDoes) {
  const HistogramChunkWriter writer = chunk_of(growing());

  EXPECT_EQ(
      hex(writer.bytes()),
      "000400748c6a8c9fc0003179fcad0018e9201933333333333346368a71f83a98c6cb6656fffffffffffc578c66"
      "a6e2db72d333333333336ec36eaf56f0c5eff9f0000000000040");
}

TEST(HistogramChunk, WritesFloatsAsPrometheusDoes) {
  std::vector<NativeHistogram> histograms;
  for (const NativeHistogram& histogram : growing()) histograms.push_back(as_float(histogram));

  const HistogramChunkWriter writer = chunk_of(histograms);

  EXPECT_EQ(
      hex(writer.bytes()),
      "000400748c6a8c9fc0003179fcad000805800000000000080000000000000008064cccccccccccc7fe00000000"
      "00000800000000000000000000000000000007fe00000000000007fe0000000000000801000000000000080200"
      "00000000001f07531ac5beb07b32b7fffffffffff097fff603612fffe133fff583d8174d23fb6dcb4ccccccccc"
      "cd309b0050de61260384b8038bdff3e0000000000080");
}

TEST(HistogramChunk, WritesCustomBoundsAndGaugesAsPrometheusDoes) {
  const HistogramChunkWriter writer(kTimes[0], {.count = 7,
                                                .sum = 3.25,
                                                .schema = kCustomBucketsSchema,
                                                .positive_spans = {{0, 3}},
                                                .positive_deltas = {1, 1, 2},
                                                .reset_hint = ResetHint::gauge,
                                                .custom_values = {0.005, 33554.43, 1e10}});

  EXPECT_EQ(hex(writer.bytes()),
            "0001c000ee5c664edfbfffffe4202a05f20000000fe00018bcfe56800b9002800000000000231900");
}

TEST(HistogramChunk, GivesWidenedHistogramsBackWithEmptyBuckets) {
  const std::vector<NativeHistogram> back = read_back(chunk_of(growing()));

  ASSERT_EQ(back.size(), 4U);
  EXPECT_EQ(back[0].reset_hint, ResetHint::unknown);
  EXPECT_EQ(back[0].positive_spans, (BucketSpans{{0, 5}}));
  EXPECT_EQ(back[0].positive_deltas, (std::vector<std::int64_t>{1, 1, -2, 1, 0}));
  EXPECT_EQ(back[2].reset_hint, ResetHint::no);
  EXPECT_EQ(back[2].positive_deltas, growing()[2].positive_deltas);
  EXPECT_TRUE(is_stale_marker(back[3].sum));
}

TEST(HistogramChunk, FillsBucketsThatTheHistogramNeverUsed) {
  NativeHistogram with_empty = growing()[0];
  with_empty.positive_spans = {{0, 5}};
  with_empty.positive_deltas = {1, 1, -2, 1, 0};
  HistogramChunkWriter writer(kTimes[0], with_empty);

  const auto appended = writer.append(kTimes[1], growing()[1]);

  EXPECT_EQ(appended, HistogramChunkWriter::Appended::yes);
  EXPECT_EQ(read_back(writer)[1].positive_deltas, (std::vector<std::int64_t>{2, 1, -3, 2, 1}));
}

TEST(HistogramChunk, BeginsAChunkWhereACounterWasReset) {
  const auto header_after = [](NativeHistogram next) {
    HistogramChunkWriter writer = chunk_of({growing()[0], growing()[1]});
    EXPECT_EQ(writer.append(kTimes[2], next), HistogramChunkWriter::Appended::needs_chunk);
    EXPECT_EQ(writer.count(), 2U);
    return HistogramChunkWriter(kTimes[2], next, &writer).counter_reset();
  };
  NativeHistogram fewer = growing()[1];
  fewer.count = 26;
  NativeHistogram moved = growing()[2];
  moved.positive_deltas = {1, 2, 2, -3, 1};
  NativeHistogram gone = growing()[1];
  gone.positive_spans = {{0, 2}, {1, 1}};
  gone.positive_deltas = {2, 1, 8};
  NativeHistogram told = growing()[2];
  told.reset_hint = ResetHint::yes;
  NativeHistogram finer = growing()[2];
  finer.schema = 2;
  NativeHistogram gauge = growing()[2];
  gauge.reset_hint = ResetHint::gauge;

  EXPECT_EQ(header_after(fewer), CounterReset::yes);
  EXPECT_EQ(header_after(moved), CounterReset::yes);
  EXPECT_EQ(header_after(gone), CounterReset::yes);
  EXPECT_EQ(header_after(told), CounterReset::yes);
  EXPECT_EQ(header_after(finer), CounterReset::unknown);
  EXPECT_EQ(header_after(gauge), CounterReset::gauge);
}

TEST(HistogramChunk, TakesOnlyMarkersAfterAStalenessMarker) {
  HistogramChunkWriter writer = chunk_of({growing()[0], stale_marker(false)});

  EXPECT_EQ(writer.append(kTimes[2], stale_marker(false)), HistogramChunkWriter::Appended::yes);
  EXPECT_EQ(writer.append(kTimes[3], growing()[1]), HistogramChunkWriter::Appended::needs_chunk);
}

TEST(HistogramChunk, LetsGaugesFallAndChangeBuckets) {
  NativeHistogram high = growing()[2];
  NativeHistogram low = growing()[0];
  high.reset_hint = low.reset_hint = ResetHint::gauge;
  low.positive_spans = {{1, 1}, {5, 1}};
  low.positive_deltas = {1, 3};
  HistogramChunkWriter writer(kTimes[0], high);

  const auto appended = writer.append(kTimes[1], low);

  EXPECT_EQ(appended, HistogramChunkWriter::Appended::widened);
  const std::vector<NativeHistogram> back = read_back(writer);
  EXPECT_EQ(back[1].positive_spans, (BucketSpans{{0, 5}, {2, 1}}));
  EXPECT_EQ(back[1].positive_deltas, (std::vector<std::int64_t>{0, 1, -1, 0, 0, 4}));
  EXPECT_EQ(back[1].reset_hint, ResetHint::gauge);
}

TEST(HistogramChunk, ReadsARangeAsFloats) {
  const HistogramChunkWriter writer = chunk_of(growing());
  std::vector<HistogramSample> found;

  const auto done =
      read_histogram_chunk(writer.encoding(), writer.bytes(), kTimes[1], kTimes[2], found);

  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].timestamp_ms, kTimes[1]);
  EXPECT_EQ(found[0].histogram->count, 27);
  EXPECT_EQ(found[1].histogram->positive_counts, (std::vector<double>{2, 3, 5, 2, 3}));
}

TEST(HistogramChunk, ReportsDamageAndNeverReadsBeyond) {
  for (const bool is_float : {false, true}) {
    std::vector<NativeHistogram> histograms;
    for (const NativeHistogram& histogram : growing()) {
      histograms.push_back(is_float ? as_float(histogram) : histogram);
    }
    const HistogramChunkWriter writer = chunk_of(histograms);
    SeededRandom random(7);
    for (std::size_t size = 0; size + 2 < writer.bytes().size(); ++size) {
      HistogramChunkReader cut(writer.encoding(), std::string_view(writer.bytes()).substr(0, size));
      while (cut.next()) continue;
      EXPECT_FALSE(cut.status().has_value()) << size;

      std::string flipped = writer.bytes();
      flipped[size] = static_cast<char>(random.next());
      HistogramChunkReader reader(writer.encoding(), flipped);
      while (reader.next()) continue;
    }
  }
}

TEST(CheckHistogram, TellsWhatIsWrong) {
  const auto message = [](auto spoil) {
    NativeHistogram histogram = growing()[0];
    spoil(histogram);
    const auto checked = check_histogram(histogram);
    return checked ? std::string() : checked.error().message();
  };

  EXPECT_EQ(message([](NativeHistogram&) {}), "");
  EXPECT_EQ(
      message([](NativeHistogram& h) { h.count = 13; }),
      "14 observations found in buckets, but the Count field is 13: histogram's observation "
      "count should equal the number of observations found in the buckets (in absence of NaN)");
  EXPECT_EQ(
      message([](NativeHistogram& h) { h.positive_deltas.pop_back(); }),
      "positive side: spans need 4 buckets, have 3 buckets: histogram spans specify different "
      "number of buckets than provided");
  EXPECT_EQ(message([](NativeHistogram& h) { h.schema = 9; }),
            "histogram has an invalid schema, which must be between -4 and 8 for exponential "
            "buckets, or -53 for custom buckets, got schema 9");
  EXPECT_EQ(message([](NativeHistogram& h) { h.negative_deltas = {-1, 8}; }),
            "negative side: bucket number 1 has observation count of -1: histogram has a bucket "
            "whose observation count is negative");
}

}  // namespace
}  // namespace tributary::tsdb
