// For tests: a driver that talks to a real podman, where one runs: tests/system/podman.py starts it
// for the test program alone, with storage of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/sha256.h"
#include "base/temporary_directory.h"
#include "lab/cgroup/cgroup.h"
#include "lab/driver/docker/docker_driver.h"
#include "lab/driver/docker/engine_api.h"
#include "lab/driver/fake_driver.h"
#include "net/run_task.h"

namespace tributary::lab {

inline constexpr Duration kPatience = 30s;

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
  static void TearDownTestSuite() {
    service_.reset();
    imported_ = false;
  }

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
    EXPECT_THAT(left_behind(), testing::IsEmpty());
  }

  std::unique_ptr<DockerDriver> connect(const std::string& owner,
                                        const std::string& registry = "") {
    DockerDriverOptions options;
    options.socket = "unix://" + service_->socket();
    options.owner = owner;
    options.registry = registry;
    options.pause = {.path = TRIBUTARY_PROBE, .arguments = {"pause"}};
    options.join_network = [this](pid_t pid) -> Result<std::unique_ptr<TaskNetwork>> {
      joined_.push_back(pid);
      if (real_network_) return join_network_of(*loop_, pid, {});
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
    const std::string cgroup = "tributary-" + aws::sha256_hex(owner_).substr(0, 12);
    for (const auto& [controller, tree] : find_cgroup_trees(read_text))
      for (const auto& entry : std::filesystem::directory_iterator(tree.mount_point))
        if (entry.path().filename().string() == cgroup) left.push_back(entry.path());
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

  inline static std::unique_ptr<Service> service_;
  inline static bool imported_ = false;
  std::string owner_ = "/data/lab-test-" + std::to_string(::getpid());
  std::unique_ptr<net::Loop> loop_ = net::make_loop();
  std::unique_ptr<DockerDriver> driver_;
  bool real_network_ = false;  // else a fake one
  std::vector<pid_t> joined_;
  TaskSpec task_;
  std::unique_ptr<Sandbox> sandbox_;
  std::vector<std::unique_ptr<Container>> containers_;
};

}  // namespace tributary::lab
