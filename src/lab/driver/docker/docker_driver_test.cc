// The driver with an engine that is played: what Docker does differently, and what goes wrong.
#include "lab/driver/docker/docker_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "lab/driver/fake_driver.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kDocker =
    R"({"Components":[{"Name":"Engine"}],"Version":"27.0","ApiVersion":"1.46"})";
constexpr const char* kPodman =
    R"({"Components":[{"Name":"Podman Engine"}],"Version":"4.3.1","ApiVersion":"1.41"})";
constexpr const char* kRunning = R"({"Id":"ab","State":{"Running":true,"Pid":1}})";
constexpr const char* kEnded = R"({"Id":"ab","State":{"Running":false,"ExitCode":5}})";

std::string frame(std::string_view text) {
  std::string out("\1\0\0\0\0\0\0", 7);
  return out + static_cast<char>(text.size()) + std::string(text);
}

class PlayedEngine : public testing::Test {
 protected:
  // What "METHOD /part-of-the-target" gets; the first rule that fits, and 200 {} without one.
  struct Rule {
    std::string when;
    Result<net::Response> answer;
    Duration delay = 0s;
    int times = 1'000'000;
  };

  PlayedEngine() {
    http_ = std::make_shared<net::FakeHttp>(loop_, [this](const net::Request& request) {
      const std::string line = request.method + " " + request.url.target;
      lines_.push_back(line);
      bodies_[line] = request.body ? *request.body : "";
      headers_[line] = request.headers;
      http_->delay = 0s;
      for (Rule& rule : rules_) {
        const std::size_t space = rule.when.find(' ');
        if (rule.times == 0 || !line.starts_with(rule.when.substr(0, space + 1)) ||
            line.find(rule.when.substr(space + 1)) == std::string::npos)
          continue;
        --rule.times;
        http_->delay = rule.delay;
        return rule.answer;
      }
      return answered(200, "{}");
    });
    task_.id = "t1";
    task_.definition.family = "f";
    definition_.name = "app";
    definition_.image = "app:1";
  }

  static Result<net::Response> answered(int status, std::string body) {
    net::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
  }

  void connect(const char* version, const char* info = R"({"CgroupDriver":"systemd"})") {
    rules_.push_back({"GET /version", answered(200, version)});
    rules_.push_back({"GET /info", answered(200, info)});
    rules_.push_back({"POST /containers/create", answered(201, R"({"Id":"ab"})")});
    DockerDriverOptions options;
    options.socket = "unix:///run/engine.sock";
    options.owner = "/data";
    options.registry = "127.0.0.1:9010";
    options.pause = {.path = TRIBUTARY_PROBE, .arguments = {"pause"}};
    options.join_network = [](pid_t) -> Result<std::unique_ptr<TaskNetwork>> {
      return Error(Code::internal, "not asked for");
    };
    options.machine_network = [] {
      auto network = std::make_unique<FakeNetwork>();
      network->is_isolated = false;
      return network;
    };
    auto made = run(
        connect_docker(&loop_, std::move(options), std::make_unique<net::FakeHttpClient>(http_)));
    ASSERT_TRUE(made) << made.error().message();
    driver_ = std::move(*made);
    lines_.clear();
  }

  // The task's value, as time goes on for as long as it needs.
  template <class T>
  T run(net::Task<T> task) {
    net::Started<T> started(std::move(task));
    for (int i = 0; i < 1000 && !started.done(); ++i) {
      loop_.run_posted();
      if (!started.done()) loop_.advance(10ms);
    }
    return started.take();
  }

  void start() {
    auto sandbox = run(driver_->create_sandbox(&task_));
    ASSERT_TRUE(sandbox) << sandbox.error().message();
    sandbox_ = std::move(*sandbox);
    ContainerStart with{.task = task_,
                        .definition = definition_,
                        .environment = {},
                        .on_line = [this](std::string_view line) { heard_.emplace_back(line); },
                        .on_exit =
                            [this](ContainerStart::Exit exit) {
                              heard_.push_back("exit " + std::to_string(exit.code));
                            }};
    auto container = run(sandbox_->start(std::move(with)));
    ASSERT_TRUE(container) << container.error().message();
    container_ = std::move(*container);
  }

  void TearDown() override {
    container_.reset();
    rules_.clear();
    if (sandbox_) run(sandbox_->remove());
  }

  net::FakeLoop loop_;
  std::shared_ptr<net::FakeHttp> http_;
  std::vector<Rule> rules_;
  std::vector<std::string> lines_;
  std::map<std::string, std::string> bodies_;
  std::map<std::string, net::Headers> headers_;
  TaskSpec task_;
  ContainerDefinition definition_;
  std::unique_ptr<DockerDriver> driver_;
  std::unique_ptr<Sandbox> sandbox_;
  std::unique_ptr<Container> container_;
  std::vector<std::string> heard_;
};

