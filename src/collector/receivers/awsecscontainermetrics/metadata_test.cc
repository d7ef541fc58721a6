#include "collector/receivers/awsecscontainermetrics/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tributary::collector::awsecscontainermetrics {
namespace {

using ::testing::HasSubstr;

TEST(TaskMetadata, TakesNamesInAnyCaseAndSkipsUnknownOnes) {
  const auto task = parse_task_metadata(
      R"({"cluster":"demo","TASKARN":"arn","Unknown":[{}],"Limits":{"cpu":0.5,"MEMORY":1024}})");

  ASSERT_TRUE(task) << task.error().message();
  EXPECT_EQ(task->cluster, "demo");
  EXPECT_EQ(task->task_arn, "arn");
  EXPECT_EQ(task->limits.cpu, 0.5);
  EXPECT_EQ(task->limits.memory_mib, 1024u);
}

TEST(TaskMetadata, LeavesTheZeroValueWhereThereIsNull) {
  const auto task = parse_task_metadata(
      R"({"Family":null,"Limits":null,"Containers":[{"DockerId":null,"ExitCode":null},null]})");

  ASSERT_TRUE(task) << task.error().message();
  EXPECT_EQ(task->family, "");
  EXPECT_FALSE(task->limits.cpu);
  ASSERT_EQ(task->containers.size(), 2u);
  EXPECT_FALSE(task->containers[0].exit_code);
}

TEST(TaskMetadata, IgnoresBytesAfterTheDocument) {
  const auto task = parse_task_metadata("{\"Family\":\"web\"}\n<trailing>");

  ASSERT_TRUE(task) << task.error().message();
  EXPECT_EQ(task->family, "web");
}

TEST(TaskMetadata, RefusesValuesOfTheWrongTypeAndNamesThem) {
  const auto message = [](std::string_view json) {
    const auto task = parse_task_metadata(json);
    return task ? "accepted" : task.error().message();
  };

  EXPECT_EQ(message(R"({"Limits":{"Memory":-1}})"),
            "Limits.Memory: got -1, want an integer that is not negative");
  EXPECT_THAT(message(R"({"Limits":{"Memory":1.5}})"), HasSubstr("Limits.Memory: got 1.5"));
  EXPECT_EQ(message(R"({"Family":7})"), "Family: got 7, want a string");
  EXPECT_EQ(message(R"({"Containers":{}})"), "Containers: got an object, want an array");
  EXPECT_EQ(message("[]"), "the document: got an array, want an object");
  EXPECT_THAT(message(""), HasSubstr("not JSON at byte 0 of 0"));
  EXPECT_THAT(message("{\"Family\":\"\xff\"}"), HasSubstr("not JSON at byte"));
}

TEST(TaskMetadata, ReadsNumbersExactly) {
  const auto cpu = [](const std::string& number) {
    const auto task = parse_task_metadata(R"({"Limits":{"CPU":)" + number + "}}");
    return task ? task->limits.cpu : std::nullopt;
  };

  EXPECT_EQ(cpu("0.1"), 0.1);
  EXPECT_EQ(cpu("2"), 2);
  EXPECT_EQ(cpu("-3"), -3);
  EXPECT_EQ(cpu("9007199254740993.0"), 9007199254740992.0);
  EXPECT_EQ(cpu("0e308"), 0);
  EXPECT_EQ(cpu("1e-400"), 0);
  EXPECT_EQ(cpu("1e400"), std::nullopt);
}

TEST(TaskMetadata, SurvivesDeepNesting) {
  const std::string deep(200'000, '[');

  EXPECT_FALSE(parse_task_metadata(deep));
}

TEST(TaskStats, KeepsContainersWithoutStatisticsAsEmpty) {
  const auto stats = parse_task_stats(R"({"a":null,"b":{"id":"b"}})");

  ASSERT_TRUE(stats) << stats.error().message();
  EXPECT_FALSE(stats->at("a"));
  EXPECT_EQ(stats->at("b")->id, "b");
}

TEST(TaskStats, RefusesBytesAfterTheDocument) { EXPECT_FALSE(parse_task_stats("{} x")); }

TEST(TaskStats, RefusesNegativeAndFractionalCounts) {
  EXPECT_FALSE(parse_task_stats(R"({"a":{"memory_stats":{"usage":-1}}})"));
  EXPECT_FALSE(parse_task_stats(R"({"a":{"memory_stats":{"stats":{"cache":0.5}}}})"));
  EXPECT_FALSE(parse_task_stats(R"({"a":{"memory_stats":{"stats":{"cache":-5}}}})"));
  EXPECT_FALSE(parse_task_stats(R"({"a":{"cpu_stats":{"cpu_usage":{"percpu_usage":[-1]}}}})"));
  EXPECT_FALSE(parse_task_stats(R"({"a":{"memory_stats":{"usage":18446744073709551616}}})"));
}

TEST(TaskStats, TakesTheLargestUnsignedNumber) {
  const auto stats = parse_task_stats(R"({"a":{"memory_stats":{"usage":18446744073709551615}}})");

  ASSERT_TRUE(stats) << stats.error().message();
  EXPECT_EQ(stats->at("a")->memory.usage, std::numeric_limits<std::uint64_t>::max());
}

TEST(TaskStats, RefusesABrokenTime) {
  const auto stats = parse_task_stats(R"({"a":{"read":"yesterday"}})");

  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().message(),
            "a.read: got \"yesterday\", want a time such as 2026-01-02T03:04:05.6Z");
}

TEST(Rfc3339, ReadsFractionsAndOffsets) {
  const auto seconds_of = [](std::string_view text) { return parse_rfc3339(text).value().seconds; };

  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01.25Z"), (UtcTime{1, 250'000'000}));
  EXPECT_EQ(seconds_of("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(seconds_of("1969-12-31T19:30:00-04:30"), 0);
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z"), UtcTime{});
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (const char* text :
       {"", "2026-01-02", "2026-13-02T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Rfc3339, SaturatesADifferenceThatDoesNotFit) {
  const UtcTime now{1'767'323'045, 0};

  EXPECT_EQ(nanoseconds_between(UtcTime{}, now), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(nanoseconds_between(now, UtcTime{}), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(nanoseconds_between({1, 900'000'000}, {3, 100'000'000}), 1'200'000'000);
}

}  // namespace
}  // namespace tributary::collector::awsecscontainermetrics
