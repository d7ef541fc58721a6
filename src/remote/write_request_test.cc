#include "remote/write_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/strings.h"

namespace tributary::remote {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What a message said, with values of its own.
struct OwnedSeries {
  std::vector<Label> labels;
  std::vector<Sample> samples;
  std::vector<HistogramSample> histograms;
  std::vector<Exemplar> exemplars;

  SeriesRef ref() const { return {labels, samples, histograms, exemplars}; }
  bool operator==(const OwnedSeries&) const = default;
};

std::vector<Label> owned(std::span<const LabelView> views) {
  std::vector<Label> labels;
  for (const LabelView& view : views)
    labels.push_back({std::string(view.name), std::string(view.value)});
  return labels;
}

struct OwnedMetadata {
  MetricType type;
  std::string family, help, unit;

  bool operator==(const OwnedMetadata&) const = default;
};

class Collector final : public WriteRequestVisitor {
 public:
  void on_series(const SeriesView& view) override {
    OwnedSeries series{.labels = owned(view.labels),
                       .samples = {view.samples.begin(), view.samples.end()},
                       .histograms = {view.histograms.begin(), view.histograms.end()}};
    for (const ExemplarView& exemplar : view.exemplars)
      series.exemplars.push_back(
          {Labels(owned(exemplar.labels)), exemplar.value, exemplar.timestamp_ms});
    series_.push_back(std::move(series));
    label_bytes_.emplace_back(view.label_bytes);
  }
  void on_metadata(const MetadataRef& metadata) override {
    metadata_.push_back({metadata.type, std::string(metadata.family), std::string(metadata.help),
                         std::string(metadata.unit)});
  }

  std::vector<OwnedSeries> series_;
  std::vector<std::string> label_bytes_;
  std::vector<OwnedMetadata> metadata_;
};

Result<void> decode(std::string_view message, Collector& collector, DecodeLimits limits = {}) {
  return decode_write_request(message, limits, collector);
}

std::string hex(std::string_view text) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string encode(const OwnedSeries& series) {
  WriteRequestEncoder encoder;
  encoder.add(series.ref());
  return encoder.finish();
}

const OwnedSeries kUp{.labels = {{"__name__", "up"}}, .samples = {{1000, 1.5}}};

HistogramSample random_histogram(Random& random) {
  const auto small = [&] { return static_cast<std::int64_t>(random.next() % 2001) - 1000; };
  NativeHistogram h{.is_float = random.next() % 2 == 0,
                    .sum = random.uniform(),
                    .schema = static_cast<std::int32_t>(random.next() % 13) - 4,
                    .zero_threshold = 1e-128};
  h.reset_hint = static_cast<ResetHint>(random.next() % 4);
  for (std::uint64_t i = random.next() % 3; i > 0; --i) {
    const auto length = static_cast<std::uint32_t>(random.next() % 4);
    h.negative_spans.push_back({static_cast<std::int32_t>(small()), length});
    h.positive_spans.push_back({static_cast<std::int32_t>(small()), length + 1});
  }
  if (h.is_float) {
    h.count_float = random.uniform() * 1e6;
    h.zero_count_float = 0.5;
    h.positive_counts = {1.5, 0, 1e300};
    h.negative_counts = {-0.0};
    h.custom_values = {0.1, 0.5};
  } else {
    h.count = random.next();
    h.zero_count = random.next() % 100;
    h.positive_deltas = {small(), small(), small()};
    h.negative_deltas = {small()};
  }
  return {.timestamp_ms = small(), .histogram = h};
}

OwnedSeries random_series(Random& random) {
  OwnedSeries series;
  const auto text = [&](std::size_t size_max) {
    return random_string(random, 1 + random.next() % size_max, "abcdefghij_0123456789");
  };
  for (std::uint64_t i = 1 + random.next() % 12; i > 0; --i)
    series.labels.push_back({text(20), text(200)});
  for (std::uint64_t i = random.next() % 4; i > 0; --i)
    series.samples.push_back(
        {static_cast<std::int64_t>(random.next()), i == 1 ? kStaleMarker : random.uniform() - 0.5});
  for (std::uint64_t i = random.next() % 2; i > 0; --i)
    series.exemplars.push_back({Labels{{"trace_id", text(32)}}, random.uniform(), 1 + i});
  for (std::uint64_t i = random.next() % 2; i > 0; --i)
    series.histograms.push_back(random_histogram(random));
  return series;
}

TEST(WriteRequest, IsEncodedAsTheSchemaSays) {
  const std::string message = encode(kUp);

  EXPECT_EQ(hex(message),
            "0a1e"  // timeseries, 30 bytes
            "0a0e"
            "0a085f5f6e616d655f5f"
            "12027570"  // __name__ = up
            "120c"
            "09000000000000f83f"
            "10e807");  // 1.5 at 1000
}

TEST(WriteRequest, MetadataIsEncodedAsTheSchemaSays) {
  WriteRequestEncoder encoder;
  encoder.add_metadata(
      {.type = MetricType::counter, .family = "a_total", .help = "h", .unit = "s"});

  EXPECT_EQ(hex(encoder.finish()),
            "1a11"
            "0801"
            "1207615f746f74616c"
            "220168"
            "2a0173");
}

TEST(WriteRequest, ReadsWhatItWrites) {
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<OwnedSeries> series;
    WriteRequestEncoder encoder;
    std::size_t size = 0;
    for (std::uint64_t i = random.next() % 20; i > 0; --i) {
      series.push_back(random_series(random));
      encoder.add(series.back().ref());
      size += encoded_size(series.back().ref());
      ASSERT_EQ(encoder.size(), size);
    }

    Collector read;
    const auto decoded = decode(encoder.finish(), read);

    ASSERT_TRUE(decoded) << decoded.error().message();
    ASSERT_EQ(read.series_, series);
    EXPECT_TRUE(encoder.empty());
  }
}

