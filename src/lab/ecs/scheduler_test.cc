#include "lab/ecs/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/ecs/test_ecs.h"

namespace tributary::lab::ecs {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() { ecs_.set_up(); }

  void create(const std::string& more = "") {
    ecs_.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                  "desiredCount": 1)" +
                                  more + "}");
  }
  config::Node service() {
    return ecs_.ask("DescribeServices", R"({"cluster": "main", "services": ["x"]})");
  }
  // Oldest first.
  std::vector<std::string> events() {
    std::vector<std::string> all;
    const config::Node node = service();
    const auto& list = node.find("services")->elements()[0].find("events")->elements();
    for (auto one = list.rbegin(); one != list.rend(); ++one) all.push_back(at(*one, "message"));
    return all;
  }
  void run_healthy(std::size_t i) {
    ecs_.launcher.tasks[i]->set_health(Health::healthy);
    ecs_.launcher.run(i);
    ecs_.loop.run_posted();
  }
  std::size_t launched() {
    ecs_.loop.run_posted();
    return ecs_.launcher.specs.size();
  }

  TestEcs ecs_;
};

constexpr const char* kBreaker =
    R"(, "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true,
         "rollback": true}})";

TEST_F(SchedulerTest, BringsAServiceToItsDesiredCountAndSaysSo) {
  create();
  ASSERT_EQ(launched(), 1U);
  const std::string id = ecs_.launcher.specs[0].id;

  run_healthy(0);
  ecs_.loop.advance(5s);

  const config::Node node = service();
  EXPECT_EQ(at(node, "services.0.runningCount"), "1");
  EXPECT_EQ(at(node, "services.0.deployments.0.rolloutState"), "COMPLETED");
  const auto told = events();
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_EQ(told[0], "(service x) has started 1 tasks: (task " + id + ").");
  EXPECT_THAT(told[1], AllOf(HasSubstr("(service x) (deployment ecs-svc/"),
                             HasSubstr(") deployment completed.")));
  EXPECT_EQ(told[2], "(service x) has reached a steady state.");
}

TEST_F(SchedulerTest, IsNotSteadyBeforeTheTaskIsHealthy) {
  create();
  launched();
  ecs_.launcher.run(0);

  ecs_.loop.advance(60s);
  EXPECT_EQ(at(service(), "services.0.deployments.0.rolloutState"), "IN_PROGRESS");
  ecs_.launcher.tasks[0]->set_health(Health::healthy);

  EXPECT_EQ(at(service(), "services.0.deployments.0.rolloutState"), "COMPLETED");
}

TEST_F(SchedulerTest, FollowsTheDesiredCount) {
  create();
  run_healthy(0);

  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "desiredCount": 3})");
  EXPECT_EQ(launched(), 3U);
  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "desiredCount": 0})");

  const config::Node node = service();
  EXPECT_EQ(at(node, "services.0.runningCount"), "0");
  EXPECT_EQ(at(node, "services.0.pendingCount"), "0");
  EXPECT_THAT(events(), Contains(HasSubstr("(service x) has stopped 3 running tasks: (task ")));
}

TEST_F(SchedulerTest, ReplacesATaskThatHasEndedAtOnceWhereItHadStayedUp) {
  create();
  run_healthy(0);
  ecs_.loop.advance(30s);

  ecs_.launcher.exit(0, 1);

  EXPECT_EQ(launched(), 2U);
}

TEST_F(SchedulerTest, WaitsLongerAndLongerWhereTasksDoNotStayUp) {
  create();
  std::vector<Duration> waits;
  Duration waited{};
  for (std::size_t i = 0; i < 9; ++i) {
    launched();
    ecs_.launcher.run(i);
    ecs_.launcher.exit(i, 1);
    for (waited = {}; launched() == i + 1; waited += 1s) ecs_.loop.advance(1s);
    waits.push_back(waited);
  }

  EXPECT_THAT(waits, ::testing::ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s));
  EXPECT_THAT(events(),
              Contains(AllOf(HasSubstr("(service x) is unable to consistently start tasks "
                                       "successfully."),
                             HasSubstr("Essential container in task exited"))));
}

TEST_F(SchedulerTest, SaysWhyATaskCouldNotBePlaced) {
  create();
  launched();

  ecs_.launcher.tasks[0]->fail_to_start("CannotPullContainerError: no such image");

  EXPECT_THAT(events(), Contains("(service x) was unable to place a task. Reason: "
                                 "CannotPullContainerError: no such image"));
}

TEST_F(SchedulerTest, ReplacesATaskThatFailsItsHealthChecks) {
  create();
  run_healthy(0);
  const std::string id = ecs_.launcher.specs[0].id;
  ecs_.loop.advance(60s);

  ecs_.launcher.tasks[0]->set_health(Health::unhealthy);
  ecs_.loop.advance(2s);

  EXPECT_EQ(launched(), 2U);
  EXPECT_THAT(events(), Contains("(service x) (task " + id + ") failed container health checks."));
  const config::Node stopped =
      ecs_.ask("DescribeTasks", R"({"cluster": "main", "tasks": [")" + id + R"("]})");
  EXPECT_EQ(at(stopped, "tasks.0.stoppedReason"), "Task failed container health checks");
}

