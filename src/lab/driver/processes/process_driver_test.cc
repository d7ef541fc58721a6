#include "lab/driver/processes/process_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "lab/driver/fake_driver.h"
#include "lab/driver/processes/process.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

net::Task<void> turn(net::Loop* loop) { co_await net::sleep_for(*loop, 1ms, {}); }

struct Example {
  explicit Example(CgroupTrees trees = {}) : cgroup_trees(std::move(trees)) {
    task.id = "0a1b";
    task.definition.containers = {{.name = "app", .image = "shell:1"}};
  }
  ~Example() {
    container.reset();
    if (sandbox) net::run_task(*loop, sandbox->remove());
    net::run_task(*loop, turn(loop.get()));
  }

  ContainerDefinition& app() { return task.definition.containers[0]; }
  Result<void> start(std::string script) {
    app().command = {"-c", std::move(script)};
    sandbox = net::run_task(*loop, driver.create_sandbox(&task)).value();
    ContainerStart start{.task = task,
                         .definition = app(),
                         .environment = {{"FROM_TASK", "yes"}},
                         .on_line =
                             [this](std::string_view line) {
                               lines.emplace_back(line);
                               if (line == "ready") ready = true;
                               loop->stop();
                             },
                         .on_exit =
                             [this](ContainerStart::Exit how) {
                               exit = how;
                               loop->stop();
                             }};
    auto started = net::run_task(*loop, sandbox->start(std::move(start)));
    if (!started) return started.error();
    container = std::move(*started);
    return {};
  }

  void run_until_ready() {
    while (!ready) loop->run();
  }
  void run_until_exit() {
    while (!exit) loop->run();
  }

  std::unique_ptr<net::Loop> loop = net::make_loop();
  SeededRandom random{::testing::UnitTest::GetInstance()->random_seed() + 1U};
  CgroupTrees cgroup_trees;
  std::vector<std::string> warnings;
  SystemClock clock;
  Logger log{std::make_shared<LogSink>(
      LogSink::Options{}, clock, [this](std::string_view line) { warnings.emplace_back(line); })};
  ProcessDriver driver{*loop,
                       random,
                       Programs({{.image = "shell:*",
                                  .program = "sh",
                                  .environment = {{"FROM_IMAGE", "yes"}},
                                  .files = {{"/healthcheck", "/bin/true"}}}}),
                       {.cgroup_parent = "tributary-test-" + std::to_string(::getpid()),
                        .cgroup_trees = cgroup_trees,
                        .make_network = []() -> Result<std::unique_ptr<TaskNetwork>> {
                          return std::unique_ptr<TaskNetwork>(std::make_unique<FakeNetwork>());
                        }},
                       log};
  TaskSpec task;
  std::unique_ptr<Sandbox> sandbox;
  std::unique_ptr<Container> container;
  std::vector<std::string> lines;
  bool ready = false;  // it has said so
  std::optional<ContainerStart::Exit> exit;
};

bool may_make_cgroups() {
  const CgroupTrees trees = find_cgroup_trees(read_text);
  return !trees.empty() &&
         Cgroup::create(trees, "tributary-probe-" + std::to_string(::getpid()), {}).has_value();
}

TEST(ProcessDriver, RunsAContainerAsAProgram) {
  Example example;

  ASSERT_TRUE(example.start("echo $FROM_TASK $FROM_IMAGE $HOME; exit 4"));
  example.run_until_exit();

  EXPECT_THAT(example.lines, ElementsAre("yes yes /"));
  EXPECT_EQ(example.exit->code, 4);
  EXPECT_THAT(example.container->docker_id(), HasSubstr("0a1b-"));
}

TEST(ProcessDriver, KnowsOnlyImagesThatAreNamed) {
  Example example;

  EXPECT_TRUE(net::run_task(*example.loop, example.driver.pull("shell:9", std::nullopt)));
  const auto refused = net::run_task(*example.loop, example.driver.pull("nginx", std::nullopt));

  EXPECT_EQ(refused.error().message(),
            "CannotPullContainerError: no program of this machine stands for image \"nginx\"");
}

TEST(ProcessDriver, WarnsOfWhatAProcessCannotHave) {
  Example example;
  example.app().readonly_root_filesystem = true;
  example.app().tmpfs = {{"/tmp", 64, {}}};
  example.app().mount_points = {{"data", "/data"}};

  ASSERT_TRUE(example.start("exit 0"));
  example.run_until_exit();

  ASSERT_EQ(example.warnings.size(), 3U);
  EXPECT_THAT(example.warnings[0], HasSubstr("readonlyRootFilesystem"));
  EXPECT_THAT(example.warnings[1], HasSubstr("tmpfs"));
  EXPECT_THAT(example.warnings[2], HasSubstr("mountPoints"));
}

TEST(ProcessDriver, SaysWhyAContainerCannotStart) {
  Example example;
  example.app().entry_point = {"/no/such"};

  EXPECT_EQ(example.start("").error().message(), "program \"/no/such\": No such file or directory");
  example.app().entry_point = {};
  example.app().user = "ghost";
  EXPECT_EQ(example.start("").error().message(), "user \"ghost\": no such user on this machine");
}

