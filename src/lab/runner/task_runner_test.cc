#include "lab/runner/task_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lab/driver/fake_driver.h"
#include "lab/runner/fake_task_services.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ContainerDefinition container(std::string name, std::vector<Dependency> depends_on = {}) {
  ContainerDefinition made;
  made.image = name + ":1";
  made.name = std::move(name);
  made.depends_on = std::move(depends_on);
  return made;
}

ContainerDefinition helper(std::string name) {
  ContainerDefinition made = container(std::move(name));
  made.essential = false;
  return made;
}

struct Example {
  explicit Example(std::vector<ContainerDefinition> containers) {
    spec.id = "0a1b";
    spec.account = "111111111111";
    spec.region = "eu-west-1";
    spec.cluster = "demo";
    spec.definition.family = "web";
    spec.definition.revision = 1;
    spec.definition.containers = std::move(containers);
  }
  ~Example() {
    if (!task) return;
    net::Started<void> closed(task->close());
    loop.advance(60s);
    EXPECT_TRUE(closed.done());
    EXPECT_EQ(driver.running(), 0U);
    EXPECT_EQ(services.roles, 0U);
  }

  void launch() {
    task = runner.launch(spec, [this] { ++changes; });
    EXPECT_EQ(changes, 0);
    loop.run_posted();
  }
  const TaskState& state() const { return task->state(); }
  const ContainerState& state_of(const std::string& name) const {
    const auto& containers = spec.definition.containers;
    const auto at = std::ranges::find(containers, name, &ContainerDefinition::name);
    return state().containers[static_cast<std::size_t>(at - containers.begin())];
  }
  void exit(const std::string& name, int code, bool out_of_memory = false) {
    driver.exit(name, {.code = code, .out_of_memory = out_of_memory});
    loop.run_posted();
  }
  std::string get(const std::string& path) {
    net::ServerRequest request{.method = "GET", .target = path};
    return net::run_task(loop, driver.network->handler(std::move(request))).body;
  }
  std::string metadata_path(const std::string& name) {
    const std::string uri = driver.environment_of(name).at("ECS_CONTAINER_METADATA_URI_V4");
    return uri.substr(std::string("http://169.254.170.2").size());
  }
  std::vector<std::string> asked(std::string_view what) const {
    std::vector<std::string> found;
    for (const std::string& one : driver.asked)
      if (one.starts_with(what)) found.push_back(one.substr(what.size()));
    return found;
  }

  net::FakeLoop loop;
  SeededRandom random{7};
  FakeDriver driver{loop};
  FakeTaskServices services;
  TaskSpec spec;
  int changes = 0;
  TaskRunner runner{
      loop,
      random,
      driver,
      services,
      {.environment = {{"BASE", "yes"}}, .leads = {{{"127.0.0.1", 9009}, {"127.0.0.1", 41234}}}},
      Logger()};
  std::unique_ptr<RunningTask> task;
};

TEST(TaskRunner, TakesATaskFromPendingToRunning) {
  Example example({container("app"), container("side")});
  example.driver.pull_time = 2s;

  example.launch();
  EXPECT_EQ(example.state().known, Status::pending);
  example.loop.advance(2s);
  EXPECT_EQ(example.state_of("app").status, Status::pulled);
  EXPECT_EQ(example.state().known, Status::pending);
  example.loop.advance(2s);

  EXPECT_EQ(example.state().known, Status::running);
  EXPECT_EQ(example.state_of("app").docker_id, "docker-app");
  EXPECT_EQ(example.state_of("app").image_digest, "sha256:digest-of-app:1");
  EXPECT_EQ(*example.state().pull_stopped_at - *example.state().pull_started_at, 4s);
  EXPECT_EQ(example.state().started_at, example.state_of("side").started_at);
  EXPECT_GT(example.changes, 0);
}