TEST_F(PlayedEngine, IsNamedByWhatItIs) {
  connect(kDocker);

  EXPECT_EQ(driver_->describe(), "containers by docker 27.0 at unix:///run/engine.sock");
}

TEST_F(PlayedEngine, IsRefusedWhereNobodyOrSomebodyElseAnswers) {
  const auto refused = [&](Result<net::Response> answer) {
    rules_ = {{"GET /version", std::move(answer)}};
    DockerDriverOptions options;
    options.socket = "/run/engine.sock";
    auto made = run(
        connect_docker(&loop_, std::move(options), std::make_unique<net::FakeHttpClient>(http_)));
    return made ? "connected" : made.error().message();
  };

  EXPECT_EQ(refused(Error(Code::unavailable, "no such file")),
            "container socket /run/engine.sock: no such file");
  EXPECT_THAT(refused(answered(200, "hello")),
              StartsWith("container socket /run/engine.sock: version: not JSON"));
  EXPECT_EQ(refused(answered(403, R"({"message":"go away"})")),
            "container socket /run/engine.sock: go away");
}

TEST_F(PlayedEngine, OfDockerIsAskedInItsOwnVersionAndByItsOwnWait) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, R"({"StatusCode":0})"), 1s});
  start();

  EXPECT_THAT(lines_, Each(HasSubstr(" /v1.46/")));
  EXPECT_THAT(lines_, Contains("POST /v1.46/containers/ab/wait"));
}

TEST_F(PlayedEngine, OfPodmanIsAskedToWaitByItsOwnCall) {
  connect(kPodman);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, "0"), 1s});
  start();

  EXPECT_THAT(lines_, Contains("POST /v4.0.0/libpod/containers/ab/wait"
                               "?condition=exited&interval=250ms"));
}

TEST_F(PlayedEngine, PullsByDockersCallWithTheLogin) {
  connect(kDocker);
  rules_.push_back({"GET /images/", answered(404, R"({"message":"no such image"})"), 0s, 2});
  rules_.push_back({"GET /images/", answered(200, R"({"Id":"sha256:aa"})")});

  const auto pulled =
      run(driver_->pull("127.0.0.1:9010/r:v1",
                        RegistryLogin{.server = "127.0.0.1:9010", .user = "AWS", .password = "p"}));

  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_EQ(pulled->id, "sha256:aa");
  const std::string call = "POST /v1.46/images/create?fromImage=127.0.0.1%3A9010%2Fr&tag=v1";
  ASSERT_THAT(lines_, Contains(call));
  EXPECT_TRUE(headers_[call].get("X-Registry-Auth"));
}

TEST_F(PlayedEngine, IsToldWhyAPullFailedAndWhatToDoAboutIt) {
  connect(kDocker);
  rules_.push_back({"GET /images/", answered(404, "{}")});
  rules_.push_back(
      {"POST /images/create",
       answered(200, "{\"error\":\"http: server gave HTTP response to HTTPS client\"}\n")});

  const auto pulled = run(driver_->pull("reg:5000/r", std::nullopt));

  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().message(),
            "CannotPullContainerError: reg:5000/r: http: server gave HTTP response to HTTPS client "
            "(for a registry without TLS, /etc/docker/daemon.json needs: \"insecure-registries\": "
            "[\"reg:5000\"])");
}

TEST_F(PlayedEngine, RunsATaskOnTheMachinesNetworkWhereItsOwnIsNotOfThisMachine) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, R"({"StatusCode":0})"), 1s});

  start();

  EXPECT_FALSE(sandbox_->network().isolated());
  EXPECT_THAT(lines_, Contains(HasSubstr("DELETE /v1.46/containers/ab?force=1")));
  EXPECT_THAT(bodies_["POST /v1.46/containers/create?name=ecs-f-0-app-t1"],
              AllOf(HasSubstr(R"("NetworkMode":"host")"), Not(HasSubstr("CgroupParent"))));
}

TEST_F(PlayedEngine, GivesTheOutputBeforeTheExit) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, R"({"StatusCode":3})"), 1s});
  rules_.push_back({"GET /logs", answered(200, frame("hello\nbye")), 1200ms});
  start();

  loop_.advance(2s);

  EXPECT_THAT(heard_, ElementsAre("hello", "bye", "exit 3"));
}

