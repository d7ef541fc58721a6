#include "lab/scenario/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const TaskKey kFirst{.account = "100000000001", .task = "aaaaaaaaaaaa"};
const TaskKey kSecond{.account = "100000000001", .task = "bbbbbbbbbbbb"};

TEST(ReadAnswer, TakesVectorsAndMatricesByTask) {
  const auto answers = read_answer(R"({"status":"success","data":{"result":[
      {"metric":{"account":"1","task":"http://169.254.170.2/v4/ab-1"},"value":[12.5,"3"]},
      {"metric":{"account":"1","task":"http://169.254.170.2/v4/cd-2"},
       "values":[[2,"1"],[1,"0"],[3,"x"]]},
      {"metric":{"account":"1"},"value":[1,"1"]}]}})");

  ASSERT_TRUE(answers) << answers.error().message();
  ASSERT_EQ(answers->size(), 2U);
  EXPECT_THAT(answers->at({"1", "ab"}), ElementsAre(Pair(12.5, 3)));
  EXPECT_THAT(answers->at({"1", "cd"}), ElementsAre(Pair(1, 0), Pair(2, 1)));
}

TEST(ReadAnswer, RefusesWhatIsNone) {
  EXPECT_FALSE(read_answer("{"));
  EXPECT_THAT(read_answer(R"({"status":"error"})").error().message(), HasSubstr("data.result"));
}

// Two tasks, made at 1000 s, scraped each second; the end is at 1010 s.
struct Given {
  Scenario scenario{.accounts = 1, .tasks = 2, .duration = 10s};
  Measured measured{
      .created = {{kFirst, timestamp_from_ms(1'000'000)}, {kSecond, timestamp_from_ms(1'000'000)}},
      .end = timestamp_from_ms(1'010'000)};
  Answers answers;
};

TEST(Report, CountsWhatArrivedAndWhatDidNot) {
  Given given;
  for (const double time : {1002.5, 1003.5, 1004.5, 1007.5, 1008.5, 1009.5, 1010.5})
    given.answers.up[kFirst].emplace_back(time, 1);
  given.answers.samples[kFirst] = {{1010, 420}};
  given.answers.cpu_ns[kFirst] = {{1010, 125e6}};
  given.answers.memory[kFirst] = {{1010, 6.5 * (1 << 20)}};

  const auto reports = make_report(given.scenario, given.measured, given.answers);

  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].samples, 420U);
  EXPECT_EQ(reports[0].first_after, Duration(2500ms));
  EXPECT_EQ(reports[0].scrapes, 6U) << "the one after the end does not count";
  EXPECT_EQ(reports[0].expected, 8U);
  EXPECT_EQ(reports[0].lost(), 2U);
  EXPECT_FALSE(reports[1].first_after);
  const std::string text = report_text(given.scenario, reports);
  EXPECT_THAT(text, HasSubstr("100000000001  aaaaaaaa        420          2.5 s        6/8   25.0 %"
                              "          1.25 %            6.5 MiB\n"));
  EXPECT_THAT(text, HasSubstr("1 tasks have sent nothing."));
  const std::string json = report_json(given.scenario, reports);
  EXPECT_THAT(json, HasSubstr(R"("task":"aaaaaaaaaaaa","samples":420,"firstAfterSeconds":2.5)"));
  EXPECT_THAT(json, HasSubstr(R"("task":"bbbbbbbbbbbb","samples":0,"firstAfterSeconds":null)"));
}

TEST(Report, ForgivesScrapesThatComeEarlyOrLateAndCountsTheMissingEnd) {
  Given given;
  given.answers.up[kFirst] = {{1002.1, 1}, {1003.0, 1}, {1004.0, 1}, {1005.05, 1}};
  for (double time = 1001.0; time < 1009.5; time += 1)
    given.answers.up[kSecond].emplace_back(time, 1);

  const auto reports = make_report(given.scenario, given.measured, given.answers);

  EXPECT_EQ(reports[0].expected, 8U);
  EXPECT_EQ(reports[0].lost(), 4U);
  EXPECT_EQ(reports[1].expected, 9U) << "the next one may be on its way";
  EXPECT_EQ(reports[1].lost(), 0U);
}

TEST(Report, KnowsWhenAllHaveCaughtUp) {
  Given given;
  given.answers.up[kFirst] = {{1010.5, 1}};
  given.answers.up[kSecond] = {{1009.5, 1}};
  EXPECT_FALSE(has_caught_up(given.measured, given.answers.up));

  given.answers.up[kSecond] = {{1010, 1}};
  EXPECT_TRUE(has_caught_up(given.measured, given.answers.up));
  given.answers.up.erase(kSecond);
  EXPECT_FALSE(has_caught_up(given.measured, given.answers.up));
}

}  // namespace
}  // namespace tributary::lab::scenario