TEST(TaskRunner, PullsEachImageOnceAndAsTheExecutionRole) {
  Example example({container("app"), container("twin")});
  example.spec.definition.containers[1].image = "app:1";
  example.services.logins["app:1"] = {.server = "r", .user = "AWS", .password = "x"};

  example.launch();

  EXPECT_THAT(example.asked("pull "), ElementsAre("app:1 as AWS"));
}

TEST(TaskRunner, TellsAContainerWhereItsEndpointsAre) {
  Example example({container("app")});
  example.spec.definition.task_role_arn = "arn:aws:iam::111111111111:role/task";
  example.spec.definition.containers[0].environment = {{"AWS_REGION", "mine"}, {"A", "1"}};

  example.launch();

  const auto& environment = example.driver.environment_of("app");
  EXPECT_EQ(environment.at("BASE"), "yes");
  EXPECT_EQ(environment.at("A"), "1");
  EXPECT_EQ(environment.at("AWS_REGION"), "mine");
  EXPECT_EQ(environment.at("AWS_DEFAULT_REGION"), "eu-west-1");
  EXPECT_EQ(environment.at("AWS_EXECUTION_ENV"), "AWS_ECS_FARGATE");
  EXPECT_EQ(environment.at("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
            "/v2/credentials/credentials-1");
  EXPECT_THAT(environment.at("ECS_CONTAINER_METADATA_URI_V4"),
              StartsWith("http://169.254.170.2/v4/0a1b-"));
}

TEST(TaskRunner, GivesTheWholeAddressOfCredentialsOnTheMachinesNetwork) {
  Example example({container("app")});
  example.spec.definition.task_role_arn = "arn:aws:iam::111111111111:role/task";
  example.driver.on_network = [](FakeNetwork& network) { network.is_isolated = false; };

  example.launch();

  const auto& environment = example.driver.environment_of("app");
  EXPECT_EQ(environment.at("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
            "http://169.254.170.2/v2/credentials/credentials-1");
  EXPECT_FALSE(environment.contains("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
}

TEST(TaskRunner, PublishesPortsAndLeadsOutToTheHub) {
  Example example({container("app")});
  example.spec.definition.containers[0].port_mappings = {
      {.container_port = 8080, .host_port = 18080}, {.container_port = 9090}};

  example.launch();

  EXPECT_THAT(example.driver.network->publishing, ElementsAre("18080 -> 8080"));
  EXPECT_EQ(example.state().address, "127.64.0.1");
  EXPECT_THAT(example.driver.network->leads, ElementsAre("127.0.0.1:9009 -> 127.0.0.1:41234"));
}

TEST(TaskRunner, StopsAllWhenAnEssentialContainerEnds) {
  Example example({container("app"), container("side")});
  example.launch();

  example.exit("app", 3);

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.state().stop_code, "EssentialContainerExited");
  EXPECT_EQ(example.state().stopped_reason, "Essential container in task exited");
  EXPECT_EQ(example.state_of("app").exit_code, 3);
  EXPECT_EQ(example.state_of("side").exit_code, 143);
  EXPECT_TRUE(example.state().execution_stopped_at);
  EXPECT_THAT(example.driver.asked, Contains("remove"));
}

TEST(TaskRunner, GoesOnWhenAnotherContainerEnds) {
  Example example({container("app"), helper("side")});
  example.launch();

  example.exit("side", 1);

  EXPECT_EQ(example.state().known, Status::running);
  EXPECT_EQ(example.state_of("side").status, Status::stopped);
}

TEST(TaskRunner, SaysThatMemoryRanOut) {
  Example example({container("app")});
  example.launch();

  example.exit("app", 137, true);

  EXPECT_EQ(example.state_of("app").reason,
            "OutOfMemoryError: Container killed due to memory usage");
  EXPECT_EQ(example.state().stop_code, "EssentialContainerExited");
}

TEST(TaskRunner, KillsWhatDoesNotStopInItsTime) {
  Example example({container("app")});
  example.spec.definition.containers[0].stop_timeout = 5s;
  example.driver.scripts["app"].ignores_sigterm = true;
  example.launch();

  example.task->stop("UserInitiated", "enough");
  example.loop.advance(4s);
  EXPECT_TRUE(example.driver.is_running("app"));
  EXPECT_EQ(example.state().known, Status::stopping);
  example.loop.advance(1s);

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.state_of("app").exit_code, 137);
  EXPECT_EQ(example.state().stopped_reason, "enough");
}

TEST(TaskRunner, WaitsForThirtySecondsWhereNoTimeIsNamed) {
  Example example({container("app")});
  example.driver.scripts["app"].ignores_sigterm = true;
  example.launch();

  example.task->stop("UserInitiated", "");
  example.loop.advance(29s);
  EXPECT_TRUE(example.driver.is_running("app"));
  example.loop.advance(1s);

  EXPECT_FALSE(example.driver.is_running("app"));
}

TEST(TaskRunner, StopsInTheOrderOpposedToTheStart) {
  Example example({container("db"), container("app", {{"db", StartCondition::start}})});
  example.driver.scripts["app"].ignores_sigterm = true;
  example.launch();
  EXPECT_THAT(example.asked("start "), ElementsAre("db", "app"));

  example.task->stop("UserInitiated", "");
  example.loop.run_posted();
  EXPECT_THAT(example.asked("signal "), ElementsAre("app 15"));
  example.exit("app", 0);

  EXPECT_THAT(example.asked("signal "), ElementsAre("app 15", "db 15"));
  EXPECT_EQ(example.state().known, Status::stopped);
}

TEST(TaskRunner, StartsAContainerOnceWhatItWaitsForHasSucceeded) {
  Example example({helper("init"), container("app", {{"init", StartCondition::success}})});
  example.launch();
  EXPECT_FALSE(example.driver.is_running("app"));

  example.exit("init", 0);

  EXPECT_TRUE(example.driver.is_running("app"));
  EXPECT_EQ(example.state().known, Status::running);
}

TEST(TaskRunner, GivesUpWhereWhatAContainerWaitsForHasFailed) {
  Example example({helper("init"), container("app", {{"init", StartCondition::success}})});
  example.launch();

  example.exit("init", 9);

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.state().stop_code, "TaskFailedToStart");
  EXPECT_THAT(example.state().stopped_reason, HasSubstr("\"init\" ended with exit code 9"));
  EXPECT_FALSE(example.state_of("app").exit_code);
}

TEST(TaskRunner, StartsAContainerOnceWhatItWaitsForIsHealthy) {
  Example example({container("db"), container("app", {{"db", StartCondition::healthy}})});
  example.spec.definition.containers[0].health_check =
      HealthCheck{.command = {"CMD", "/healthcheck"}, .interval = 10s};
  example.driver.scripts["db"].execute = [](const auto&) { return 1; };
  example.launch();
  example.loop.advance(10s);
  EXPECT_EQ(example.state_of("db").health, Health::unknown);
  EXPECT_EQ(example.state().known, Status::pulled);

  example.driver.scripts["db"].execute = nullptr;
  example.loop.advance(10s);

  EXPECT_EQ(example.state_of("db").health, Health::healthy);
  EXPECT_TRUE(example.driver.is_running("app"));
  EXPECT_THAT(example.driver.asked, Contains("execute db: /healthcheck"));
}

TEST(TaskRunner, CallsAContainerUnhealthyAfterSomeFailuresInARow) {
  Example example({container("db")});
  example.spec.definition.containers[0].health_check =
      HealthCheck{.command = {"CMD-SHELL", "exit 3"}, .interval = 10s, .retries = 2};
  example.driver.scripts["db"].execute = [](const auto&) { return 3; };
  example.launch();

  example.loop.advance(10s);
  EXPECT_EQ(example.state_of("db").health, Health::unknown);
  example.loop.advance(10s);

  EXPECT_EQ(example.state_of("db").health, Health::unhealthy);
  EXPECT_EQ(example.state_of("db").health_exit_code, 3);
  EXPECT_EQ(example.state().known, Status::running);
}

TEST(TaskRunner, FailsATaskWhoseImageIsNotThere) {
  Example example({container("app"), container("side")});
  example.driver.pull_errors.emplace("app:1",
                                     Error(Code::not_found, "CannotPullContainerError: no app:1"));

  example.launch();

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.state().stop_code, "TaskFailedToStart");
  EXPECT_EQ(example.state().stopped_reason, "CannotPullContainerError: no app:1");
  EXPECT_EQ(example.state_of("app").reason, "CannotPullContainerError: no app:1");
  EXPECT_EQ(example.asked("start ").size(), 0U);
}

