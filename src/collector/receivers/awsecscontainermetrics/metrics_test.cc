#include "collector/receivers/awsecscontainermetrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace tributary::collector::awsecscontainermetrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'767'323'110'000;

std::string testdata(const std::string& name) {
  std::ifstream file(
      TRIBUTARY_SOURCE_DIR "/src/collector/receivers/awsecscontainermetrics/testdata/" + name);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TaskMetadata task_of(const std::string& json) { return parse_task_metadata(json).value(); }
TaskStats stats_of(const std::string& json) { return parse_task_stats(json).value(); }

Collection worked_example(MetricsBuilder& builder) {
  return builder.build(task_of(testdata("task.json")), stats_of(testdata("stats.json")), kNow);
}

double value(const Batch& batch, std::string_view name) {
  const std::vector<Series> series = batch.shape->unpack();
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (series[i].family->name == name) return batch.values[i];
  ADD_FAILURE() << "no metric " << name;
  return -1;
}

Series first(const Batch& batch) { return batch.shape->unpack()[0]; }

MetricFamily family(const Batch& batch, std::string_view name) {
  for (const Series& series : batch.shape->unpack())
    if (series.family->name == name) return *series.family;
  ADD_FAILURE() << "no metric " << name;
  return {};
}

std::string attribute(const Batch& batch, std::string_view key) {
  const auto resource = first(batch).resource;
  const AttributeValue* found = resource->find(key);
  return found ? to_string(*found) : "(absent)";
}

std::vector<std::string> names(const Batch& batch) {
  std::vector<std::string> out;
  for (const Series& series : batch.shape->unpack()) out.push_back(series.family->name);
  return out;
}

// collector-spec.md, 1.6
TEST(Metrics, GiveTheWorkedExample) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = worked_example(builder);

  EXPECT_THAT(collection.warnings, IsEmpty());
  ASSERT_EQ(collection.batches.size(), 4u);
  EXPECT_THAT(
      collection.batches[0]->values,
      ElementsAre(209715200, 314572800, 536870912, 150, 512, 9e9, 2e9, 7e9, 2, 2, 4e11, 0.09765625,
                  256, 0.25, 12.5, 6.25, 1500, 15, 1, 2, 2250, 23, 0, 0, 4196, 8192));
  EXPECT_THAT(collection.batches[1]->values,
              ElementsAre(10485759, 0, 1073741824, 9, 0, 3e8, 1e8, 2e8, 0, 2, 4e11, 0.5, 2, 0.01, 0,
                          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(collection.batches[2]->values, ElementsAre(2.5));
  EXPECT_THAT(names(*collection.batches[2]), ElementsAre("container.duration"));
  EXPECT_THAT(collection.batches[3]->values,
              ElementsAre(220200959, 314572800, 1610612736, 159, 1024, 9.3e9, 2.1e9, 7.2e9, 2, 4,
                          8e11, 266.24, 512, 0.26, 12.5, 6.25, 1500, 15, 1, 2, 2250, 23, 0, 0, 4196,
                          8192, 261, 20496));
  for (const BatchPtr& batch : collection.batches) EXPECT_EQ(batch->timestamp_ms, kNow);
}

TEST(Metrics, HaveTheAttributesOfTheWorkedExample) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = worked_example(builder);
  const Batch& app = *collection.batches[0];
  const Batch& side = *collection.batches[1];
  const Batch& init = *collection.batches[2];
  const Batch& task = *collection.batches[3];

  EXPECT_EQ(attribute(app, "container.name"), "app");
  EXPECT_EQ(attribute(app, "container.id"), "c-app");
  EXPECT_EQ(attribute(app, "container.image.name"),
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web/app");
  EXPECT_EQ(attribute(app, "container.image.tag"), "1.4.2");
  EXPECT_EQ(attribute(app, "aws.ecs.container.know_status"), "RUNNING");
  EXPECT_EQ(attribute(app, "aws.ecs.container.exit_code"), "(absent)");
  EXPECT_EQ(attribute(app, "aws.ecs.container.finished_at"), "(absent)");
  EXPECT_EQ(attribute(side, "container.image.tag"), "latest");
  EXPECT_EQ(attribute(init, "aws.ecs.container.exit_code"), "0");
  EXPECT_EQ(attribute(init, "aws.ecs.container.finished_at"), "2026-01-02T03:04:08.75Z");
  for (const Batch* batch : {&app, &side, &init, &task}) {
    EXPECT_EQ(attribute(*batch, "aws.ecs.cluster.name"), "demo");
    EXPECT_EQ(attribute(*batch, "aws.ecs.task.id"), "0a1b2c3d4e5f");
    EXPECT_EQ(attribute(*batch, "aws.ecs.service.name"), "web-svc");
    EXPECT_EQ(attribute(*batch, "cloud.region"), "eu-west-1");
    EXPECT_EQ(attribute(*batch, "cloud.account.id"), "111122223333");
    EXPECT_EQ(attribute(*batch, "aws.ecs.launchtype"), "fargate");
  }
  const std::string schema = "https://opentelemetry.io/schemas/1.40.0";
  EXPECT_EQ(first(app).resource->schema_url, schema);
  EXPECT_EQ(first(init).resource->schema_url, "");
  EXPECT_EQ(first(task).resource->schema_url, schema);
}

TEST(Metrics, AreSumsThatMayFallAndGaugesWithUnits) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = worked_example(builder);
  const Batch& task = *collection.batches[3];

  EXPECT_EQ(family(task, "ecs.task.cpu.usage.total").type, MetricType::sum);
  EXPECT_EQ(family(task, "ecs.task.cpu.usage.total").unit, "Nanoseconds");
  EXPECT_TRUE(family(task, "ecs.task.cpu.usage.total").is_integer);
  EXPECT_EQ(family(task, "ecs.task.memory.utilized").unit, "MiB");
  EXPECT_EQ(family(task, "ecs.task.memory.utilized").type, MetricType::gauge);
  EXPECT_EQ(family(task, "ecs.task.cpu.utilized").unit, "None");
  EXPECT_FALSE(family(task, "ecs.task.cpu.utilized").is_integer);
  EXPECT_NE(first(task).scope, task.shape->unpack()[1].scope);
}

TEST(Metrics, Of2021ArePercentAndMegabytes) {
  MetricsBuilder builder(Compat::adot_0_12);

  const Collection collection = worked_example(builder);
  const Batch& app = *collection.batches[0];
  const Batch& task = *collection.batches[3];

  EXPECT_EQ(task.size(), 26u);
  EXPECT_DOUBLE_EQ(value(task, "ecs.task.cpu.utilized"), 52);
  EXPECT_DOUBLE_EQ(value(task, "ecs.task.cpu.reserved"), 0.5);
  EXPECT_DOUBLE_EQ(value(app, "container.cpu.utilized"), 0.09765625);
  EXPECT_EQ(family(task, "ecs.task.memory.utilized").unit, "Megabytes");
  EXPECT_EQ(family(task, "ecs.task.cpu.utilized").unit, "Percent");
  EXPECT_EQ(family(task, "ecs.task.cpu.reserved").unit, "vCPU");
  EXPECT_EQ(attribute(task, "aws.ecs.service.name"), "undefined");
  EXPECT_EQ(attribute(task, "aws.ecs.task.revision"), "(absent)");
  EXPECT_EQ(attribute(task, "aws.ecs.task.version"), "7");
  EXPECT_EQ(attribute(app, "container.image.name"),
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web/app:1.4.2");
}

TEST(Metrics, SumCpuUnitsWhereTheTaskHasNoLimit) {
  const TaskMetadata task = task_of(
      R"({"Containers":[{"DockerId":"a","Limits":{"CPU":256}},
                        {"DockerId":"b","Limits":{"CPU":512}}]})");
  const TaskStats stats = stats_of(R"({"a":{"id":"a"},"b":{"id":"b"}})");

  MetricsBuilder current(Compat::adot_0_49);
  MetricsBuilder old(Compat::adot_0_12);

  EXPECT_EQ(value(*current.build(task, stats, kNow).batches[2], "ecs.task.cpu.reserved"), 768);
  EXPECT_EQ(value(*old.build(task, stats, kNow).batches[2], "ecs.task.cpu.reserved"), 0.75);
}

