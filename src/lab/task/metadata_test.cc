#include "lab/task/metadata.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "collector/receivers/awsecscontainermetrics/metrics.h"
#include "lab/task/stats_json.h"

namespace tributary::lab {
namespace {

namespace receiver = collector::awsecscontainermetrics;

struct Example {
  Example() {
    spec.id = "0a1b2c";
    spec.account = "111111111111";
    spec.region = "eu-west-1";
    spec.cluster = "demo";
    spec.service = "web-svc";
    spec.tags = {{"team", "blue"}};
    spec.definition.family = "web";
    spec.definition.revision = 7;
    spec.definition.cpu_units = 512;
    spec.definition.memory_mib = 1024;
    spec.definition.containers = {
        {.name = "app", .image = "r/app:1", .cpu_units = 256, .memory_mib = 512},
        {.name = "init", .image = "init:1"}};
    state.pull_started_at = at(0s);
    state.pull_stopped_at = at(1500ms);
    state.containers = {{.docker_id = "c-app",
                         .image_id = "sha256:aa",
                         .status = Status::running,
                         .created_at = at(2s),
                         .started_at = at(3s)},
                        {.docker_id = "c-init",
                         .status = Status::stopped,
                         .created_at = at(2s),
                         .started_at = at(2s),
                         .finished_at = at(4500ms),
                         .exit_code = 0}};
    readings[0].before = ContainerStats{.read = at(10s), .cpu_total_ns = 6'500'000'000};
    readings[0].before->networks["eth0"] = {.rx_bytes = 1000, .tx_bytes = 500};
    readings[0].now = ContainerStats{
        .read = at(20s),
        .cpu_total_ns = 9'000'000'000,
        .cpu_user_ns = 7'000'000'000,
        .cpu_system_ns = 2'000'000'000,
        .per_cpu_ns = {5'000'000'000, 4'000'000'000},
        .machine_cpu_ns = 400'000'000'000,
        .cpus_online = 2,
        .memory_bytes = 200 << 20,
        .memory_max_bytes = 300 << 20,
        .memory_detail = {{"cache", 50 << 20}, {"rss", 150 << 20}},
        .block_io =
            {{.major = 259, .read_bytes = 4096, .write_bytes = 8192, .reads = 1, .writes = 2}},
        .processes = 3};
    readings[0].now->networks["eth0"] = {.rx_bytes = 1125, .rx_packets = 4, .tx_bytes = 562};
  }

  static Timestamp at(Duration since_start) { return Timestamp(1'700'000'000s) + since_start; }

  std::string task(Tags tags = Tags::left_out) const { return task_json(spec, state, tags); }
  std::string stats() const { return task_stats_json(spec, state, readings, 1ULL << 34); }
  // As the collector's receiver reads the first container.
  receiver::Usage usage() const {
    const auto metadata = receiver::parse_task_metadata(task()).value();
    const auto all = receiver::parse_task_stats(stats()).value();
    return receiver::container_usage(metadata.containers[0], *all.at("c-app"));
  }

  TaskSpec spec;
  TaskState state;
  std::vector<Readings> readings{2};
};

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

TEST(TaskJson, NamesTheTaskItsLimitsAndEachContainer) {
  const Example example;

  const auto task = parse(example.task());

  EXPECT_STREQ(task["Cluster"].GetString(), "arn:aws:ecs:eu-west-1:111111111111:cluster/demo");
  EXPECT_STREQ(task["TaskARN"].GetString(), "arn:aws:ecs:eu-west-1:111111111111:task/demo/0a1b2c");
  EXPECT_STREQ(task["Revision"].GetString(), "7");
  EXPECT_STREQ(task["ServiceName"].GetString(), "web-svc");
  EXPECT_STREQ(task["KnownStatus"].GetString(), "RUNNING");
  EXPECT_STREQ(task["LaunchType"].GetString(), "FARGATE");
  EXPECT_STREQ(task["PullStoppedAt"].GetString(), "2023-11-14T22:13:21.5Z");
  EXPECT_EQ(task["Limits"]["CPU"].GetDouble(), 0.5);
  EXPECT_EQ(task["Limits"]["Memory"].GetUint64(), 1024U);
  ASSERT_EQ(task["Containers"].Size(), 2U);
  const auto& app = task["Containers"][0];
  EXPECT_STREQ(app["ImageID"].GetString(), "sha256:aa");
  EXPECT_EQ(app["Limits"]["CPU"].GetDouble(), 256);
  EXPECT_STREQ(app["Labels"]["com.amazonaws.ecs.container-name"].GetString(), "app");
  EXPECT_FALSE(app.HasMember("FinishedAt"));
  EXPECT_FALSE(app.HasMember("Health"));
  const auto& init = task["Containers"][1];
  EXPECT_EQ(init["Limits"]["CPU"].GetDouble(), 2);
  EXPECT_FALSE(init["Limits"].HasMember("Memory"));
  EXPECT_STREQ(init["FinishedAt"].GetString(), "2023-11-14T22:13:24.5Z");
  EXPECT_EQ(init["ExitCode"].GetInt(), 0);
}

TEST(TaskJson, ShowsTagsWhereTheyAreAskedFor) {
  const Example example;

  EXPECT_FALSE(parse(example.task()).HasMember("TaskTags"));
  EXPECT_STREQ(parse(example.task(Tags::shown))["TaskTags"]["team"].GetString(), "blue");
}

TEST(TaskJson, ShowsAContainerOnceItsImageIsThere) {
  Example example;
  example.state.containers[0] = {.status = Status::pending};
  EXPECT_EQ(parse(example.task())["Containers"].Size(), 1U);
  EXPECT_STREQ(parse(example.task())["KnownStatus"].GetString(), "PENDING");

  example.state.containers[0].status = Status::pulled;

  EXPECT_STREQ(parse(example.task())["Containers"][0]["KnownStatus"].GetString(), "PULLED");
}

TEST(TaskJson, SaysWhatIsWantedOnceTheTaskStops) {
  Example example;
  example.state.desired = Status::stopped;
  example.state.execution_stopped_at = Example::at(30s);

  const auto task = parse(example.task());

  EXPECT_STREQ(task["DesiredStatus"].GetString(), "STOPPED");
  EXPECT_STREQ(task["Containers"][0]["DesiredStatus"].GetString(), "STOPPED");
  EXPECT_STREQ(task["ExecutionStoppedAt"].GetString(), "2023-11-14T22:13:50Z");
}

TEST(TaskJson, CallsThingsAsAnAgentOnAnInstanceDoes) {
  Example example;
  example.spec.launch_type = "EC2";

  const auto task = parse(example.task());

  EXPECT_STREQ(task["Cluster"].GetString(), "demo");
  EXPECT_STREQ(task["Containers"][0]["DockerName"].GetString(), "ecs-web-7-app");
}

TEST(ContainerJson, ShowsHealthPortsVolumesAndTheLog) {
  Example example;
  auto& app = example.spec.definition.containers[0];
  app.health_check = HealthCheck{.command = {"CMD", "/healthcheck"}};
  app.port_mappings = {{.container_port = 8080, .host_port = 18080}};
  app.mount_points = {{.volume = "data", .container_path = "/data"}};
  app.log_configuration = LogConfiguration{
      "awslogs", {{"awslogs-group", "/ecs/web"}, {"awslogs-stream-prefix", "ecs"}}};
  example.state.containers[0].health = Health::unhealthy;
  example.state.containers[0].health_since = Example::at(9s);
  example.state.containers[0].health_exit_code = 1;

  const auto json = parse(container_json(example.spec, example.state, 0));

  EXPECT_STREQ(json["Health"]["status"].GetString(), "UNHEALTHY");
  EXPECT_STREQ(json["Health"]["statusSince"].GetString(), "2023-11-14T22:13:29Z");
  EXPECT_EQ(json["Health"]["exitCode"].GetInt(), 1);
  EXPECT_EQ(json["Ports"][0]["HostPort"].GetInt(), 8080);
  EXPECT_STREQ(json["Volumes"][0]["Destination"].GetString(), "/data");
  EXPECT_STREQ(json["LogOptions"]["awslogs-stream"].GetString(), "ecs/app/0a1b2c");
}

TEST(ContainerArn, IsTheSameEachTimeAndAnotherForEachContainer) {
  const Example example;

  const std::string arn = container_arn(example.spec, "app");

  EXPECT_EQ(arn, container_arn(example.spec, "app"));
  EXPECT_NE(arn, container_arn(example.spec, "init"));
  EXPECT_EQ(arn.size(),
            std::string("arn:aws:ecs:eu-west-1:111111111111:container/demo/0a1b2c/").size() + 36);
}

TEST(TaskStatsJson, BecomesTheRightFiguresInTheCollector) {
  const Example example;

  const receiver::Usage usage = example.usage();

  EXPECT_EQ(usage.memory_utilized_mib, 150U);
  EXPECT_EQ(usage.memory_usage_max, 300ULL << 20);
  EXPECT_EQ(usage.memory_limit, 512ULL << 20);
  EXPECT_EQ(usage.memory_reserved_mib, 512U);
  EXPECT_DOUBLE_EQ(usage.cpu_vcpu, 0.25);
  EXPECT_DOUBLE_EQ(usage.cpu_utilized, 25.0 / 256);
  EXPECT_EQ(usage.cpu_cores, 2U);
  EXPECT_EQ(usage.cpu_onlines, 2U);
  EXPECT_DOUBLE_EQ(usage.network_rate_rx, 12.5);
  EXPECT_DOUBLE_EQ(usage.network_rate_tx, 6.2);
  EXPECT_EQ(usage.network.rx_packets, 4U);
  EXPECT_EQ(usage.storage_read_bytes, 4096U);
  EXPECT_EQ(usage.storage_write_bytes, 8192U);
}

TEST(TaskStatsJson, TakesTheCacheAwayUnderVersion2Too) {
  Example example;
  example.readings[0].now->memory_detail = {{"anon", 150 << 20}, {"file", 60 << 20}};

  EXPECT_EQ(example.usage().memory_utilized_mib, 140U);
}

TEST(TaskStatsJson, NeverTakesMoreCacheAwayThanThereIsMemory) {
  Example example;
  example.readings[0].now->memory_detail = {{"cache", 201 << 20}};

  EXPECT_EQ(example.usage().memory_utilized_mib, 0U);
}

TEST(TaskStatsJson, GivesNullForWhatHasStopped) {
  Example example;
  example.readings[1] = example.readings[0];

  EXPECT_TRUE(parse(example.stats())["c-init"].IsNull());
}

TEST(TaskStatsJson, SaysAsDockerDoesThatThereWasNoReadingBefore) {
  Example example;
  example.readings[0].before.reset();

  const auto stats = parse(example.stats());

  EXPECT_STREQ(stats["c-app"]["preread"].GetString(), "0001-01-01T00:00:00Z");
  EXPECT_FALSE(stats["c-app"].HasMember("network_rate_stats"));
  EXPECT_LT(example.usage().cpu_vcpu, 0.001);
}

TEST(TaskStatsJson, NamesTheNextLimitWhereAContainerHasNone) {
  Example example;
  example.spec.definition.containers[0].memory_mib = 0;
  EXPECT_EQ(example.usage().memory_limit, 1024ULL << 20);

  example.spec.definition.memory_mib = 0;
  EXPECT_EQ(example.usage().memory_limit, 1ULL << 34);
  example.readings[0].now->memory_limit_bytes = 77;
  EXPECT_EQ(example.usage().memory_limit, 77U);
}

}  // namespace
}  // namespace tributary::lab