TEST(WriteRequest, MetadataOfEveryTypeComesBack) {
  for (const auto type :
       {MetricType::unknown, MetricType::counter, MetricType::gauge, MetricType::histogram,
        MetricType::gauge_histogram, MetricType::summary, MetricType::info, MetricType::stateset}) {
    WriteRequestEncoder encoder;
    const MetadataRef metadata{.type = type, .family = "f", .help = "", .unit = "bytes"};
    encoder.add_metadata(metadata);
    EXPECT_EQ(encoder.size(), encoded_size(metadata));

    Collector read;
    ASSERT_TRUE(decode(encoder.finish(), read));

    EXPECT_THAT(read.metadata_, ElementsAre(OwnedMetadata{type, "f", "", "bytes"}));
  }
}

TEST(WriteRequest, KeepsTheBitsOfStalenessMarkersAndOfNegativeZero) {
  const OwnedSeries series{.labels = {{"__name__", "a"}},
                           .samples = {{-1, kStaleMarker}, {0, -0.0}, {1, kNormalNaN}}};

  Collector read;
  ASSERT_TRUE(decode(encode(series), read));

  EXPECT_EQ(read.series_.at(0).samples, series.samples);
}

TEST(WriteRequest, GivesTheBytesOfTheLabelsForRecognition) {
  OwnedSeries later = kUp;
  later.samples = {{2000, 7}, {3000, 8}};

  Collector read;
  ASSERT_TRUE(decode(encode(kUp) + encode(later), read));

  EXPECT_EQ(hex(read.label_bytes_.at(0)), "0a0e0a085f5f6e616d655f5f12027570");
  EXPECT_EQ(read.label_bytes_.at(1), read.label_bytes_.at(0));
}

TEST(WriteRequest, GivesNoLabelBytesWhereDataStandBetweenThem) {
  const std::string message(
      "\x0a\x0e"
      "\x0a\x03\x0a\x01"
      "a"
      "\x12\x02\x10\x05"
      "\x0a\x03\x0a\x01"
      "b",
      16);
  Collector read;
  const auto decoded = decode(message.substr(0, 1) + '\x0e' + message.substr(2), read);

  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(read.series_.at(0).labels.size(), 2U);
  EXPECT_EQ(read.label_bytes_.at(0), "");
}

TEST(WriteRequest, SkipsUnknownFields) {
  Collector read;
  ASSERT_TRUE(decode("\x12\x02hi" + encode(kUp) + "\x78\x01", read));

  EXPECT_THAT(read.series_, ElementsAre(kUp));
}

TEST(WriteRequest, ReadsNumbersThatAreNotPacked) {
  const std::string histogram("\x48\x02\x48\x03\x12\x00", 4);  // field 9 twice: 1, -2
  const std::string message = std::string("\x0a\x06\x22\x04", 4) + histogram;

  Collector read;
  ASSERT_TRUE(decode(message, read));

  EXPECT_THAT(read.series_.at(0).histograms.at(0).histogram.negative_deltas, ElementsAre(1, -2));
}

TEST(WriteRequest, NamesTheByteAndFieldOfAFault) {
  Collector read;
  std::string message = encode(kUp);
  message[15] = '\x7f';  // the length of the name's value

  const auto refused = decode(message, read);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  EXPECT_EQ(
      refused.error().message(),
      "remote write request: byte 14, field 2 of Label: length 127, but only 2 bytes are left");
  EXPECT_TRUE(read.series_.empty());
}

TEST(WriteRequest, RefusesEveryTruncationThatCutsAField) {
  const std::string message = encode(kUp);
  for (std::size_t size = 1; size < message.size(); ++size) {
    Collector read;
    EXPECT_FALSE(decode(std::string_view(message).substr(0, size), read)) << size;
  }
}