TEST(ProcessDriver, RunsHealthChecksInside) {
  Example example;
  ASSERT_TRUE(example.start("echo ready; sleep 100"));
  example.run_until_ready();
  const auto check = [&](std::vector<std::string> command, Duration timeout = 10s) {
    return net::run_task(*example.loop, example.container->execute(std::move(command), timeout));
  };

  EXPECT_EQ(check({"/healthcheck"}).value(), 0);
  EXPECT_EQ(check({"/bin/sh", "-c", "[ $FROM_TASK = yes ] && exit 7"}).value(), 7);
  EXPECT_EQ(check({"sleep", "100"}, 10ms).error().code(), Code::timeout);
  EXPECT_EQ(check({"/no/such"}).error().code(), Code::not_found);
}

TEST(ProcessDriver, EndsHealthChecksWithTheContainer) {
  Example example;
  ASSERT_TRUE(example.start("echo ready; sleep 100"));
  example.run_until_ready();
  net::Started<Result<int>> check(example.container->execute({"sleep", "100"}, 100s),
                                  [&] { example.loop->stop(); });

  example.container->signal(SIGTERM);
  while (!check.done() || !example.exit) example.loop->run();

  EXPECT_EQ(check.take().value(), 128 + SIGKILL);
  EXPECT_EQ(example.exit->code, 128 + SIGTERM);
}

TEST(ProcessDriver, GivesFiguresOfAProcessWithoutACgroup) {
  Example example;
  ASSERT_TRUE(example.start("echo ready; sleep 100"));
  example.run_until_ready();

  const auto stats = net::run_task(*example.loop, example.container->stats());

  ASSERT_TRUE(stats);
  EXPECT_GT(stats->memory_bytes, 100'000U);
  EXPECT_GE(stats->cpus_online, 1U);
}

TEST(ProcessDriver, GivesNoFiguresOfWhatHasEnded) {
  Example example;
  ASSERT_TRUE(example.start("exit 0"));
  example.run_until_exit();

  EXPECT_FALSE(net::run_task(*example.loop, example.container->stats()));
}

TEST(ProcessDriver, PutsEachContainerIntoACgroupWithItsLimits) {
  if (!may_make_cgroups()) GTEST_SKIP() << "cgroups may not be made here";
  Example example(find_cgroup_trees(read_text));
  example.app().memory_mib = 64;
  example.app().cpu_units = 256;
  ASSERT_TRUE(
      example.start("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo ready; "
                    "sleep 100"));
  example.run_until_ready();

  const auto stats = net::run_task(*example.loop, example.container->stats());

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->memory_limit_bytes, 64U << 20);
  EXPECT_GT(stats->cpu_total_ns, 1'000'000U);
  EXPECT_GT(stats->memory_bytes, 0U);
  EXPECT_TRUE(example.warnings.empty());
}

TEST(ProcessDriver, TellsThatMemoryRanOut) {
  if (!may_make_cgroups()) GTEST_SKIP() << "cgroups may not be made here";
  Example example(find_cgroup_trees(read_text));
  example.app().memory_mib = 8;

  ASSERT_TRUE(example.start("exec tail /dev/zero"));
  example.run_until_exit();

  EXPECT_EQ(example.exit->code, 128 + SIGKILL);
  EXPECT_TRUE(example.exit->out_of_memory);
}

TEST(ProcessDriver, SweepsWhatAKilledLabHasLeft) {
  if (!may_make_cgroups()) GTEST_SKIP() << "cgroups may not be made here";
  const CgroupTrees trees = find_cgroup_trees(read_text);
  const std::string parent = "tributary-test-" + std::to_string(::getpid());
  auto left = Cgroup::create(trees, parent + "/task/app", {}).value();
  Example example(trees);
  ProcessOptions options{.command = {"sleep", "100"}, .cgroup_files = left->process_files()};
  std::optional<int> code;
  options.on_exit = [&](int how) {
    code = how;
    example.loop->stop();
  };
  const auto process = start_process(*example.loop, std::move(options)).value();

  net::Started<void> swept(example.driver.sweep(), [&] { example.loop->stop(); });
  while (!swept.done() || !code) example.loop->run();

  EXPECT_EQ(code, 128 + SIGKILL);
  EXPECT_EQ(left->processes().size(), 0U);
}

TEST(ProcessDriver, LeavesNothingOfATaskBehind) {
  if (!may_make_cgroups()) GTEST_SKIP() << "cgroups may not be made here";
  const CgroupTrees trees = find_cgroup_trees(read_text);
  Example example(trees);
  // setsid leaves the process group, not the cgroup.
  ASSERT_TRUE(example.start("setsid sleep 100 & echo ready; sleep 100"));
  example.run_until_ready();
  const CgroupTree& tree = trees.contains("memory") ? trees.at("memory") : trees.at("");
  const std::string folder =
      tree.mount_point + "/tributary-test-" + std::to_string(::getpid()) + "/0a1b";
  EXPECT_EQ(::access(folder.c_str(), F_OK), 0);

  example.container.reset();
  net::run_task(*example.loop, example.sandbox->remove());

  EXPECT_NE(::access(folder.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace tributary::lab