TEST(TaskRunner, NamesTheErrorOfALoginThatIsRefused) {
  Example example({container("app")});
  example.services.login_error = Error(Code::permission_denied, "not authorised");

  example.launch();

  EXPECT_EQ(example.state().stopped_reason, "CannotPullContainerError: not authorised");
}

TEST(TaskRunner, FailsATaskWhoseEssentialContainerCannotStart) {
  Example example({container("side"), container("app")});
  example.driver.scripts["app"].start_error = Error(Code::not_found, "no such program");

  example.launch();

  EXPECT_EQ(example.state().stop_code, "TaskFailedToStart");
  EXPECT_EQ(example.state().stopped_reason, "CannotStartContainerError: no such program");
  EXPECT_EQ(example.state_of("side").exit_code, 143);
}

TEST(TaskRunner, FailsATaskWhoseRoleIsRefused) {
  Example example({container("app")});
  example.services.role_error =
      Error(Code::permission_denied, "ECS was unable to assume the role 'x'");

  example.launch();

  EXPECT_EQ(example.state().stop_code, "TaskFailedToStart");
  EXPECT_EQ(example.state().stopped_reason, "ECS was unable to assume the role 'x'");
  EXPECT_THAT(example.driver.asked, Not(Contains("sandbox")));
}

TEST(TaskRunner, FailsATaskThatGetsNoSandbox) {
  Example example({container("app")});
  example.driver.sandbox_error = Error(Code::unavailable, "no pause image");

  example.launch();

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.state().stopped_reason, "ResourceInitializationError: no pause image");
}

