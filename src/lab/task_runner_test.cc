#include "lab/task_runner.h"

#include <gtest/gtest.h>

#include <csignal>

#include "net/run_task.h"

namespace tributary::lab {
namespace {

ContainerSpec container(std::string name, std::vector<std::string> command) {
  return {.name = std::move(name), .image = "test:1", .command = std::move(command)};
}

struct Example {
  explicit Example(std::vector<ContainerSpec> containers)
      : runner(*loop, random, Logger(),
               {.task_id = "0a1b",
                .account = "111111111111",
                .region = "eu-west-1",
                .cluster = "demo",
                .family = "test",
                .stop_timeout = 300ms,
                .containers = std::move(containers)},
               {.on_line =
                    [this](std::string_view name, std::string_view line) {
                      lines.push_back(std::string(name) + ": " + std::string(line));
                    },
                .environment = {{"PATH", "/usr/bin:/bin"}, {"GREETING", "hello"}}},
               nullptr) {}

  int run() { return net::run_task(*loop, runner.run(stop.get_token())); }

  std::unique_ptr<net::Loop> loop = net::make_loop();
  SeededRandom random{7};
  std::stop_source stop;
  std::vector<std::string> lines;
  TaskRunner runner;
};

TEST(TaskRunner, EndsWithTheExitCodeOfTheEssentialContainerAndStopsTheOthers) {
  Example example({container("app", {"sh", "-c", "echo $GREETING; exit 3"}),
                   container("side", {"sleep", "60"})});

  ASSERT_TRUE(example.runner.start());

  EXPECT_EQ(example.run(), 3);
  EXPECT_EQ(example.lines, std::vector<std::string>{"app: hello"});
  EXPECT_EQ(example.runner.state().containers[0].exit_code, 3);
  EXPECT_EQ(example.runner.state().containers[1].exit_code, 128 + SIGTERM);
}

TEST(TaskRunner, StopsOnRequestAndKillsWhatIgnoresIt) {
  Example example({container("stubborn", {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"})});
  ASSERT_TRUE(example.runner.start());
  example.loop->call_at(example.loop->clock().monotonic() + 200ms,
                        [&] { example.stop.request_stop(); });

  EXPECT_EQ(example.run(), 0);
  EXPECT_EQ(example.runner.state().containers[0].exit_code, 128 + SIGKILL);
}

TEST(TaskRunner, TellsEachContainerItsMetadataEndpoint) {
  Example example({container("app", {"sh", "-c", "echo $ECS_CONTAINER_METADATA_URI_V4"})});
  ASSERT_TRUE(example.runner.start());
  const std::string endpoint = example.runner.endpoint();
  const std::string id = example.runner.state().containers[0].docker_id;

  example.run();

  EXPECT_EQ(example.lines, std::vector<std::string>{"app: " + endpoint + "/v4/" + id});
}

TEST(TaskRunner, NamesTheProgramThatItCannotStart) {
  Example example({container("app", {"no-such-program"})});

  const auto started = example.runner.start();

  ASSERT_FALSE(started);
  EXPECT_NE(
      started.error().message().find("container app: cannot start program \"no-such-program\""),
      std::string::npos);
}

}  // namespace
}  // namespace tributary::lab
