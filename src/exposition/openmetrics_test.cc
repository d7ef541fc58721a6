#include "exposition/openmetrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tributary::exposition {
namespace {

using testing::HasSubstr;

std::string exemplar_text(const Exemplar& exemplar) {
  std::string text = " # " + exemplar.labels.to_string() + ' ' + std::to_string(exemplar.value);
  if (exemplar.timestamp_ms) text += " @" + std::to_string(*exemplar.timestamp_ms);
  return text;
}

// All entries of a page, one per line, or the error.
std::string read(std::string_view page) {
  OpenMetricsParser parser(page);
  std::string out;
  for (;;) {
    const auto kind = parser.next();
    if (!kind) return kind.error().message();
    if (*kind == EntryKind::end) return out;
    if (*kind == EntryKind::sample) {
      const auto labels = parser.labels();
      const auto exemplar = parser.exemplar();
      if (!labels) return labels.error().message();
      if (!exemplar) return exemplar.error().message();
      out += labels->to_string() + ' ' + std::to_string(parser.value());
      if (parser.timestamp_ms()) out += " @" + std::to_string(*parser.timestamp_ms());
      if (*exemplar) out += exemplar_text(**exemplar);
    } else {
      out += *kind == EntryKind::type ? "type " : *kind == EntryKind::help ? "help " : "unit ";
      out += std::string(parser.name()) + '|';
      out += *kind == EntryKind::type ? to_string(parser.type()) : parser.text();
    }
    out += '\n';
  }
}

TEST(OpenMetrics, ReadsAFamily) {
  EXPECT_EQ(read("# TYPE a_seconds counter\n"
                 "# UNIT a_seconds seconds\n"
                 "# HELP a_seconds Some \\\"help\\\".\n"
                 "a_seconds_total{b=\"c\"} 1.5 1700000000.1239\n"
                 "a_seconds_created{b=\"c\"} 1 -1.5\n"
                 "# EOF\n"),
            "type a_seconds|counter\n"
            "unit a_seconds|seconds\n"
            "help a_seconds|Some \"help\".\n"
            "a_seconds_total{b=\"c\"} 1.500000 @1700000000123\n"
            "a_seconds_created{b=\"c\"} 1.000000 @-1500\n");
}

TEST(OpenMetrics, KnowsItsTypes) {
  for (const char* const type : {"counter", "gauge", "histogram", "gaugehistogram", "summary",
                                 "info", "stateset", "unknown"})
    EXPECT_EQ(read("# TYPE a " + std::string(type) + "\n# EOF"),
              "type a|" + std::string(type) + '\n');
  EXPECT_THAT(read("# TYPE a untyped\n# EOF\n"), HasSubstr("got \"untyped\""));
}

TEST(OpenMetrics, ReadsExemplars) {
  EXPECT_EQ(read("a 1 # {} 2\na 1 5 # {t=\"x\\n # \"} 0.5 9.5\n# EOF\n"),
            "a 1.000000 # {} 2.000000\n"
            "a 1.000000 @5000 # {t=\"x\\n # \"} 0.500000 @9500\n");
}

TEST(OpenMetrics, TakesNoExemplarOverFromTheSampleBefore) {
  EXPECT_EQ(read("a 1 5 # {} 2 3\na 1 # {} 2\na 1\n# EOF\n"),
            "a 1.000000 @5000 # {} 2.000000 @3000\na 1.000000 # {} 2.000000\na 1.000000\n");
}

TEST(OpenMetrics, RefusesWrongExemplars) {
  EXPECT_THAT(read("a 1 # {t=\"x\"}\n# EOF\n"), HasSubstr("want one space and a number"));
  EXPECT_THAT(read("a 1 # {\"m\"} 1\n# EOF\n"), HasSubstr("want \"=\" after label name m"));
  EXPECT_THAT(read("a 1 # {t=\"x\"} 1 NaN\n# EOF\n"), HasSubstr("want a finite timestamp"));
  EXPECT_THAT(read("a 1 # {t=\"x\",t=\"y\"} 1\n# EOF\n"), HasSubstr("label t occurs twice"));
  EXPECT_THAT(read("a 1 #{} 1\n# EOF\n"), HasSubstr("want a number, got \"#{}\""));
}

TEST(OpenMetrics, NeedsItsEndMark) {
  EXPECT_EQ(read("# EOF"), "");
  EXPECT_EQ(read("# EOF\n"), "");
  EXPECT_THAT(read(""), HasSubstr("want \"# EOF\", got the end of the page"));
  EXPECT_THAT(read("a 1\n"), HasSubstr("line 2, column 1: want \"# EOF\""));
  EXPECT_THAT(read("# EOF\n\n"), HasSubstr("after \"# EOF\""));
  EXPECT_THAT(read("# EOF\na 1\n"), HasSubstr("line 2, column 1"));
  EXPECT_THAT(read("a 1"), HasSubstr("want the end of the line, got the end of the page"));
}

TEST(OpenMetrics, TakesExactlyOneSpaceBetweenTokens) {
  for (const char* const line :
       {" a 1", "a  1", "a\t1", "a 1 ", "a 1  5", "a {} 1", "a{ b=\"c\"} 1", "a{b= \"c\"} 1",
        "#  HELP a b", "# comment", "", "# HELP a", "a{}1"})
    EXPECT_THAT(read(std::string(line) + "\n# EOF\n"), HasSubstr("line 1, column")) << line;
}

TEST(OpenMetrics, NeedsCommasBetweenLabels) {
  EXPECT_THAT(read("a{b=\"c\"d=\"e\"} 1\n# EOF\n"),
              HasSubstr("want \",\" or \"}\", got \"d=\"e\"}\""));
  EXPECT_EQ(read("a{b=\"c\",} 1\n# EOF\n"), "a{b=\"c\"} 1.000000\n");
}

TEST(OpenMetrics, RefusesARawNewlineInALabelValue) {
  EXPECT_THAT(read("a{b=\"c\nd\"} 1\n# EOF\n"), HasSubstr("line 1, column 5"));
}

TEST(OpenMetrics, HoldsAUnitToTheNameOfItsFamily) {
  EXPECT_EQ(read("# UNIT a \n# EOF\n"), "unit a|\n");
  for (const char* const line :
       {"# UNIT a seconds", "# UNIT aseconds seconds", "# UNIT seconds seconds"})
    EXPECT_THAT(read(std::string(line) + "\n# EOF\n"), HasSubstr("is not the end of metric name"));
}

}  // namespace
}  // namespace tributary::exposition
