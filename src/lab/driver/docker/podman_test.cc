// The driver with a real podman, where it runs.
#include "lab/driver/docker/podman_fixture.h"

namespace tributary::lab {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;

TEST_F(PodmanDriver, SaysWhoseContainersTheyAre) {
  EXPECT_THAT(driver_->describe(),
              AllOf(HasSubstr("containers by podman "), HasSubstr(" at unix:///")));
}

TEST_F(PodmanDriver, GivesTheOutputOfBothStreamsAndTheExitCode) {
  const Heard heard = run(define(
      "app", {"print", "hello", "error", "oh", "print", "bye", "write", "open end", "exit", "3"}));

  EXPECT_THAT(heard.lines, testing::UnorderedElementsAre("hello", "oh", "bye", "open end"));
  ASSERT_TRUE(heard.exit);
  EXPECT_EQ(heard.exit->code, 3);
  EXPECT_FALSE(heard.exit->out_of_memory);
}

TEST_F(PodmanDriver, GivesLinesWhileTheContainerRuns) {
  Heard heard;

  const auto started = start(define("app", {"print", "up", "pause"}), heard);

  ASSERT_TRUE(started) << started.error().message();
  wait_until([&] { return !heard.lines.empty(); });
  EXPECT_THAT(heard.lines, ElementsAre("up"));
  EXPECT_FALSE(heard.exit);
  (*started)->signal(SIGKILL);
  wait_until([&] { return heard.exit.has_value(); });
}

TEST_F(PodmanDriver, LosesNoLineOfMany) {
  const Heard heard = run(define("app", {"flood", "20000"}));

  ASSERT_EQ(heard.lines.size(), 20000U);
  for (std::size_t i = 0; i < heard.lines.size(); ++i)
    ASSERT_EQ(heard.lines[i], "line " + std::to_string(i));
}

TEST_F(PodmanDriver, DeliversSignals) {
  Heard heard;
  const auto polite = start(define("polite", {"print", "up", "pause"}), heard);
  ASSERT_TRUE(polite) << polite.error().message();
  wait_until([&] { return !heard.lines.empty(); });

  (*polite)->signal(SIGTERM);

  wait_until([&] { return heard.exit.has_value(); });
  EXPECT_EQ(heard.exit->code, 0);

  Heard other;
  const auto stubborn =
      start(define("stubborn", {"stubborn", "print", "up", "sleep", "60000"}), other);
  ASSERT_TRUE(stubborn) << stubborn.error().message();
  wait_until([&] { return !other.lines.empty(); });
  (*stubborn)->signal(SIGTERM);
  (*stubborn)->signal(SIGKILL);
  wait_until([&] { return other.exit.has_value(); });
  EXPECT_EQ(other.exit->code, 137);
  EXPECT_FALSE(other.exit->out_of_memory);
  (*stubborn)->signal(SIGKILL);
}

TEST_F(PodmanDriver, SaysWhenMemoryRanOut) {
  ContainerDefinition& definition = define("app", {"print", "up", "allocate", "64"});
  definition.memory_mib = 16;

  const Heard heard = run(definition);

  ASSERT_TRUE(heard.exit);
  EXPECT_EQ(heard.exit->code, 137);
  EXPECT_TRUE(heard.exit->out_of_memory);
  EXPECT_THAT(heard.lines, ElementsAre("up"));
}

TEST_F(PodmanDriver, LimitsTheMemoryOfTheWholeTask) {
  task_.definition.memory_mib = 16;

  const Heard heard = run(define("app", {"allocate", "64"}));

  ASSERT_TRUE(heard.exit);
  EXPECT_EQ(heard.exit->code, 137);
  EXPECT_TRUE(heard.exit->out_of_memory);
}

TEST_F(PodmanDriver, GivesAContainerWhatItsDefinitionSays) {
  ContainerDefinition& definition =
      define("app", {"whoami", "directory", "env", "GREETING", "put", "/x", "1", "put", "/tmp/x",
                     "1", "put", "/scratch/x", "1"});
  definition.user = "4317:4317";
  definition.working_directory = "/var/lib";
  definition.readonly_root_filesystem = true;
  definition.tmpfs = {
      {.container_path = "/scratch", .size_mib = 1, .mount_options = {"mode=1777"}}};

  const Heard heard = run(definition, {{"GREETING", "good day"}});

  EXPECT_THAT(heard.lines,
              ElementsAre("4317:4317", "/var/lib", "GREETING=good day", "/x: Read-only file system",
                          "/tmp/x: Read-only file system", "/scratch/x: written"));
}

TEST_F(PodmanDriver, SharesAVolumeWithinATaskAndForgetsItAfterwards) {
  task_.definition.volumes = {{.name = "data", .host_path = ""}};
  define("writer", {"put", "/data/x", "kept"}).mount_points = {
      {.volume = "data", .container_path = "/data"}};
  define("reader", {"cat", "/in/x", "put", "/in/y", "1"}).mount_points = {
      {.volume = "data", .container_path = "/in", .read_only = true}};

  run(task_.definition.containers[0]);
  const Heard first = run(task_.definition.containers[1]);
  containers_.clear();
  remove_sandbox();
  const Heard second = run(task_.definition.containers[1]);

  EXPECT_THAT(first.lines, ElementsAre("kept/in/y: Read-only file system"));
  EXPECT_THAT(second.lines,
              ElementsAre("/in/x: No such file or directory", "/in/y: Read-only file system"));
}

TEST_F(PodmanDriver, TellsStatisticsWhileTheContainerRunsAndNoneAfterwards) {
  ContainerDefinition& definition = define("app", {"spin", "300", "allocate", "8", "pause"});
  definition.memory_mib = 64;
  Heard heard;
  const auto started = start(definition, heard);
  ASSERT_TRUE(started) << started.error().message();
  wait_until([&] { return !heard.lines.empty(); });

  const auto stats = net::run_task(*loop_, (*started)->stats());

  ASSERT_TRUE(stats);
  EXPECT_THAT(stats->cpu_total_ns, AllOf(Gt(200'000'000U), Lt(10'000'000'000U)));
  EXPECT_EQ(stats->memory_limit_bytes, 64U << 20);
  EXPECT_THAT(stats->memory_bytes, AllOf(Gt(8U << 20), Lt(64U << 20)));
  EXPECT_EQ(stats->processes, 1U);
  EXPECT_FALSE(stats->memory_detail.empty());

  (*started)->signal(SIGKILL);
  wait_until([&] { return heard.exit.has_value(); });
  EXPECT_FALSE(net::run_task(*loop_, (*started)->stats()));
}

TEST_F(PodmanDriver, RunsAProgramInsideAsAHealthCheckDoes) {
  Heard heard;
  const auto started = start(define("app", {"print", "up", "pause"}), heard);
  ASSERT_TRUE(started) << started.error().message();

  const auto execute = [&](std::vector<std::string> command, Duration timeout) {
    return net::run_task(*loop_, (*started)->execute(std::move(command), timeout));
  };

  const auto good = execute({"/pause", "exit", "0"}, 10s);
  const auto bad = execute({"/pause", "exit", "7"}, 10s);
  const auto slow = execute({"/pause", "sleep", "30000"}, 500ms);
  const auto missing = execute({"/nope"}, 10s);

  ASSERT_TRUE(good) << good.error().message();
  EXPECT_EQ(*good, 0);
  ASSERT_TRUE(bad) << bad.error().message();
  EXPECT_EQ(*bad, 7);
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code(), Code::timeout);
  EXPECT_TRUE(!missing || *missing != 0);
  EXPECT_FALSE(heard.exit) << "the container is none the worse";
  const auto stats = net::run_task(*loop_, (*started)->stats());
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->processes, 1U) << "what took too long was killed";
}

TEST_F(PodmanDriver, PutsAllContainersOfATaskIntoOneNetwork) {
  const Heard first = run(define("a", {"cat", "/proc/net/dev"}));
  const Heard second = run(define("b", {"cat", "/proc/net/dev"}));

  ASSERT_EQ(joined_.size(), 1U);
  EXPECT_TRUE(::kill(joined_[0], 0) == 0) << "the pause container runs";
  ASSERT_EQ(first.lines.size(), 3U) << "nothing but the loopback interface";
  EXPECT_THAT(first.lines[2], HasSubstr("lo:"));
  EXPECT_EQ(second.lines.size(), 3U);
}

net::Task<net::Response> metadata(net::ServerRequest request) {
  net::Response response;
  response.body = "from " + request.peer_address;
  co_return response;
}

TEST_F(PodmanDriver, LetsContainersReachTheMetadataEndpointAndNothingElse) {
  real_network_ = true;
  auto sandbox = net::run_task(*loop_, driver_->create_sandbox(&task_));
  ASSERT_TRUE(sandbox) << sandbox.error().message();
  sandbox_ = std::move(*sandbox);
  ASSERT_TRUE(sandbox_->network().isolated());
  auto server = sandbox_->network().serve_metadata(metadata);
  ASSERT_TRUE(server) << server.error().message();

  const Heard heard = run(define("app", {"get", "169.254.170.2", "80", "get", "192.0.2.1", "80"}));

  EXPECT_THAT(heard.lines,
              ElementsAre("200 from 169.254.170.2", "192.0.2.1: Network is unreachable"));
  net::run_task(*loop_, (*server)->shutdown(1s));
}

// Begins, runs a container to its end and goes; the container's output.
net::Task<std::vector<std::string>> whole_life(Driver* driver, const TaskSpec* task) {
  std::vector<std::string> heard;
  net::Event ended;
  auto sandbox = co_await driver->create_sandbox(task);
  if (!sandbox) co_return std::vector<std::string>{sandbox.error().message()};
  ContainerStart start{.task = *task,
                       .definition = task->definition.containers.at(0),
                       .environment = {},
                       .on_line = [&](std::string_view line) { heard.emplace_back(line); },
                       .on_exit = [&](ContainerStart::Exit) { ended.set(); }};
  auto container = co_await (*sandbox)->start(std::move(start));
  if (container)
    co_await ended;
  else
    heard.push_back(container.error().message());
  if (container) container->reset();
  co_await (*sandbox)->remove();
  co_return heard;
}

TEST_F(PodmanDriver, RunsManyTasksAtOnce) {
  define("app", {"print", "hello", "sleep", "500", "print", "bye"});
  std::vector<TaskSpec> tasks(8, task_);
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].id.back() = static_cast<char>('a' + i);
  std::vector<std::unique_ptr<net::Started<std::vector<std::string>>>> lives;

  for (const TaskSpec& task : tasks)
    lives.push_back(
        std::make_unique<net::Started<std::vector<std::string>>>(whole_life(driver_.get(), &task)));
  wait_until([&] {
    return std::all_of(lives.begin(), lives.end(), [](const auto& one) { return one->done(); });
  });

  for (auto& life : lives) EXPECT_THAT(life->take(), ElementsAre("hello", "bye"));
}

TEST_F(PodmanDriver, SaysWhyAContainerDoesNotStart) {
  ContainerDefinition& definition = define("app", {});
  definition.entry_point = {"/nope"};
  Heard heard;

  const auto started = start(definition, heard);

  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(),
              AllOf(HasSubstr("CannotStartContainerError: "), HasSubstr("/nope")));
}

