#include "exposition/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "exposition/parser.h"
#include "model/sample.h"

namespace tributary::exposition {
namespace {

// The one sample of a page, as `labels value [@timestamp]`, or the error.
std::string sample_of(std::string_view page) {
  PrometheusTextParser parser(page);
  const auto kind = parser.next();
  if (!kind) return kind.error().message();
  if (*kind != EntryKind::sample) return "no sample";
  const auto labels = parser.labels();
  if (!labels) return labels.error().message();
  std::string text = labels->to_string() + ' ' + std::to_string(parser.value());
  if (parser.timestamp_ms()) text += " @" + std::to_string(*parser.timestamp_ms());
  const auto end = parser.next();
  return !end ? end.error().message() : *end == EntryKind::end ? text : text + " and more";
}

std::string metadata_of(std::string_view page) {
  PrometheusTextParser parser(page);
  const auto kind = parser.next();
  if (!kind) return kind.error().message();
  const std::string entry = std::string(parser.name()) + '|';
  if (*kind == EntryKind::help) return "help " + entry + std::string(parser.text());
  if (*kind == EntryKind::type) return "type " + entry + std::string(to_string(parser.type()));
  return *kind == EntryKind::comment ? "comment" : "other";
}

TEST(PrometheusText, ReadsSamples) {
  EXPECT_EQ(sample_of("up 1\n"), "up 1.000000");
  EXPECT_EQ(sample_of("up 1"), "up 1.000000");
  EXPECT_EQ(sample_of("job:up:sum 2 1700000000123\n"), "job:up:sum 2.000000 @1700000000123");
  EXPECT_EQ(sample_of("a{} 1\n"), "a 1.000000");
  EXPECT_EQ(sample_of("a{b=\"c\",d=\"e\"} 0.5\n"), "a{b=\"c\", d=\"e\"} 0.500000");
  EXPECT_EQ(sample_of("a{z=\"1\",b=\"2\",} 1\n"), "a{b=\"2\", z=\"1\"} 1.000000");
  EXPECT_EQ(sample_of("a{b=\"}{\",c=\"# \"} 1\n"), "a{b=\"}{\", c=\"# \"} 1.000000");
}

TEST(PrometheusText, TakesBlanksBetweenAllTokens) {
  EXPECT_EQ(sample_of(" \t a\t{ b\t= \"c\" , } \t1  5 \n\n"), "a{b=\"c\"} 1.000000 @5");
  EXPECT_EQ(sample_of("a{b=\"c\"}-1\n"), "a{b=\"c\"} -1.000000");
  EXPECT_EQ(sample_of("a+1\n"), "a 1.000000");
}

TEST(PrometheusText, NeedsNoCommasBetweenLabels) {
  EXPECT_EQ(sample_of("a{b=\"c\"d=\"e\"} 1\n"), "a{b=\"c\", d=\"e\"} 1.000000");
}

TEST(PrometheusText, UnescapesLabelValues) {
  PrometheusTextParser parser(R"(a{b="q\"b\\n\nt\tx",c="\\"} 1)");

  ASSERT_TRUE(parser.next());

