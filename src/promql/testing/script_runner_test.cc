// The runner on scripts that must fail, so that those that pass say something.
#include "promql/testing/script_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"

namespace tributary::promql::testing {
namespace {

using ::testing::HasSubstr;

const std::string kLoad = R"(
load 1m
  x_total{a="b"} 0+60x10
  x_total{a="c"} 0+30x10
  h {{count:1 sum:1 buckets:[1]}}x10
  f 2x10

)";

// What is wrong with the only evaluation of a script; empty where nothing is.
std::string outcome(const std::string& evaluation) {
  const SystemClock clock;
  const Engine engine(script_engine_options(), clock);
  const auto report = run_script(engine, kLoad + evaluation);
  if (!report) return "unreadable: " + report.error().message();
  EXPECT_EQ(report->evaluations, 1U);
  return report->failures.empty() ? "" : report->failures[0].what;
}

TEST(ScriptRunner, AcceptsWhatIsRight) {
  EXPECT_EQ(outcome("eval instant at 5m x_total{a=\"b\"}\n  x_total{a=\"b\"} 300\n"), "");
  EXPECT_EQ(outcome("eval range from 0 to 2m step 1m f\n  f 2x2\n"), "");
  EXPECT_EQ(outcome("eval instant at 5m 1 + 2\n  3\n"), "");
  EXPECT_EQ(outcome("eval instant at 5m (\"Foo\")\n  expect string \"Foo\"\n"), "");
  EXPECT_EQ(outcome("eval instant at 2m f[2m]\n"
                    "  expect range vector from 1m to 2m step 1m\n  f 2 2\n"),
            "");
  EXPECT_EQ(outcome("eval instant at 1m h\n  h {{count:1 sum:1 buckets:[1]}}\n"), "");
}

TEST(ScriptRunner, TellsAWrongMissingOrUnexpectedSeries) {
  EXPECT_THAT(outcome("eval instant at 5m f\n  f 3\n"), HasSubstr("wanted 3, f has 2@300000"));
  EXPECT_THAT(outcome("eval instant at 5m f\n  f 2\n  f{a=\"b\"} 2\n"),
              HasSubstr("missing f{a=\"b\"}"));
  EXPECT_THAT(outcome("eval instant at 5m x_total\n  x_total{a=\"b\"} 300\n"),
              HasSubstr("unexpected x_total{a=\"c\"}"));
  EXPECT_THAT(outcome("eval instant at 1m h\n  h {{count:1 sum:2 buckets:[1]}}\n"),
              HasSubstr("wanted {{count:1 sum:2 buckets:[1]}}"));
  EXPECT_THAT(outcome("eval instant at 1m h\n  h 1\n"), HasSubstr("wanted 1, h has {{"));
}

TEST(ScriptRunner, TellsMissingAndExtraPoints) {
  EXPECT_THAT(outcome("eval range from 0 to 2m step 1m f\n  f 2 2\n"), HasSubstr("more points"));
  EXPECT_THAT(outcome("eval range from 0 to 2m step 1m f\n  f 2 _ 2\n"),
              HasSubstr("wanted 2 at 120000"));
  EXPECT_THAT(outcome("eval range from 0 to 2m step 1m f\n  f 2x3\n"),
              HasSubstr("more points expected than there are steps"));
}

TEST(ScriptRunner, TellsAWrongOrder) {
  const std::string query = "eval instant at 5m sort(x_total)\n  expect ordered\n";

  EXPECT_EQ(outcome(query + "  x_total{a=\"c\"} 150\n  x_total{a=\"b\"} 300\n"), "");
  EXPECT_THAT(outcome(query + "  x_total{a=\"b\"} 300\n  x_total{a=\"c\"} 150\n"),
              HasSubstr("is at place 1, wanted at 2"));
}

TEST(ScriptRunner, TellsFailuresThatShouldNotOrShouldBe) {
  EXPECT_THAT(outcome("eval instant at 5m f\n  expect fail\n"), HasSubstr("should have failed"));
  EXPECT_THAT(outcome("eval instant at 5m x_total + on() x_total\n"), HasSubstr("failed: "));
  EXPECT_THAT(outcome("eval instant at 5m x_total + on() x_total\n  expect fail msg: no\n"),
              HasSubstr("wanted failure \"no\""));
  EXPECT_EQ(outcome("eval instant at 5m x_total + on() x_total\n  expect fail regex: dupl.cate\n"),
            "");
}

TEST(ScriptRunner, ReadsTheOlderSpellingsOfExpectations) {
  const std::string fails = "eval_fail instant at 5m x_total + on() x_total\n";

  EXPECT_EQ(outcome(fails), "");
  EXPECT_EQ(outcome(fails + "  expected_fail_regexp dupl.cate\n"), "");
  EXPECT_EQ(outcome(fails + "  expect fail regex: dupl.cate\n"), "");
  EXPECT_THAT(outcome(fails + "  expected_fail_message no\n"), HasSubstr("wanted failure \"no\""));
  EXPECT_THAT(outcome(fails + "  expected_fail_regexp [\n"), HasSubstr("bad expression"));
  EXPECT_EQ(outcome("eval_info instant at 5m rate(f[5m])\n  {} 0\n"), "");
  EXPECT_THAT(outcome("eval_warn instant at 5m rate(f[5m])\n  {} 0\n"),
              HasSubstr("wanted warning"));
  EXPECT_THAT(outcome("eval_ordered instant at 5m sort(x_total)\n"
                      "  x_total{a=\"b\"} 300\n  x_total{a=\"c\"} 150\n"),
              HasSubstr("wanted at 2"));
}

TEST(ScriptRunner, TellsAnnotationsThatAreMissingOrTooMany) {
  EXPECT_EQ(outcome("eval instant at 5m rate(f[5m])\n  expect info\n  {} 0\n"), "");
  EXPECT_THAT(outcome("eval instant at 5m rate(f[5m])\n  expect no_info\n  {} 0\n"),
              HasSubstr("unexpected info: PromQL info: "));
  EXPECT_THAT(outcome("eval instant at 5m rate(f[5m])\n  expect warn\n  {} 0\n"),
              HasSubstr("wanted warning"));
  EXPECT_THAT(outcome("eval instant at 5m rate(f[5m])\n  expect info msg: other\n  {} 0\n"),
              HasSubstr("wanted info \"other\""));
}

TEST(ScriptRunner, RefusesScriptsThatMakeNoSense) {
  EXPECT_THAT(outcome("eval instant f\n"), HasSubstr("unreadable"));
  EXPECT_THAT(outcome("evaluate\n"), HasSubstr("unreadable"));
  EXPECT_THAT(outcome("eval instant at 5m f\n  f 1 2\n"), HasSubstr("many values"));
  EXPECT_THAT(outcome("eval range from 2m to 1m step 1m f\n"), HasSubstr("ends before"));
  EXPECT_THAT(outcome("eval instant at 5m f\n  expect warn\n  expect no_warn\n"),
              HasSubstr("some and none"));
}

}  // namespace
}  // namespace tributary::promql::testing
