// A task of real processes: what the collector makes of the figures that its endpoint gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "collector/receivers/awsecscontainermetrics/metrics.h"
#include "lab/driver/processes/process_driver.h"
#include "lab/runner/fake_task_services.h"
#include "lab/runner/task_runner.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

namespace receiver = collector::awsecscontainermetrics;

using ::testing::ElementsAre;
using ::testing::StartsWith;

net::Task<void> sleep(net::Loop* loop) { co_await net::sleep_for(*loop, 10ms, {}); }

struct Example {
  explicit Example(std::string script, bool isolated = false) : is_isolated(isolated) {
    spec.id = "0a1b";
    spec.definition.family = "busy";
    spec.definition.memory_mib = 512;
    spec.definition.containers = {{.name = "app",
                                   .image = "shell:1",
                                   .command = {"-c", std::move(script)},
                                   .log_configuration = LogConfiguration{"awslogs", {}},
                                   .cpu_units = 512}};
    task = runner.launch(spec, nullptr);
  }
  ~Example() { net::run_task(*loop, task->close()); }

  // Lets the loop run; false after ten seconds.
  bool wait_until(const std::function<bool()>& done) {
    for (int i = 0; i < 1000 && !done(); ++i) net::run_task(*loop, sleep(loop.get()));
    return done();
  }
  std::string get(const std::string& path) {
    net::Request request{.url = *net::parse_url(services.lines["app"].at(0) + path)};
    return net::run_task(*loop, client->send(std::move(request), {})).value().body;
  }

  bool is_isolated;
  std::unique_ptr<net::Loop> loop = net::make_loop();
  SeededRandom random{7};
  FakeTaskServices services;
  TaskSpec spec;
  ProcessDriver driver{*loop,
                       random,
                       Programs(std::vector<Program>{{.image = "shell:*", .program = "sh"}}),
                       {.cgroup_parent = {},
                        .cgroup_trees = {},
                        .make_network = [this]() -> Result<std::unique_ptr<TaskNetwork>> {
                          if (is_isolated) return make_isolated_network(*loop, Logger());
                          return machine_network(*loop, Logger());
                        }},
                       Logger()};
  TaskRunner runner{*loop, random, driver, services, {.sample_interval = 50ms}, Logger()};
  std::unique_ptr<net::HttpClient> client =
      net::make_http_client(*loop, {.proxy = {.from_environment = false}}).value();
  std::unique_ptr<RunningTask> task;
};

TEST(ProcessTask, ShowsTheCollectorWhatItUses) {
  Example example("echo $ECS_CONTAINER_METADATA_URI_V4; while :; do :; done");
  ASSERT_TRUE(example.wait_until([&] { return !example.services.lines["app"].empty(); }));
  const auto metadata = receiver::parse_task_metadata(example.get("/task")).value();
  ASSERT_EQ(metadata.containers.size(), 1U);
  std::optional<receiver::ContainerStats> stats;

  // Two readings apart by more than a tick of the kernel's clock.
  ASSERT_TRUE(example.wait_until([&] {
    stats = receiver::parse_task_stats(example.get("/task/stats"))
                .value()
                .at(metadata.containers[0].docker_id);
    return stats && stats->previous_cpu->usage->total > 0 &&
           stats->cpu->usage->total > stats->previous_cpu->usage->total;
  }));

  const receiver::Usage usage = receiver::container_usage(metadata.containers[0], *stats);
  EXPECT_GT(usage.cpu_vcpu, 0.01);
  EXPECT_LT(usage.cpu_vcpu, 2);
  EXPECT_DOUBLE_EQ(usage.cpu_utilized, usage.cpu_vcpu * 100 / 512);
  EXPECT_GT(usage.memory_usage, 100'000U);
  EXPECT_EQ(usage.memory_limit, 512ULL << 20);
}

TEST(ProcessTask, ReachesItsEndpointAtTheLinkLocalAddress) {
  if (!make_isolated_network(*net::make_loop(), Logger()))
    GTEST_SKIP() << "network namespaces may not be made here";
  if (::access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "needs curl";
  Example example(
      "echo $ECS_CONTAINER_METADATA_URI_V4; exec curl -sS $ECS_CONTAINER_METADATA_URI_V4/task",
      true);

  ASSERT_TRUE(example.wait_until([&] { return example.task->state().known == Status::stopped; }));

  const std::vector<std::string>& lines = example.services.lines["app"];
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], StartsWith("http://169.254.170.2/v4/0a1b-"));
  const auto task = receiver::parse_task_metadata(lines[1]);
  ASSERT_TRUE(task) << lines[1];
  EXPECT_EQ(task->family, "busy");
}

TEST(ProcessTask, EndsWithItsProgram) {
  Example example("echo bye; exit 6");

  ASSERT_TRUE(example.wait_until([&] { return example.task->state().known == Status::stopped; }));

  EXPECT_EQ(example.task->state().containers[0].exit_code, 6);
  EXPECT_THAT(example.services.lines["app"], ElementsAre("bye"));
}

TEST(ProcessTask, StopsItsProgramOnRequest) {
  Example example("trap 'echo stopping; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(example.wait_until([&] { return !example.services.lines["app"].empty(); }));

  example.task->stop("UserInitiated", "enough");
  ASSERT_TRUE(example.wait_until([&] { return example.task->state().known == Status::stopped; }));

  EXPECT_THAT(example.services.lines["app"], ElementsAre("ready", "stopping"));
}

}  // namespace
}  // namespace tributary::lab
