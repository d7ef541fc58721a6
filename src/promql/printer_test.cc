#include "promql/printer.h"

#include <gtest/gtest.h>

#include "promql/parser.h"
#include "promql/testing/parse_check.h"

namespace tributary::promql {
namespace {

std::string printed(std::string_view query) {
  const auto parsed = parse(query, testing::all_features());
  return parsed ? to_string(**parsed) : parsed.error().message();
}

const std::vector<std::string_view> kAsPrinted = {
    "foo",
    "foo{a=\"b\",c!=\"d\",e=~\"f.*\",g!~\"h\"}",
    "{__name__=\"a b\"}",
    "{\"c d\"=\"x\",__name__=\"a b\"}",
    "foo[5m]",
    "foo[1h30m] offset 5m",
    "foo offset -1w",
    "foo @ 1.500",
    "foo @ start() offset 5m",
    "foo[5m] @ end() offset -30s",
    "-foo",
    "+foo",
    "--foo",
    "-2",
    "2 ^ 3 ^ 2",
    "(2 ^ 3) ^ 2",
    "a + b * c",
    "(a + b) * c",
    "a == bool b",
    "a </ b >/ c",
    "a atan2 b",
    "a and b or c unless d",
    "a / on (x, y) b",
    "a / on () b",
    "a / ignoring (x) group_left () b",
    "a * on (x) group_right (y, \"z z\") b",
    "a + fill (1) b",
    "a + on (x) fill_left (1) fill_right (-2) b",
    "a + fill_left (+Inf) fill_right (1e+21) b",
    "sum(foo)",
    "sum by (a, \"b c\") (foo)",
    "sum without (a) (foo)",
    "sum without () (foo)",
    "topk by (a) (3, foo)",
    "count_values(\"x\", foo)",
    "limitk(2, foo)",
    "rate(foo[5m])",
    "time()",
    "label_replace(foo, \"a\", \"$1\", \"b\", \"(.*)\")",
    "foo[5m:]",
    "foo[5m:1m] @ 0.000 offset 5m",
    "max_over_time(rate(foo[5m])[1h:5m])",
    "foo[step()]",
    "foo[5m * 2]",
    "foo[(5m + 10s) * 2]",
    "foo[-(5m) + 1h]",
    "foo[max_of(5m, step() * 2)]",
    "foo offset (5m * 2)",
    "foo offset -step()",
    "foo[5m] anchored",
    "foo[5m] smoothed @ start() offset 1m",
    "foo smoothed",
    "5m",
    "-1h30m",
    "0.00001",
    "100000000000000000000000",
    "+Inf",
    "-Inf",
    "NaN",
    "\"a\\n\\\"b\\\" \\x01 \303\251\"",
    "info(foo, {a=\"b\"})",
    "sum",
    "step",
    "fill",
    "start()",
    "foo[5m + range():step() / 2]",
    "foo @ 5.000 offset -(5m - 1s)",
};

TEST(Printer, GivesBackWhatIsWrittenAsItPrints) {
  for (const std::string_view query : kAsPrinted) EXPECT_EQ(printed(query), query);
}

struct Printed {
  std::string_view query;
  std::string_view text;
};

TEST(Printer, WritesTheSameThingInOneWay) {
  const std::vector<Printed> table = {
      {"foo{}", "foo"},
      {" foo{ a = \"b\" , } ", "foo{a=\"b\"}"},
      {"foo{a='b\"c'}", "foo{a=\"b\\\"c\"}"},
      {"foo{b=\"1\",a=\"2\"}", "foo{a=\"2\",b=\"1\"}"},
      {"{\"foo\"}", "{__name__=\"foo\"}"},
      {"{\"foo\",a=\"b\"}", "{__name__=\"foo\",a=\"b\"}"},
      {"foo[300]", "foo[5m]"},
      {"foo[90s]", "foo[1m30s]"},
      {"foo[1d12h]", "foo[1d12h]"},
      {"foo[365d]", "foo[1y]"},
      {"foo OFFSET 60", "foo offset 1m"},
      {"foo offset 0s", "foo"},
      {"foo @ 1e3", "foo @ 1000.000"},
      {"foo @ -5m", "foo @ -300.000"},
      {"foo[5m] offset 5m @ 6", "foo[5m] @ 6.000 offset 5m"},
      {"SUM(foo) BY (A)", "sum by (A) (foo)"},
      {"sum(foo) without (a,)", "sum without (a) (foo)"},
      {"sum by () (foo)", "sum(foo)"},
      {"a == BOOL b", "a == bool b"},
      {"a AND ON(x) b", "a and on (x) b"},
      {"a+on(x)group_left b", "a + on (x) group_left () b"},
      {"a+fill(2)b", "a + fill (2) b"},
      {"a + fill_right(2) fill_left(2) b", "a + fill (2) b"},
      {"- - 5", "5"},
      {"-(5)", "-(5)"},
      {"0x1F", "31"},
      {"017", "15"},
      {"1_000", "1000"},
      {"1e-7", "0.0000001"},
      {"1h30m5s10ms", "1h30m5s10ms"},
      {"1500ms", "1s500ms"},
      {"`a\\n`", "\"a\\\\n\""},
      {"'a\"b'", "\"a\\\"b\""},
      {"foo # why\n + # because\n bar", "foo + bar"},
      {"foo[5m:60s]", "foo[5m:1m]"},
      {"foo[(5m)]", "foo[(5m)]"},
      {"foo[+5m]", "foo[5m]"},
      {"foo[--5m]", "foo[5m]"},
      {"foo[5m*2^2]", "foo[5m * 2 ^ 2]"},
      {"foo offset - - (5m) * 2", "foo offset --(5m) * 2"},
      {"foo offset 5m * 2", "foo offset 5m * 2"},
      {"foo[MIN_OF(STEP(),1m)]", "foo[min_of(step(), 1m)]"},
      {"2 ^ -1 * 3", "2 ^ -1 * 3"},
      {"-2 ^ 2", "-2 ^ 2"},
      {"-foo ^ 2 * 3", "-foo ^ 2 * 3"},
      {"1 - 2 - 3", "1 - 2 - 3"},
      {"Inf", "+Inf"},
      {"a * on(sum, by, offset, a:b) b", "a * on (sum, by, offset, \"a:b\") b"},
  };

  for (const Printed& one : table) {
    EXPECT_EQ(printed(one.query), one.text);
    EXPECT_EQ(printed(one.text), one.text);
  }
}

// Where Prometheus prints what does not parse or means something else.
TEST(Printer, PrintsWhatReadsBackAlsoWherePrometheusDoesNot) {
  const std::vector<Printed> table = {
      {"inf ^ 2", "Inf ^ 2"},
      {"foo{a=\"\\ufffd\"}", "foo{a=\"\\ufffd\"}"},
      {"foo offset +(5) * 2", "foo offset +(5) * 2"},
      {"foo offset + -2^2", "foo offset (-2 ^ 2)"},
      {"foo offset --5m * 2", "foo offset (5m * 2)"},
      {"sum by (\"without\", \"inf\") (x)", "sum by (\"without\", \"inf\") (x)"},
      {"info(foo, {})", "info(foo, {})"},
  };

  for (const Printed& one : table) {
    EXPECT_EQ(printed(one.query), one.text);
    EXPECT_EQ(printed(one.text), one.text);
  }
}

TEST(PrettyPrinter, SplitsWhatIsLongerThanALine) {
  const std::vector<Printed> table = {
      {"sum by (job) (rate(http_requests_total{job=\"api\"}[5m]))",
       "sum by (job) (rate(http_requests_total{job=\"api\"}[5m]))"},
      {"sum by (job, instance, path, method, status) (rate(http_requests_total{job=\"api-server\", "
       "instance=~\"10\\\\.0\\\\..*\"}[5m]))",
       "sum by (job, instance, path, method, status) (\n"
       "  rate(http_requests_total{instance=~\"10\\\\.0\\\\..*\",job=\"api-server\"}[5m])\n"
       ")"},
      {"topk by (some_long_label, some_other_long_label) (10, sum without (instance, replica) "
       "(rate(some_metric_with_a_long_name_total[5m])))",
       "topk by (some_long_label, some_other_long_label) (\n"
       "  10,\n"
       "  sum without (instance, replica) (rate(some_metric_with_a_long_name_total[5m]))\n"
       ")"},
      {"some_metric_with_a_long_name_total{job=\"some-job\"} / on (job, instance) group_left "
       "(version) some_other_metric_with_a_long_name_info{job=\"some-job\"}",
       "  some_metric_with_a_long_name_total{job=\"some-job\"}\n"
       "/ on (job, instance) group_left (version)\n"
       "  some_other_metric_with_a_long_name_info{job=\"some-job\"}"},
      {"(some_metric_with_a_long_name_total{job=\"some-job\"} > bool 0.5 or "
       "some_other_metric_with_a_long_name_total{job=\"some-job\"}) * 100",
       "  (\n"
       "      some_metric_with_a_long_name_total{job=\"some-job\"} > bool 0.5\n"
       "    or\n"
       "      some_other_metric_with_a_long_name_total{job=\"some-job\"}\n"
       "  )\n"
       "*\n"
       "  100"},
      {"-label_replace(some_metric_with_a_long_name_total{job=\"some-job\"}, "
       "\"some_target_label\", \"$1\", \"some_source_label\", \"(.*)-suffix\")",
       "-label_replace(\n"
       "  some_metric_with_a_long_name_total{job=\"some-job\"},\n"
       "  \"some_target_label\",\n"
       "  \"$1\",\n"
       "  \"some_source_label\",\n"
       "  \"(.*)-suffix\"\n"
       ")"},
      {"max_over_time(sum(rate(some_metric_with_a_long_name_total{job=\"some-job\", "
       "instance=\"some-instance\"}[5m]))[1h:5m] @ start() offset 1h) + time()",
       "  max_over_time(\n"
       "    "
       "sum(rate(some_metric_with_a_long_name_total{instance=\"some-instance\",job=\"some-job\"}["
       "5m]))[1h:5m] @ start() offset 1h\n"
       "  )\n"
       "+\n"
       "  time()"},
      {"a_very_long_metric_name_indeed{first_label=\"first value\", second_label=\"second value\", "
       "third_label=\"third value\"}[5m] offset 1h",
       "a_very_long_metric_name_indeed{first_label=\"first value\",second_label=\"second "
       "value\",third_label=\"third value\"}[5m] offset 1h"},
  };

  for (const Printed& one : table) {
    const auto parsed = parse(one.query);
    ASSERT_TRUE(parsed) << one.query << ": " << parsed.error().message();
    EXPECT_EQ(to_pretty_string(**parsed), one.text);
    EXPECT_EQ(printed(to_pretty_string(**parsed)), to_string(**parsed));
  }
}

TEST(PrettyPrinter, SplitsLongChainsInReasonableTime) {
  std::string chain = "some_metric_0";
  for (int i = 1; i < 3000; ++i) chain += " + some_metric_" + std::to_string(i);
  const auto parsed = parse(chain);
  ASSERT_TRUE(parsed) << parsed.error().message();

  const std::string pretty = to_pretty_string(**parsed);

  EXPECT_EQ(to_string(**parsed), chain);
  EXPECT_TRUE(pretty.ends_with("\n+\n  some_metric_2999"));
}

}  // namespace
}  // namespace tributary::promql
