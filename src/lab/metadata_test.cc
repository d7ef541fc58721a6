#include "lab/metadata.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace tributary::lab {
namespace {

struct Example {
  TaskSpec spec{
      .task_id = "0a1b",
      .account = "111111111111",
      .region = "eu-west-1",
      .cluster = "demo",
      .family = "web",
      .cpu = 0.5,
      .memory_mib = 1024,
      .containers = {{.name = "app", .image = "app:1", .cpu_units = 256, .memory_mib = 512},
                     {.name = "init", .image = "init:1"}}};
  TaskState state{.pull_started_at = Timestamp(1'700'000'000s),
                  .pull_stopped_at = Timestamp(1'700'000'001s),
                  .containers = {{.docker_id = "c-app",
                                  .status = ContainerStatus::running,
                                  .created_at = Timestamp(1'700'000'002s),
                                  .started_at = Timestamp(1'700'000'003s)},
                                 {.docker_id = "c-init",
                                  .status = ContainerStatus::stopped,
                                  .created_at = Timestamp(1'700'000'002s),
                                  .started_at = Timestamp(1'700'000'002s),
                                  .finished_at = Timestamp(1'700'000'004s + 500ms),
                                  .exit_code = 0}}};
};

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

TEST(TaskJson, NamesTheTaskItsLimitsAndEachContainer) {
  const Example example;

  const auto task = parse(task_json(example.spec, example.state));

  EXPECT_STREQ(task["TaskARN"].GetString(), "arn:aws:ecs:eu-west-1:111111111111:task/demo/0a1b");
  EXPECT_STREQ(task["KnownStatus"].GetString(), "RUNNING");
  EXPECT_EQ(task["Limits"]["CPU"].GetDouble(), 0.5);
  EXPECT_EQ(task["Limits"]["Memory"].GetUint64(), 1024U);
  ASSERT_EQ(task["Containers"].Size(), 2U);
  EXPECT_EQ(task["Containers"][0]["Limits"]["CPU"].GetDouble(), 256);
  EXPECT_FALSE(task["Containers"][0].HasMember("FinishedAt"));
  EXPECT_STREQ(task["Containers"][1]["FinishedAt"].GetString(), "2023-11-14T22:13:24.500000000Z");
  EXPECT_EQ(task["Containers"][1]["ExitCode"].GetInt(), 0);
}

TEST(TaskStatsJson, GivesRatesFromTwoReadingsAndNullForWhatHasStopped) {
  const Example example;
  ProcessStats before{.read = Timestamp(10s), .cpu_user_ns = 1'000, .cpu_system_ns = 500};
  before.networks["lo"] = {.rx_bytes = 100, .tx_bytes = 40};
  ProcessStats now{.read = Timestamp(12s),
                   .cpu_user_ns = 3'000,
                   .cpu_system_ns = 700,
                   .cpus_online = 2,
                   .memory_bytes = 5 << 20,
                   .write_bytes = 77};
  now.networks["lo"] = {.rx_bytes = 300, .tx_bytes = 40};

  const auto stats = parse(task_stats_json(
      example.spec, example.state, {{before, now}, {std::nullopt, std::nullopt}}, 1ULL << 34));

  const auto& app = stats["c-app"];
  EXPECT_EQ(app["cpu_stats"]["cpu_usage"]["total_usage"].GetUint64(), 3'700U);
  EXPECT_EQ(app["precpu_stats"]["cpu_usage"]["total_usage"].GetUint64(), 1'500U);
  EXPECT_EQ(app["memory_stats"]["limit"].GetUint64(), 512ULL << 20);
  EXPECT_EQ(app["network_rate_stats"]["rx_bytes_per_sec"].GetDouble(), 100);
  EXPECT_EQ(app["network_rate_stats"]["tx_bytes_per_sec"].GetDouble(), 0);
  EXPECT_EQ(app["blkio_stats"]["io_service_bytes_recursive"][1]["value"].GetUint64(), 77U);
  EXPECT_TRUE(stats["c-init"].IsNull());
}

TEST(TaskStatsJson, SaysAsDockerDoesThatThereWasNoReadingBefore) {
  const Example example;
  const ProcessStats now{.read = Timestamp(12s)};

  const auto stats =
      parse(task_stats_json(example.spec, example.state, {{std::nullopt, now}, {}}, 1ULL << 34));

  EXPECT_STREQ(stats["c-app"]["preread"].GetString(), "0001-01-01T00:00:00Z");
  EXPECT_FALSE(stats["c-app"].HasMember("network_rate_stats"));
}

}  // namespace
}  // namespace tributary::lab
