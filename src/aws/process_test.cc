#include "aws/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

Result<std::string> run_shell(const std::string& script, ProcessLimits limits = {}) {
  return run_process({"/bin/sh", "-c", script}, limits, {});
}

TEST(Process, GivesWhatTheProgramPrints) {
  EXPECT_EQ(*run_shell("printf 'a b'"), "a b");
  EXPECT_EQ(*run_process({"printf", "%s", "$HOME;`id`"}, {}, {}), "$HOME;`id`");
}

TEST(Process, ReportsAFailure) {
  EXPECT_EQ(run_shell("exit 3").error().message(), "\"/bin/sh\" ended with status 3");
  EXPECT_EQ(run_shell("kill -9 $$").error().message(), "\"/bin/sh\" was killed by signal 9");
  EXPECT_THAT(run_process({"/no/such/program"}, {}, {}).error().message(),
              HasSubstr("cannot start \"/no/such/program\": No such file"));
}

TEST(Process, BoundsTimeAndOutput) {
  const auto slow = run_shell("sleep 60 & wait", {.timeout = 100ms});
  const auto long_winded = run_shell("yes", {.output_bytes_max = 100});
  const auto lingering = run_shell("exec >&-; sleep 60", {.timeout = 100ms});

  EXPECT_EQ(slow.error().code(), Code::timeout);
  EXPECT_EQ(long_winded.error().code(), Code::limit_exceeded);
  EXPECT_EQ(lingering.error().code(), Code::timeout);
}

TEST(Process, IsStopped) {
  std::stop_source stop;
  stop.request_stop();

  EXPECT_EQ(run_process({"/bin/sleep", "60"}, {}, stop.get_token()).error().code(),
            Code::cancelled);
}

TEST(SystemProcessRunner, RunsOffTheLoop) {
  net::FakeLoop loop;
  SystemProcessRunner runner(loop);

  net::Started<Result<std::string>> started(runner.run({"printf", "hello"}, {}));
  ASSERT_TRUE(loop.run_until([&] { return started.done(); }));

  EXPECT_EQ(*started.take(), "hello");
}

}  // namespace
}  // namespace tributary::aws
