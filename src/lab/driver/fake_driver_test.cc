#include "lab/driver/fake_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using ::testing::ElementsAre;

struct Example {
  Example() {
    task.definition.containers = {{.name = "app", .image = "app:1"}};
    sandbox = net::run_task(loop, driver.create_sandbox(&task)).value();
  }
  Result<std::unique_ptr<Container>> start() {
    ContainerStart start{
        .task = task,
        .definition = task.definition.containers[0],
        .environment = {{"A", "1"}},
        .on_line = [this](std::string_view line) { lines.emplace_back(line); },
        .on_exit = [this](ContainerStart::Exit exit) { exits.push_back(exit.code); }};
    return net::run_task(loop, sandbox->start(std::move(start)));
  }

  net::FakeLoop loop;
  FakeDriver driver{loop};
  TaskSpec task;
  std::unique_ptr<Sandbox> sandbox;
  std::vector<std::string> lines;
  std::vector<int> exits;
};

TEST(FakeDriver, RunsAContainerUntilTheTestEndsIt) {
  Example example;
  auto container = example.start();
  ASSERT_TRUE(container);

  example.driver.print("app", "hello");
  EXPECT_EQ(example.driver.environment_of("app").at("A"), "1");
  example.driver.exit("app", {.code = 3});
  EXPECT_TRUE(example.exits.empty());
  example.loop.run_posted();

  EXPECT_THAT(example.lines, ElementsAre("hello"));
  EXPECT_THAT(example.exits, ElementsAre(3));
  EXPECT_FALSE(example.driver.is_running("app"));
}

TEST(FakeDriver, EndsAContainerBySignalUnlessItIgnoresIt) {
  Example example;
  auto container = example.start();
  example.driver.scripts["app"].ignores_sigterm = true;

  (*container)->signal(SIGTERM);
  example.loop.run_posted();
  EXPECT_TRUE(example.driver.is_running("app"));
  (*container)->signal(SIGKILL);
  example.loop.run_posted();

  EXPECT_THAT(example.exits, ElementsAre(137));
  EXPECT_THAT(example.driver.asked,
              ElementsAre("sandbox", "start app", "signal app 15", "signal app 9"));
}

TEST(FakeDriver, ForgetsAContainerThatIsLetGoOf) {
  Example example;
  auto container = example.start();

  container->reset();

  EXPECT_EQ(example.driver.running(), 0U);
}

TEST(FakeDriver, FailsAsItIsTold) {
  Example example;
  example.driver.scripts["app"].start_error = Error(Code::internal, "no");
  example.driver.pull_errors.emplace("app:2", Error(Code::not_found, "nothing there"));

  EXPECT_FALSE(example.start());
  EXPECT_FALSE(net::run_task(example.loop, example.driver.pull("app:2", std::nullopt)));
  EXPECT_TRUE(net::run_task(example.loop, example.driver.pull("app:1", std::nullopt)));
}

TEST(FakeDriver, TellsOfAnExitBeforeTheStartHasReturned) {
  Example example;
  example.driver.scripts["app"].exits_while_starting = 7;

  EXPECT_TRUE(example.start());
  EXPECT_THAT(example.exits, ElementsAre(7));
}

}  // namespace
}  // namespace tributary::lab