TEST_F(PlayedEngine, GivesTheExitEvenIfTheOutputNeverEnds) {
  connect(kPodman);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, "3"), 1s});
  rules_.push_back({"GET /logs", answered(200, ""), net::FakeHttp::kNever});
  start();

  loop_.advance(2s);
  EXPECT_THAT(heard_, IsEmpty()) << "some of it may still come";
  loop_.advance(1s);

  EXPECT_THAT(heard_, ElementsAre("exit 3"));
}

TEST_F(PlayedEngine, IsAskedAgainForOutputThatBrokeOff) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, R"({"StatusCode":0})"), 10s});
  rules_.push_back({"GET /logs", Error(Code::unavailable, "connection reset"), 2s, 1});
  rules_.push_back({"GET /logs", answered(200, frame("more\n")), 1s});
  start();

  loop_.advance(15s);

  EXPECT_THAT(heard_, ElementsAre("more", "exit 0"));
  EXPECT_THAT(lines_, Contains(AllOf(StartsWith("GET /v1.46/containers/ab/logs?follow=1"),
                                     HasSubstr("&since=17000000"))));
}

TEST_F(PlayedEngine, IsAskedForTheStateWhenWaitingBreaksOff) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning), 0s, 4});
  rules_.push_back({"GET /containers/ab/json", answered(200, kEnded)});
  rules_.push_back({"POST /wait", Error(Code::unavailable, "connection reset"), 1s});
  start();

  loop_.advance(20s);

  EXPECT_THAT(heard_, ElementsAre("exit 5"));
}

TEST_F(PlayedEngine, LeavesAContainerForKilledThatItKnowsNoMore) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning), 0s, 2});
  rules_.push_back({"GET /containers/ab/json", answered(404, "{}")});
  rules_.push_back({"POST /wait", answered(404, "{}"), 1s});
  start();

  loop_.advance(5s);

  EXPECT_THAT(heard_, ElementsAre("exit 137"));
}

TEST_F(PlayedEngine, MayFallSilentForAWhileButNotForEver) {
  connect(kDocker);
  const Error gone(Code::unavailable, "connection refused");
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning), 0s, 2});
  rules_.push_back({"POST /wait", gone, 300s, 1});
  rules_.push_back({"POST /wait", gone});
  rules_.push_back({"GET /", gone});
  start();

  loop_.advance(355s);
  EXPECT_THAT(heard_, IsEmpty());
  loop_.advance(10s);

  EXPECT_THAT(heard_, ElementsAre("exit 137"));
}

TEST_F(PlayedEngine, TellsStatisticsWhereTheCgroupIsNotOfThisMachine) {
  connect(kDocker);
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  rules_.push_back({"POST /wait", answered(200, R"({"StatusCode":0})"), 10s});
  rules_.push_back({"GET /stats", answered(200, R"({"memory_stats":{"usage":77}})")});
  start();

  const auto stats = run(container_->stats());

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->memory_bytes, 77U);
}

TEST_F(PlayedEngine, IsLeftAsItWasWhenATaskCannotBegin) {
  connect(kDocker);
  task_.definition.volumes = {{.name = "a", .host_path = ""}, {.name = "b", .host_path = ""}};
  rules_.push_back({"POST /volumes/create", answered(201, "{}"), 0s, 1});
  rules_.push_back({"POST /volumes/create", answered(500, R"({"message":"disk full"})")});

  const auto sandbox = run(driver_->create_sandbox(&task_));

  ASSERT_FALSE(sandbox);
  EXPECT_EQ(sandbox.error().message(), "ResourceInitializationError: volume \"b\": disk full");
  EXPECT_THAT(lines_, Contains("DELETE /v1.46/volumes/ecs-t1-a?force=1"));
  EXPECT_THAT(lines_, Not(Contains(HasSubstr("containers/create"))));
}

TEST_F(PlayedEngine, GetsThePauseImageOnceForAllTasks) {
  connect(kDocker);
  rules_.push_back({"GET /images/", answered(404, "{}")});
  rules_.push_back({"POST /images/load", answered(200, "{}"), 1s});
  rules_.push_back({"GET /containers/ab/json", answered(200, kRunning)});
  TaskSpec other = task_;
  other.id = "t2";
  net::Started<Result<std::unique_ptr<Sandbox>>> first(driver_->create_sandbox(&task_));
  net::Started<Result<std::unique_ptr<Sandbox>>> second(driver_->create_sandbox(&other));

  loop_.advance(3s);

  ASSERT_TRUE(first.done());
  ASSERT_TRUE(second.done());
  EXPECT_EQ(std::count(lines_.begin(), lines_.end(), "POST /v1.46/images/load?quiet=1"), 1);
  auto one = first.take();
  auto two = second.take();
  ASSERT_TRUE(one && two);
  run((*one)->remove());
  run((*two)->remove());
}

}  // namespace
}  // namespace tributary::lab
