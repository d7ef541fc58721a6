#include "remote/write_request_v2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remote/wire.h"

namespace tributary::remote {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Builds messages field by field, good and bad.
std::string symbols(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) append_bytes_field(out, 4, text);
  return out;
}
std::string packed(std::initializer_list<std::uint64_t> numbers) {
  std::string out;
  for (const std::uint64_t number : numbers) append_varint(out, number);
  return out;
}
std::string field(std::uint32_t number, std::string_view bytes) {
  std::string out;
  append_bytes_field(out, number, bytes);
  return out;
}
std::string sample(double value, std::int64_t ms) {
  std::string out;
  append_float64_field(out, 1, value);
  append_varint_field(out, 2, static_cast<std::uint64_t>(ms));
  append_varint_field(out, 3, 7);  // the start timestamp, which is not kept
  return field(2, out);
}
std::string metadata(std::uint64_t type, std::uint64_t help, std::uint64_t unit) {
  std::string out;
  append_varint_field(out, 1, type);
  append_varint_field(out, 3, help);
  append_varint_field(out, 4, unit);
  return field(5, out);
}

class Notes final : public WriteRequestV2Visitor {
 public:
  void on_series(const SeriesView& series, const MetadataRef& metadata) override {
    std::string text;
    for (const LabelView& label : series.labels)
      text += std::string(label.name) + "=" + std::string(label.value) + " ";
    for (const Sample& one : series.samples)
      text += std::to_string(one.timestamp_ms) + ":" + std::to_string(one.value) + " ";
    for (const HistogramSample& one : series.histograms)
      text +=
          "h" + std::to_string(one.timestamp_ms) + ":" + std::to_string(one.histogram.count) + " ";
    for (const ExemplarView& one : series.exemplars)
      text +=
          "e" + std::to_string(one.timestamp_ms) + ":" + std::string(one.labels.at(0).value) + " ";
    text += std::string(to_string(metadata.type)) + "," + std::string(metadata.family) + "," +
            std::string(metadata.help) + "," + std::string(metadata.unit);
    seen.push_back(std::move(text));
  }
  void on_broken_series(std::string problem, std::size_t points) override {
    seen.push_back("broken " + std::to_string(points) + ": " + problem);
  }

  std::vector<std::string> seen;
};

const std::vector<std::string> kTexts = {"",    "__name__", "rpc_bucket", "job",
                                         "api", "Calls.",   "seconds",    "trace_id"};

TEST(WriteRequestV2, ShowsSeriesWithTheirLabelsAndMetadata) {
  std::string histogram;
  append_varint_field(histogram, 1, 12);
  append_varint_field(histogram, 15, 3000);
  std::string exemplar = field(1, packed({7, 4}));
  append_float64_field(exemplar, 2, 1.5);
  append_varint_field(exemplar, 3, 2500);
  const std::string first = field(1, packed({1, 2, 3, 4})) + sample(2, 1000) + sample(3, 2000) +
                            field(3, histogram) + field(4, exemplar) + metadata(3, 5, 6);
  const std::string second = field(1, packed({1, 4})) + sample(1, 1000);
  Notes notes;

  const auto decoded =
      decode_write_request_v2(field(5, first) + symbols(kTexts) + field(5, second), {}, notes);

  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_THAT(notes.seen,
              ElementsAre("__name__=rpc_bucket job=api 1000:2.000000 2000:3.000000 h3000:12 "
                          "e2500:api histogram,rpc,Calls.,seconds",
                          "__name__=api 1000:1.000000 unknown,api,,"));
}

TEST(WriteRequestV2, TellsABrokenSeriesFromABrokenMessage) {
  Notes notes;
  const std::string message = symbols(kTexts) +
                              field(5, field(1, packed({1, 9})) + sample(1, 1) + sample(2, 2)) +
                              field(5, field(1, packed({1, 2, 3})) + sample(1, 1)) +
                              field(5, field(1, packed({1, 4})) + metadata(1, 99, 0));

  ASSERT_TRUE(decode_write_request_v2(message, {}, notes));
  EXPECT_THAT(notes.seen, ElementsAre("broken 2: a label value refers to symbol 9 of 8",
                                      "broken 1: labels_refs come in pairs, got 3",
                                      "broken 0: help refers to symbol 99 of 8"));
  EXPECT_THAT(decode_write_request_v2(symbols({"x"}), {}, notes).error().message(),
              HasSubstr("the first symbol must be empty"));
  EXPECT_FALSE(decode_write_request_v2(std::string("\x2a\x05\x0a", 3), {}, notes));
}

TEST(WriteRequestV2, HoldsToItsLimits) {
  const std::string series = field(5, field(1, packed({1, 2, 3, 4})) + sample(1, 1) + sample(2, 2));
  const std::string message = symbols(kTexts) + series + series;
  const auto code = [&](DecodeLimitsV2 limits) {
    Notes notes;
    const auto decoded = decode_write_request_v2(message, limits, notes);
    return decoded ? Code::internal : decoded.error().code();
  };
  const auto limited = [](auto change) {
    DecodeLimitsV2 limits;
    change(limits);
    return limits;
  };

  EXPECT_EQ(code({}), Code::internal);
  EXPECT_EQ(code(limited([](auto& l) { l.symbols_max = 7; })), Code::limit_exceeded);
  EXPECT_EQ(code(limited([](auto& l) { l.series_max = 1; })), Code::limit_exceeded);
  EXPECT_EQ(code(limited([](auto& l) { l.labels_per_series_max = 1; })), Code::limit_exceeded);
  EXPECT_EQ(code(limited([](auto& l) { l.points_per_series_max = 1; })), Code::limit_exceeded);
  EXPECT_EQ(code(limited([](auto& l) { l.message_bytes_max = 10; })), Code::limit_exceeded);
}

}  // namespace
}  // namespace tributary::remote