TEST(Metrics, SkipContainersThatHaveNotStarted) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = builder.build(
      task_of(R"({"Containers":[{"DockerId":"a","KnownStatus":"PULLED"},{"DockerId":"b"}]})"),
      stats_of(R"({"a":null,"b":{"id":""},"stranger":{"id":"stranger"}})"), kNow);

  ASSERT_EQ(collection.batches.size(), 1u);
  EXPECT_EQ(value(*collection.batches[0], "ecs.task.memory.usage"), 0);
}

TEST(Metrics, HaveNoCpuWithoutThePreviousReading) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = builder.build(
      task_of(R"({"Containers":[{"DockerId":"a","Limits":{"CPU":2}}]})"),
      stats_of(R"({"a":{"id":"a","cpu_stats":{"cpu_usage":{"total_usage":5},"online_cpus":2},
                        "precpu_stats":{}}})"),
      kNow);

  EXPECT_EQ(value(*collection.batches[0], "container.cpu.usage.total"), 0);
  EXPECT_EQ(value(*collection.batches[0], "container.cpu.onlines"), 0);
  EXPECT_EQ(value(*collection.batches[0], "container.cpu.reserved"), 2);
}

TEST(Metrics, TakeTheFirstReadingOfDockerAsNoUsage) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = builder.build(
      task_of(R"({"Containers":[{"DockerId":"a"}]})"),
      stats_of(R"({"a":{"id":"a","read":"2026-01-02T03:05:10Z","preread":"0001-01-01T00:00:00Z",
                        "cpu_stats":{"cpu_usage":{"total_usage":5000000000}},
                        "precpu_stats":{"cpu_usage":{}}}})"),
      kNow);

  EXPECT_NEAR(value(*collection.batches[0], "container.cpu.usage.vcpu"), 5e9 / 9.22e18, 1e-10);
}