  EXPECT_EQ(parser.labels()->get("b"), "q\"b\\n\nt\\tx");
  EXPECT_EQ(parser.labels()->get("c"), "\\");
}

TEST(PrometheusText, HandsOnEmptyLabelValues) {
  EXPECT_EQ(sample_of("a{b=\"\",c=\"d\"} 1\n"), "a{b=\"\", c=\"d\"} 1.000000");
}

TEST(PrometheusText, ReadsQuotedNames) {
  EXPECT_EQ(sample_of("{\"my.metric\",l=\"v\",\"label.name\"=\"x\"} 1\n"),
            "{__name__=\"my.metric\", l=\"v\", \"label.name\"=\"x\"} 1.000000");
  EXPECT_EQ(sample_of("{l=\"v\",\"m\"} 1\n"), "m{l=\"v\"} 1.000000");
  EXPECT_THAT(sample_of("{\"a\",\"b\"} 1\n"), testing::HasSubstr("a second metric name \"b\""));
  EXPECT_THAT(sample_of("a{\"b\"} 1\n"), testing::HasSubstr("a second metric name \"b\""));
  EXPECT_THAT(sample_of("{l=\"v\"} 1\n"), testing::HasSubstr("without a metric name"));
  EXPECT_THAT(sample_of("{} 1\n"), testing::HasSubstr("without a metric name"));
  EXPECT_THAT(sample_of("{\"\"} 1\n"), testing::HasSubstr("an empty name"));
}

TEST(PrometheusText, ReadsMetadata) {
  EXPECT_EQ(metadata_of("# HELP a Some help.\n"), "help a|Some help.");
  EXPECT_EQ(metadata_of("#\t HELP   a \\\\ and \\n and \\\"\n"), "help a|\\ and \n and \\\"");
  EXPECT_EQ(metadata_of("# HELP a\n"), "help a|");
  EXPECT_EQ(metadata_of("# HELP a \t \n"), "help a|");
  EXPECT_EQ(metadata_of("# HELP a  two blanks"), "help a| two blanks");
  EXPECT_EQ(metadata_of("# HELP \"a.\\\"b\" x\n"), "help a.\"b|x");
  EXPECT_EQ(metadata_of("# TYPE a untyped\n"), "type a|unknown");
  EXPECT_EQ(metadata_of("  # TYPE a histogram\n"), "type a|histogram");
}

TEST(PrometheusText, TakesOtherHashLinesAsComments) {
  for (const char* const line :
       {"#\n", "# \n", "#HELP a b\n", "# HELP\n", "# EOF\n", "# TYPES a b\n"})
    EXPECT_EQ(metadata_of(line), "comment") << line;
}

TEST(PrometheusText, RefusesWrongMetadata) {
  EXPECT_THAT(metadata_of("# TYPE a unknown\n"), testing::HasSubstr("got \"unknown\""));
  EXPECT_THAT(metadata_of("# TYPE a gauge \n"),
              testing::HasSubstr("line 1, column 10: want counter"));
  EXPECT_THAT(metadata_of("# TYPE 0a gauge\n"),
              testing::HasSubstr("want a metric name, got \"0a\""));
  EXPECT_THAT(metadata_of("# HELP a \xff\n"), testing::HasSubstr("not UTF-8"));
}

TEST(PrometheusText, CanonicalisesNaN) {
  PrometheusTextParser parser("a NaN\n");

  ASSERT_TRUE(parser.next());

  EXPECT_EQ(std::bit_cast<std::uint64_t>(parser.value()), std::bit_cast<std::uint64_t>(kNormalNaN));
}

TEST(PrometheusText, EndsAtANulByteAndAtTheEndOfThePage) {
  const auto ends = [](std::string_view page) {
    PrometheusTextParser parser(page);
    EXPECT_EQ(*parser.next(), EntryKind::end) << page;
  };

  ends("");
  ends("\n\n \n");
  ends({"\0rubbish", 8});
}

TEST(PrometheusText, SaysWhereAndWhatWasWrong) {
  const auto refuses = [](std::string_view page, std::string_view message) {
    EXPECT_EQ(sample_of(page), message) << page;
  };

  refuses("\n@a 1\n", "line 2, column 1: want a metric name, got \"@a\"");
  refuses("a\n", "line 1, column 2: want a number, got the end of the line");
  refuses("a", "line 1, column 2: want a number, got the end of the page");
  refuses("a b\n", "line 1, column 3: want a number, got \"b\"");
  refuses("a 1\r\n", "line 1, column 3: want a number, got \"1\r\"");
  refuses("a 1 -5\n", "line 1, column 5: want a timestamp, got \"-5\"");
  refuses("a 1 99999999999999999999\n",
          "line 1, column 5: want a timestamp in milliseconds, got \"99999999999999999999\"");
  refuses("a 1 5 6\n", "line 1, column 7: want the end of the line, got \"6\"");
  refuses("a{b=\"c\" 1\n",
          "line 1, column 10: want \"}\" at the end of the labels, got the end of "
          "the line");
  refuses("a{b=\"c} 1\n", "line 1, column 5: a quoted text that is not closed");
  refuses("a{b} 1\n", "line 1, column 4: want \"=\" after label name b, got \"}\"");
  refuses("a{b=c} 1\n", "line 1, column 5: want a label value in quotes, got \"c}\"");
  refuses("a{0=\"c\"} 1\n", "line 1, column 3: want a label name, got \"0=\"c\"}\"");
  refuses("a{,} 1\n", "line 1, column 3: want a label name, got \",}\"");
  refuses("a{b=\"\xff\"} 1\n", "line 1, column 5: a label value that is not UTF-8");
  refuses("a{b=\"x\\\ny\"} 1\n", "line 1, column 7: a backslash at the end of a line");
  refuses("a{b=\"1\",b=\"2\"} 1\n", "line 1, column 1: label b occurs twice");
  refuses("a{__name__=\"1\"} 1\n", "line 1, column 1: label __name__ occurs twice");
}

TEST(PrometheusText, GivesTheBytesOfASeriesAsTheyStand) {
  PrometheusTextParser parser(" a {b=\"\\\"\" , }  7\nc 1\n");

  ASSERT_TRUE(parser.next());
  EXPECT_EQ(parser.series_text(), "a {b=\"\\\"\" , }");
  ASSERT_TRUE(parser.next());
  EXPECT_EQ(parser.series_text(), "c");
}

TEST(PrometheusText, JudgesLabelsOnlyWhenAskedForThem) {
  PrometheusTextParser parser("a{b=} 1\n");

  ASSERT_TRUE(parser.next());

  EXPECT_EQ(parser.value(), 1);
  EXPECT_FALSE(parser.labels());
}

}  // namespace
}  // namespace tributary::exposition