TEST(WriteRequest, HoldsToItsLimits) {
  OwnedSeries wide = kUp;
  wide.labels.push_back({"a", "b"});
  OwnedSeries deep = kUp;
  deep.samples.push_back({2000, 1});
  WriteRequestEncoder two_metadata;
  two_metadata.add_metadata({});
  two_metadata.add_metadata({});
  const auto refuses = [](std::string_view message, DecodeLimits limits, std::string_view text) {
    Collector read;
    const auto refused = decode(message, read, limits);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code(), Code::limit_exceeded);
    EXPECT_THAT(refused.error().message(), HasSubstr(text));
  };

  refuses(encode(kUp), {.message_bytes_max = 10}, "32 bytes, at most 10");
  refuses(encode(kUp) + encode(kUp), {.series_max = 1}, "more than 1 series");
  refuses(encode(wide), {.labels_per_series_max = 1}, "more than 1 labels of a series");
  refuses(encode(deep), {.points_per_series_max = 1}, "more than 1 samples of a series");
  refuses(two_metadata.finish(), {.metadata_max = 1}, "more than 1 metadata");
  SeededRandom random(3);
  OwnedSeries buckets = kUp;
  buckets.histograms = {random_histogram(random)};
  refuses(encode(buckets), {.buckets_per_histogram_max = 1}, "more than 1 buckets");
}

TEST(WriteRequest, LeavesLabelsUnreadWhereOnlySamplesComeWithThem) {
  OwnedSeries many = kUp;
  many.samples = {{5, 1}, {1'700'000'000'000, 0}, {0, -0.0}};
  many.labels.push_back({"long", std::string(300, 'x')});
  OwnedSeries histogram = kUp;
  SeededRandom random(4);
  histogram.histograms = {random_histogram(random)};
  const std::string message = encode(many) + encode(histogram) + encode(kUp);
  Collector whole;
  Collector lazy;

  ASSERT_TRUE(decode_write_request(message, {}, whole));
  ASSERT_TRUE(decode_write_request(message, {}, lazy, LabelReading::where_unknown));

  ASSERT_EQ(lazy.series_.size(), 3U);
  EXPECT_EQ(lazy.label_bytes_, whole.label_bytes_);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lazy.series_[i].labels.empty(), i != 1);
    std::vector<LabelView> labels;
    ASSERT_TRUE(decode_labels(lazy.label_bytes_[i], labels));
    EXPECT_EQ(owned(labels), whole.series_[i].labels);
    EXPECT_EQ(lazy.series_[i].samples, whole.series_[i].samples);
    EXPECT_EQ(lazy.series_[i].histograms, whole.series_[i].histograms);
  }
}

TEST(WriteRequest, FindsTheSameFaultsWhereLabelsAreLeftUnread) {
  const std::string message = encode(kUp);
  for (std::size_t size = 0; size < message.size(); ++size) {
    for (const int flipped : {0, 1, 8, 128}) {
      std::string damaged = message;
      damaged[size] = static_cast<char>(damaged[size] ^ flipped);
      if (flipped == 0) damaged.resize(size);
      Collector whole;
      Collector lazy;
      const auto read = decode_write_request(damaged, {}, whole);
      const auto left = decode_write_request(damaged, {}, lazy, LabelReading::where_unknown);

      if (!left) {
        EXPECT_EQ(left.error(), read.error());
      } else if (!read) {
        std::vector<LabelView> labels;
        EXPECT_FALSE(decode_labels(lazy.label_bytes_.at(0), labels)) << size << ' ' << flipped;
      }
    }
  }
}

TEST(FindLabelFault, TakesGoodLabels) {
  const std::vector<LabelView> labels = {{"ClusterName", "c"}, {"__name__", "up"}, {"a", "b"}};

  EXPECT_FALSE(find_label_fault(labels));
}

TEST(FindLabelFault, SaysWhatIsWrong) {
  const auto finds = [](std::vector<LabelView> labels, LabelFault fault, std::string_view text) {
    const auto problem = find_label_fault(labels);
    ASSERT_TRUE(problem) << text;
    EXPECT_EQ(problem->fault, fault);
    EXPECT_EQ(problem->text, text);
  };

  finds({}, LabelFault::missing_metric_name, "a series without a name");
  finds({{"a", "b"}}, LabelFault::missing_metric_name, "a series without a name");
  finds({{"", "b"}, {"__name__", "m"}}, LabelFault::empty_name,
        "a label without a name of series m");
  finds({{"__name__", "m"}, {"a", ""}}, LabelFault::empty_value,
        "label a without a value of series m");
  finds({{"__name__", "m"}, {"a", "\xff"}}, LabelFault::invalid_utf8,
        "label a with a value not in UTF-8 of series m");
  finds({{"\xff", "b"}}, LabelFault::invalid_utf8, "a label name not in UTF-8");
  finds({{"__name__", "m"}, {"a", "1"}, {"a", "2"}}, LabelFault::duplicate_name,
        "label a twice of series m");
  finds({{"__name__", "m"}, {"b", "1"}, {"a", "2"}}, LabelFault::unsorted,
        "label a behind b of series m");
}

}  // namespace
}  // namespace tributary::remote