TEST(Metrics, WrapWhereTheCacheIsLargerThanTheUsage) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = builder.build(
      task_of(R"({"Containers":[{"DockerId":"a"}]})"),
      stats_of(R"({"a":{"id":"a","memory_stats":{"usage":0,"stats":{"cache":1048576}}}})"), kNow);

  EXPECT_EQ(value(*collection.batches[0], "container.memory.utilized"), 17592186044415.0);
}

TEST(Metrics, WarnOfADurationThatCannotBeRead) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection =
      builder.build(task_of(R"({"Containers":[{"DockerId":"a","StartedAt":"soon",
                                 "FinishedAt":"2026-01-02T03:04:05Z"}]})"),
                    {}, kNow);

  EXPECT_THAT(collection.warnings, ElementsAre(HasSubstr("StartedAt \"soon\"")));
  EXPECT_EQ(value(*collection.batches[0], "container.duration"), 0);
}

TEST(Metrics, LeaveTheTaskIdEmptyInOtherPartitions) {
  MetricsBuilder builder(Compat::adot_0_49);

  const Collection collection = builder.build(
      task_of(R"({"Cluster":"demo","TaskARN":"arn:aws-cn:ecs:cn-north-1:1:task/demo/x"})"), {},
      kNow);

  EXPECT_EQ(attribute(*collection.batches[0], "aws.ecs.task.id"), "");
  EXPECT_EQ(attribute(*collection.batches[0], "cloud.region"), "");
  EXPECT_EQ(attribute(*collection.batches[0], "aws.ecs.cluster.name"), "demo");
  EXPECT_EQ(attribute(*collection.batches[0], "aws.ecs.launchtype"), "(absent)");
}

TEST(Metrics, KeepTheShapeWhileTheIdentityStays) {
  MetricsBuilder builder(Compat::adot_0_49);
  const Collection first = worked_example(builder);

  const Collection second = worked_example(builder);
  TaskMetadata changed = task_of(testdata("task.json"));
  changed.containers[0].known_status = "STOPPED";
  const Collection third = builder.build(changed, stats_of(testdata("stats.json")), kNow);

  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(first.batches[i]->shape, second.batches[i]->shape) << i;
  EXPECT_NE(second.batches[0]->shape, third.batches[0]->shape);
  EXPECT_EQ(second.batches[1]->shape, third.batches[1]->shape);
}

}  // namespace
}  // namespace tributary::collector::awsecscontainermetrics