TEST(TaskRunner, FailsATaskWhosePortIsTaken) {
  Example example({container("app")});
  example.spec.definition.containers[0].port_mappings = {
      {.container_port = 8080, .host_port = 18080}};
  example.driver.on_network = [](FakeNetwork& network) {
    network.publish_error = Error(Code::unavailable, "port 18080 is taken");
  };

  example.launch();

  EXPECT_EQ(example.state().stop_code, "TaskFailedToStart");
  EXPECT_THAT(example.state().stopped_reason, HasSubstr("port 18080 is taken"));
  EXPECT_THAT(example.driver.asked, Contains("remove"));
}

TEST(TaskRunner, FailsAContainerWhoseLogCannotBeOpened) {
  Example example({container("app")});
  example.spec.definition.containers[0].log_configuration = LogConfiguration{"awslogs", {}};
  example.services.log_error = Error(Code::not_found, "ResourceInitializationError: no group");

  example.launch();

  EXPECT_EQ(example.state().stopped_reason, "ResourceInitializationError: no group");
}

TEST(TaskRunner, WritesLinesIntoTheLog) {
  Example example({container("app"), container("mute")});
  example.spec.definition.containers[0].log_configuration = LogConfiguration{"awslogs", {}};
  example.launch();

  example.driver.print("app", "hello");
  example.driver.print("mute", "nobody hears");

  EXPECT_THAT(example.services.lines["app"], ElementsAre("hello"));
  EXPECT_EQ(example.services.lines.size(), 1U);
}

