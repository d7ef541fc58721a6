// The driver with a real podman, where it runs: tests/system/podman.py starts one for this program
// alone, with storage of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/disk.h"
#include "base/temporary_directory.h"
#include "lab/cgroup/cgroup.h"
#include "lab/driver/docker/docker_driver.h"
#include "lab/driver/docker/engine_api.h"
#include "lab/driver/fake_driver.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;
using testing::Not;

constexpr Duration kPatience = 30s;

// The service, for as long as the object lives.
class Service {
 public:
  Service() {
    int input[2], output[2];
    if (::pipe(input) != 0 || ::pipe(output) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(input[0], 0);
      ::dup2(output[1], 1);
      for (const int fd : {input[0], input[1], output[0], output[1]}) ::close(fd);
      const std::string script = std::string(TRIBUTARY_SOURCE_DIR) + "/tests/system/podman.py";
      ::execlp("python3", "python3", script.c_str(), (directory_.path() + "/p").c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    char piece[256];
    for (ssize_t size = 1; size > 0 && socket_.find('\n') == std::string::npos;) {
      size = ::read(output[0], piece, sizeof piece);
      if (size > 0) socket_.append(piece, static_cast<std::size_t>(size));
    }
    ::close(output[0]);
    socket_.resize(std::min(socket_.size(), socket_.find('\n')));
  }
  ~Service() {
    ::close(input_);  // it cleans up and ends
    ::waitpid(pid_, nullptr, 0);
  }

  const std::string& socket() const { return socket_; }  // "" where there is none

 private:
  TemporaryDirectory directory_;
  pid_t pid_ = -1;
  int input_ = -1;
  std::string socket_;
};

// What a container did.
struct Heard {
  std::vector<std::string> lines;
  std::optional<ContainerStart::Exit> exit;
};

class PodmanDriver : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::geteuid() == 0) service_ = std::make_unique<Service>();
  }
  static void TearDownTestSuite() { service_.reset(); }

  void SetUp() override {
    if (!service_ || service_->socket().empty())
      GTEST_SKIP() << "no podman can be started here (podman.py says why)";
    driver_ = connect(owner_);
    ASSERT_TRUE(driver_);
    if (!imported_) import_image();
    ASSERT_TRUE(imported_);
    task_.id = "00000000000000000000000000000001";
    task_.account = "111122223333";
    task_.region = "eu-west-1";
    task_.cluster = "demo";
    task_.definition.family = "family";
    task_.definition.revision = 1;
  }

  void TearDown() override {
    if (!driver_) return;
    containers_.clear();
    remove_sandbox();
    net::run_task(*loop_, driver_->close());
    EXPECT_THAT(left_behind(), IsEmpty());
  }

  std::unique_ptr<DockerDriver> connect(const std::string& owner) {
    DockerDriverOptions options;
    options.socket = "unix://" + service_->socket();
    options.owner = owner;
    options.pause = {.path = TRIBUTARY_PROBE, .arguments = {"pause"}};
    options.join_network = [this](pid_t pid) -> Result<std::unique_ptr<TaskNetwork>> {
      joined_.push_back(pid);
      return std::unique_ptr<TaskNetwork>(std::make_unique<FakeNetwork>());
    };
    options.machine_network = [] { return std::make_unique<FakeNetwork>(); };
    auto made = net::run_task(*loop_, connect_docker(loop_.get(), std::move(options)));
    if (!made) ADD_FAILURE() << made.error().message();
    return made ? std::move(*made) : nullptr;
  }

  docker::EngineApi api() {
    net::HttpClientOptions options;
    options.unix_socket = service_->socket();
    return docker::EngineApi(std::move(*net::make_http_client(*loop_, options)));
  }

  // An image that holds the probe, under the name localhost/probe:1.
  void import_image() {
    auto image = docker::make_pause_image({.path = TRIBUTARY_PROBE, .arguments = {}}, "-");
    ASSERT_TRUE(image) << image.error().message();
    docker::EngineApi engine = api();
    docker::EngineApi::Call call{.method = "POST",
                                 .target = "/images/load?quiet=1",
                                 .body = image->archive,
                                 .content_type = "application/x-tar"};
    const auto loaded = net::run_task(*loop_, engine.ask(std::move(call)));
    ASSERT_TRUE(loaded) << loaded.error().message();
    const auto tagged = net::run_task(
        *loop_, engine.post("/images/" + image->name + "/tag?repo=localhost/probe&tag=1"));
    ASSERT_TRUE(tagged) << tagged.error().message();
    ASSERT_TRUE(net::run_task(*loop_, engine.remove("/images/" + image->name)));
    imported_ = true;
  }

  // Containers, volumes and pause images in the engine, and cgroups of this machine.
  std::vector<std::string> left_behind() {
    std::vector<std::string> left;
    docker::EngineApi engine = api();
    for (const char* target : {"/containers/json?all=1", "/volumes"}) {
      const auto text = net::run_task(*loop_, engine.get(target));
      if (text && text->find("ecs-") != std::string::npos) left.push_back(*text);
    }
    const auto images = net::run_task(*loop_, engine.get("/images/json"));
    if (images && images->find("\"RepoTags\":[\"localhost/tributary-pause") != std::string::npos)
      left.push_back(*images);
    for (const auto& [controller, tree] : find_cgroup_trees(read_text))
      for (const auto& entry : std::filesystem::directory_iterator(tree.mount_point))
        if (entry.path().filename().string() == cgroup_) left.push_back(entry.path());
    return left;
  }

  ContainerDefinition& define(std::string name, std::vector<std::string> command) {
    ContainerDefinition container;
    container.name = std::move(name);
    container.image = "localhost/probe:1";
    container.command = std::move(command);
    task_.definition.containers.push_back(std::move(container));
    return task_.definition.containers.back();
  }

  Result<Container*> start(const ContainerDefinition& definition, Heard& heard,
                           std::map<std::string, std::string> environment = {}) {
    if (!sandbox_) {
      auto made = net::run_task(*loop_, driver_->create_sandbox(&task_));
      if (!made) return made.error();
      sandbox_ = std::move(*made);
    }
    ContainerStart with{.task = task_,
                        .definition = definition,
                        .environment = std::move(environment),
                        .on_line = [&](std::string_view line) { heard.lines.emplace_back(line); },
                        .on_exit = [&](ContainerStart::Exit exit) { heard.exit = exit; }};
    auto started = net::run_task(*loop_, sandbox_->start(std::move(with)));
    if (!started) return started.error();
    containers_.push_back(std::move(*started));
    return containers_.back().get();
  }

  // Runs one container to its end.
  Heard run(const ContainerDefinition& definition,
            std::map<std::string, std::string> environment = {}) {
    Heard heard;
    const auto started = start(definition, heard, std::move(environment));
    if (!started) {
      ADD_FAILURE() << started.error().message();
      return heard;
    }
    wait_until([&] { return heard.exit.has_value(); });
    return heard;
  }

  void wait_until(const std::function<bool()>& done) {
    const Instant end = loop_->clock().monotonic() + kPatience;
    net::run_task(*loop_, wait(loop_.get(), &done, end));
    EXPECT_TRUE(done());
  }
  static net::Task<void> wait(net::Loop* loop, const std::function<bool()>* done, Instant end) {
    while (!(*done)() && loop->clock().monotonic() < end)
      co_await net::sleep_for(*loop, 20ms, std::stop_token());
  }

  void remove_sandbox() {
    if (sandbox_) net::run_task(*loop_, sandbox_->remove());
    sandbox_.reset();
  }

  static std::unique_ptr<Service> service_;
  static bool imported_;
  std::string owner_ = "/data/lab-test-" + std::to_string(::getpid());
  std::string cgroup_;
  std::unique_ptr<net::Loop> loop_ = net::make_loop();
  std::unique_ptr<DockerDriver> driver_;
  std::vector<pid_t> joined_;
  TaskSpec task_;
  std::unique_ptr<Sandbox> sandbox_;
  std::vector<std::unique_ptr<Container>> containers_;
};

std::unique_ptr<Service> PodmanDriver::service_;
bool PodmanDriver::imported_ = false;

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