TEST_F(PodmanDriver, UsesAnImageThatIsThereAndNeedsNoRegistryForIt) {
  const auto full = net::run_task(*loop_, driver_->pull("localhost/probe:1", std::nullopt));
  const auto brief = net::run_task(*loop_, driver_->pull("probe:1", std::nullopt));

  ASSERT_TRUE(full) << full.error().message();
  EXPECT_THAT(full->id, testing::StartsWith("sha256:"));
  EXPECT_THAT(full->digest, testing::StartsWith("sha256:"));
  ASSERT_TRUE(brief) << brief.error().message();
  EXPECT_EQ(brief->id, full->id);
}

TEST_F(PodmanDriver, SaysWhyAnImageCannotBePulled) {
  const auto pull = [&](const char* name) {
    const auto pulled = net::run_task(*loop_, driver_->pull(name, std::nullopt));
    return pulled ? std::string("pulled") : pulled.error().message();
  };

  EXPECT_THAT(pull("nowhere"), AllOf(HasSubstr("CannotPullContainerError: nowhere: "),
                                     HasSubstr("registry-1.docker.io")));
  EXPECT_THAT(pull("127.0.0.1:1/x/y:1"), HasSubstr("connection refused"));
  EXPECT_THAT(pull("UPPER"), HasSubstr("CannotPullContainerError: image name \"UPPER\""));
}

TEST_F(PodmanDriver, SweepsWhatAKilledLabHasLeftButNotWhatIsAnothers) {
  Heard heard;
  task_.definition.volumes = {{.name = "data", .host_path = ""}};
  ASSERT_TRUE(start(define("app", {"print", "up", "pause"}), heard));
  const pid_t pause = joined_.at(0);

  auto other = connect(owner_ + "-other");
  net::run_task(*loop_, other->sweep());
  EXPECT_EQ(::kill(pause, 0), 0);

  auto successor = connect(owner_);
  net::run_task(*loop_, successor->sweep());

  EXPECT_NE(::kill(pause, 0), 0);
  EXPECT_THAT(left_behind(), IsEmpty());
  wait_until([&] { return heard.exit.has_value(); });
  EXPECT_EQ(heard.exit->code, 137) << "who still watches learns of it";
}

}  // namespace
}  // namespace tributary::lab