TEST(TaskRunner, SettlesAContainerThatEndsWhileItStarts) {
  Example example({helper("init"), container("app", {{"init", StartCondition::complete}})});
  example.driver.scripts["init"].exits_while_starting = 4;

  example.launch();

  EXPECT_EQ(example.state_of("init").exit_code, 4);
  EXPECT_TRUE(example.state_of("init").started_at);
  EXPECT_TRUE(example.driver.is_running("app"));
}

TEST(TaskRunner, StopsAContainerThatIsStillStartingOnceItIsThere) {
  Example example({container("app")});
  example.driver.scripts["app"].start_time = 10s;
  example.launch();

  example.task->stop("UserInitiated", "");
  example.loop.advance(9s);
  EXPECT_EQ(example.state().known, Status::stopping);
  example.loop.advance(1s);

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.state_of("app").exit_code, 143);
}

TEST(TaskRunner, StopsWhileImagesArePulled) {
  Example example({container("app"), container("side")});
  example.driver.pull_time = 10s;
  example.launch();

  example.task->stop("UserInitiated", "");
  example.loop.advance(10s);

  EXPECT_EQ(example.state().known, Status::stopped);
  EXPECT_EQ(example.asked("pull ").size(), 1U);
  EXPECT_EQ(example.asked("start ").size(), 0U);
}

TEST(TaskRunner, EndsWhenNothingOfItRunsAnyMore) {
  Example example({helper("one"), helper("two")});
  example.launch();

  example.exit("one", 0);
  example.exit("two", 0);

  EXPECT_EQ(example.state().known, Status::stopped);
}

TEST(TaskRunner, ServesMetadataAndCredentialsToItsContainers) {
  Example example({container("app")});
  example.spec.definition.task_role_arn = "arn:aws:iam::111111111111:role/task";
  example.launch();
  const std::string path = example.metadata_path("app");

  EXPECT_THAT(example.get(path), HasSubstr("\"DockerId\":\"docker-app\""));
  EXPECT_THAT(example.get(path + "/task"), HasSubstr("\"KnownStatus\":\"RUNNING\""));
  EXPECT_THAT(example.get("/v2/credentials/credentials-1"), HasSubstr("ASIA1"));
  EXPECT_THAT(example.get("/v2/credentials/other"), HasSubstr("InvalidIdInRequest"));
  EXPECT_THAT(example.get("/v4/other/task"), HasSubstr("other"));
}

TEST(TaskRunner, ReadsFiguresEachSecond) {
  Example example({container("app"), container("side")});
  example.driver.scripts["app"].stats = ContainerStats{.memory_bytes = 4096};
  example.driver.scripts["side"].stats = ContainerStats{};
  example.launch();
  const std::string path = example.metadata_path("app");
  EXPECT_THAT(example.get(path + "/stats"), "null");

  example.loop.advance(1s);
  example.driver.network->figures["eth0"].rx_bytes = 5000;
  example.loop.advance(1s);

  const std::string stats = example.get(path + "/stats");
  EXPECT_THAT(stats, HasSubstr("\"usage\":4096"));
  EXPECT_THAT(stats, HasSubstr("\"preread\":\"2023-11-14T22:13:21Z\""));
  EXPECT_THAT(stats, HasSubstr("\"rx_bytes_per_sec\":2500.0"));
  EXPECT_THAT(example.get(path + "/task/stats"), HasSubstr("docker-side"));
}

TEST(TaskRunner, RunsManyTasksAtOnce) {
  Example example({container("app")});
  std::vector<std::unique_ptr<RunningTask>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(example.runner.launch(example.spec, nullptr));
  example.loop.run_posted();
  EXPECT_EQ(example.driver.running(), 200U);

  for (const auto& task : tasks) {
    net::Started<void> closed(task->close());
    example.loop.run_posted();
    EXPECT_TRUE(closed.done());
  }

  EXPECT_EQ(example.driver.running(), 0U);
}

}  // namespace
}  // namespace tributary::lab