TEST_F(SchedulerTest, BringsANewDefinitionInBeforeTheOldOneGoes) {
  create();
  run_healthy(0);
  ecs_.loop.advance(10s);
  ecs_.ask("RegisterTaskDefinition", TestEcs::kWeb);

  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "taskDefinition": "web:2"})");
  ASSERT_EQ(launched(), 2U);
  EXPECT_EQ(at(service(), "services.0.deployments"), "2 elements");
  EXPECT_EQ(at(service(), "services.0.deployments.1.status"), "ACTIVE");
  EXPECT_EQ(at(service(), "services.0.deployments.1.runningCount"), "1");
  run_healthy(1);
  ecs_.loop.advance(5s);

  const config::Node node = service();
  EXPECT_EQ(at(node, "services.0.deployments"), "1 elements");
  EXPECT_EQ(at(node, "services.0.runningCount"), "1");
  EXPECT_EQ(at(node, "services.0.deployments.0.taskDefinition"),
            "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:2");
  EXPECT_EQ(at(node, "services.0.deployments.0.rolloutState"), "COMPLETED");
  EXPECT_EQ(ecs_.launcher.specs[1].definition.revision, 2U);
}

TEST_F(SchedulerTest, KeepsAYoungTaskUntilItsSuccessorIsHealthy) {
  create();
  ecs_.launcher.run(0);

  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "forceNewDeployment": true})");
  ASSERT_EQ(launched(), 2U);
  ecs_.launcher.run(1);
  ecs_.loop.advance(30s);
  EXPECT_EQ(at(service(), "services.0.runningCount"), "2");
  ecs_.launcher.tasks[1]->set_health(Health::healthy);

  EXPECT_EQ(at(service(), "services.0.runningCount"), "1");
}

TEST_F(SchedulerTest, StartsAllTasksAnewWhenForced) {
  create();
  run_healthy(0);
  ecs_.loop.advance(10s);

  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "forceNewDeployment": true})");

  EXPECT_EQ(launched(), 2U);
}

TEST_F(SchedulerTest, GivesADeploymentUpAndGoesBackToTheLastThatWorked) {
  create(kBreaker);
  run_healthy(0);
  ecs_.loop.advance(10s);
  ecs_.ask("RegisterTaskDefinition", TestEcs::kWeb);
  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "taskDefinition": "web:2"})");

  for (std::size_t i = 1; i <= 3; ++i) {
    ASSERT_EQ(launched(), i + 1);
    ecs_.launcher.tasks[i]->fail_to_start("CannotPullContainerError: no such image");
    ecs_.loop.advance(4s);
  }

  const config::Node node = service();
  EXPECT_EQ(at(node, "services.0.taskDefinition"),
            "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1");
  EXPECT_EQ(at(node, "services.0.runningCount"), "1") << "the old one was never stopped";
  EXPECT_THAT(events(), Contains(HasSubstr(") deployment failed: tasks failed to start.")));
  EXPECT_THAT(events(), Contains(HasSubstr("(service x) rolling back to (deployment ecs-svc/")));
  ASSERT_EQ(launched(), 5U);
  run_healthy(4);
  ecs_.loop.advance(5s);
  EXPECT_EQ(at(service(), "services.0.deployments.0.rolloutState"), "COMPLETED");
  EXPECT_EQ(at(service(), "services.0.deployments"), "1 elements");
}

TEST_F(SchedulerTest, StopsTryingWhereThereIsNothingToGoBackTo) {
  create(kBreaker);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(launched(), i + 1);
    ecs_.launcher.tasks[i]->fail_to_start("no");
    ecs_.loop.advance(4s);
  }

  ecs_.loop.advance(10min);

  EXPECT_EQ(launched(), 3U);
  const config::Node node = service();
  EXPECT_EQ(at(node, "services.0.deployments.0.rolloutState"), "FAILED");
  EXPECT_EQ(at(node, "services.0.deployments.0.failedTasks"), "3");
  EXPECT_EQ(at(node, "services.0.deployments.0.rolloutStateReason"),
            "ECS deployment circuit breaker: tasks failed to start.");
}

TEST_F(SchedulerTest, DrainsAServiceThatIsDeleted) {
  create();
  ecs_.launcher.slow_to_stop = true;
  ecs_.ask("UpdateService", R"({"cluster": "main", "service": "x", "desiredCount": 2})");
  ASSERT_EQ(launched(), 2U);

  EXPECT_EQ(at(ecs_.ask("DeleteService", R"({"cluster": "main", "service": "x", "force": true})"),
               "service.status"),
            "DRAINING");
  EXPECT_EQ(at(service(), "services.0.status"), "DRAINING");
  ecs_.launcher.tasks[1]->finish();

  EXPECT_EQ(at(service(), "services.0.status"), "INACTIVE");
  EXPECT_EQ(at(ecs_.ask("ListServices", R"({"cluster": "main"})"), "serviceArns"), "0 elements");
}

TEST_F(SchedulerTest, LeavesTasksAloneThatHaveNoService) {
  create();
  ecs_.ask("RunTask", R"({"cluster": "main", "taskDefinition": "web"})");

  ASSERT_EQ(launched(), 2U);
  ecs_.launcher.exit(1, 0);
  ecs_.loop.advance(1min);

  EXPECT_EQ(launched(), 2U);
  EXPECT_THAT(events(), Not(Contains(HasSubstr(ecs_.launcher.specs[1].id))));
}

TEST(SchedulerLimit, TellsThatThereIsNoRoomAndTriesAgain) {
  TestEcs ecs({.tasks = {.running_max = 1}});
  ecs.set_up();
  ecs.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                               "desiredCount": 2})");
  const config::Node node =
      ecs.ask("DescribeServices", R"({"cluster": "main", "services": ["x"]})");
  EXPECT_THAT(at(node, "services.0.events.0.message"),
              HasSubstr("(service x) was unable to place a task. Reason: Capacity is unavailable"));

  ecs.launcher.tasks[0]->stop("UserInitiated", "room");
  ecs.loop.advance(20s);

  EXPECT_EQ(ecs.launcher.specs.size(), 2U);
}

}  // namespace
}  // namespace tributary::lab::ecs
