#include "lab/driver/processes/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/temporary_directory.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

net::Task<void> sleep(net::Loop* loop) { co_await net::sleep_for(*loop, 5ms, {}); }

// A process that has ended may stay a zombie where nobody waits for orphans.
bool is_alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  file >> number >> name >> state;
  return !state.empty() && state != "Z";
}

struct Example {
  ~Example() {
    process.reset();
    net::run_task(*loop, sleep(loop.get()));  // a turn of the loop
  }
  ProcessOptions shell(std::string script) {
    ProcessOptions options;
    options.command = {"sh", "-c", std::move(script)};
    options.environment = {{"GREETING", "hello"}};
    options.on_line = [this](std::string_view line) { lines.emplace_back(line); };
    options.on_exit = [this](int code) {
      exit_code = code;
      lines_at_exit = lines.size();
      loop->stop();
    };
    return options;
  }
  // Until the process has ended.
  int run(ProcessOptions options) {
    process = start_process(*loop, std::move(options)).value();
    loop->run();
    return exit_code;
  }

  // Lets the loop run; false after ten seconds.
  bool wait_until(const std::function<bool()>& done) {
    for (int i = 0; i < 2000 && !done(); ++i) net::run_task(*loop, sleep(loop.get()));
    return done();
  }

  std::unique_ptr<net::Loop> loop = net::make_loop();
  std::unique_ptr<Process> process;
  std::vector<std::string> lines;
  std::size_t lines_at_exit = 0;
  int exit_code = -1;
};

TEST(Process, GivesItsOutputLineByLineAndThenItsExitCode) {
  Example example;

  EXPECT_EQ(example.run(example.shell("echo $GREETING; echo two >&2; printf three; exit 3")), 3);

  EXPECT_THAT(example.lines, ElementsAre("hello", "two", "three"));
  EXPECT_EQ(example.lines_at_exit, 3U);
}

TEST(Process, CutsALineThatIsTooLong) {
  Example example;

  example.run(example.shell("head -c 20000 /dev/zero | tr '\\0' x"));

  ASSERT_EQ(example.lines.size(), 2U);
  EXPECT_EQ(example.lines[0].size(), 16384U);
  EXPECT_EQ(example.lines[1].size(), 3616U);
}

TEST(Process, LosesNothingOfMuchOutput) {
  Example example;

  example.run(example.shell("i=0; while [ $i -lt 20000 ]; do echo line-$i; i=$((i+1)); done"));

  ASSERT_EQ(example.lines.size(), 20000U);
  EXPECT_EQ(example.lines.back(), "line-19999");
}

TEST(Process, EndsBySignal) {
  Example example;
  ProcessOptions options = example.shell("sleep 100 & echo ready; wait");
  options.on_line = [&](std::string_view) { example.process->signal(SIGTERM); };

  EXPECT_EQ(example.run(std::move(options)), 128 + SIGTERM);
}

TEST(Process, TakesDescendantsWithIt) {
  Example example;

  // The one left behind holds the output open, and would be waited for.
  EXPECT_EQ(example.run(example.shell("sleep 100 & echo $!; exit 0")), 0);

  const pid_t left = std::stoi(example.lines.at(0));
  EXPECT_TRUE(example.wait_until([&] { return !is_alive(left); }));
}

TEST(Process, GoesOnAfterItHasClosedItsOutput) {
  Example example;

  EXPECT_EQ(example.run(example.shell("exec >&- 2>&-; sleep 0.05; exit 5")), 5);
}

TEST(Process, IsKilledWithItsObject) {
  Example example;
  auto process = start_process(*example.loop, example.shell("sleep 100")).value();
  const pid_t pid = process->pid();

  process.reset();

  EXPECT_NE(::kill(pid, 0), 0);
  EXPECT_EQ(example.exit_code, -1);  // nobody is told
}

TEST(Process, StartsInItsFolder) {
  const TemporaryDirectory folder;
  Example example;
  ProcessOptions options = example.shell("pwd");
  options.working_directory = folder.path();

  example.run(std::move(options));

  EXPECT_THAT(example.lines, ElementsAre(folder.path()));
}

TEST(Process, RunsAsItsUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change the user";
  Example example;
  ProcessOptions options = example.shell("id -u; id -g; id -G");
  options.user = User{4317, 4318};

  example.run(std::move(options));

  EXPECT_THAT(example.lines, ElementsAre("4317", "4318", "4318"));
}

TEST(Process, EntersItsNetwork) {
  const int own = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can enter a network namespace";
  Example example;
  ProcessOptions options = example.shell("readlink /proc/self/ns/net");
  options.network_namespace = own;

  EXPECT_EQ(example.run(std::move(options)), 0);

  EXPECT_THAT(example.lines.at(0), HasSubstr("net:["));
  ::close(own);
}

TEST(Process, SaysWhatItCannotDo) {
  Example example;
  const auto message = [&](ProcessOptions options) {
    return start_process(*example.loop, std::move(options)).error().message();
  };
  ProcessOptions missing = example.shell("");
  missing.command = {"no-such-program"};
  EXPECT_THAT(message(std::move(missing)), HasSubstr("program \"no-such-program\": not found"));

  ProcessOptions absolute = example.shell("");
  absolute.command = {"/no/such/program"};
  EXPECT_EQ(message(std::move(absolute)),
            "program \"/no/such/program\": No such file or directory");

  ProcessOptions folder = example.shell("");
  folder.working_directory = "/no/such/folder";
  EXPECT_EQ(message(std::move(folder)),
            "working directory \"/no/such/folder\": No such file or directory");

  ProcessOptions cgroup = example.shell("");
  cgroup.cgroup_files = {"/no/such/cgroup.procs"};
  EXPECT_EQ(message(std::move(cgroup)), "cgroup: No such file or directory");
}

TEST(Process, NeedsALoopThatWatchesDescriptors) {
  net::FakeLoop loop;

  EXPECT_FALSE(start_process(loop, Example().shell("true")));
}

TEST(Process, MayBeManyAtOnce) {
  Example example;
  std::vector<std::unique_ptr<Process>> all;
  std::size_t ended = 0;
  for (int i = 0; i < 100; ++i) {
    ProcessOptions options = example.shell("echo x");
    options.on_exit = [&](int) {
      if (++ended == 100) example.loop->stop();
    };
    all.push_back(start_process(*example.loop, std::move(options)).value());
  }

  example.loop->run();

  EXPECT_EQ(example.lines.size(), 100U);
}

}  // namespace
}  // namespace tributary::lab
