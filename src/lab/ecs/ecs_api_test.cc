#include "lab/ecs/ecs_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/ecs/test_ecs.h"

namespace tributary::lab::ecs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

class EcsApiTest : public ::testing::Test {
 protected:
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const Question& question : ecs_.authority.questions)
      all.push_back(question.action + " " + question.resource);
    return all;
  }
  std::string run_task(const std::string& more = "") {
    return at(ecs_.ask("RunTask", R"({"cluster": "main", "taskDefinition": "web")" + more + "}"),
              "tasks.0.taskArn");
  }
  config::Node describe_task(const std::string& arn) {
    return ecs_.ask("DescribeTasks",
                    R"({"cluster": "main", "include": ["TAGS"], "tasks": [")" + arn + R"("]})");
  }

  TestEcs ecs_;
};

TEST_F(EcsApiTest, MakesAndFindsClusters) {
  const config::Node made =
      ecs_.ask("CreateCluster", R"({"clusterName": "main", "tags": [{"key": "a", "value": "b"}]})");
  ecs_.ask("CreateCluster", R"({"clusterName": "main"})");
  ecs_.ask("CreateCluster", "{}");

  EXPECT_EQ(at(made, "cluster.status"), "ACTIVE");
  EXPECT_EQ(at(made, "cluster.tags.0.value"), "b");
  const config::Node found =
      ecs_.ask("DescribeClusters", R"({"clusters": ["main", "none"], "include": ["TAGS"]})");
  EXPECT_EQ(at(found, "clusters.0.clusterArn"), "arn:aws:ecs:eu-west-1:111111111111:cluster/main");
  EXPECT_EQ(at(found, "clusters.0.tags.0.key"), "a");
  EXPECT_EQ(at(found, "failures.0.reason"), "MISSING");
  EXPECT_EQ(at(ecs_.ask("ListClusters", "{}"), "clusterArns"), "2 elements");
}

TEST_F(EcsApiTest, KeepsAccountsApart) {
  ecs_.set_up();

  EXPECT_EQ(at(ecs_.ask("ListClusters", "{}", central_caller()), "clusterArns"), "0 elements");
  EXPECT_EQ(at(ecs_.ask("ListTaskDefinitions", "{}", central_caller()), "taskDefinitionArns"),
            "0 elements");
  EXPECT_EQ(ecs_.refusal_of("ListServices",
                            R"({"cluster": "arn:aws:ecs:eu-west-1:111111111111:cluster/main"})",
                            central_caller()),
            "ClusterNotFoundException: Cluster not found.");
}

TEST_F(EcsApiTest, DeletesClustersThatHaveNothingInThem) {
  ecs_.set_up();
  ecs_.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                "desiredCount": 0})");
  EXPECT_THAT(ecs_.refusal_of("DeleteCluster", R"({"cluster": "main"})"),
              StartsWith("ClusterContainsServicesException: "));
  ecs_.ask("DeleteService", R"({"cluster": "main", "service": "x"})");
  const std::string task = run_task();
  EXPECT_THAT(ecs_.refusal_of("DeleteCluster", R"({"cluster": "main"})"),
              StartsWith("ClusterContainsTasksException: "));
  ecs_.launcher.exit(0, 0);

  EXPECT_EQ(at(ecs_.ask("DeleteCluster", R"({"cluster": "main"})"), "cluster.status"), "INACTIVE");
  EXPECT_EQ(ecs_.refusal_of("DeleteCluster", R"({"cluster": "main"})"),
            "ClusterNotFoundException: Cluster not found.");
  EXPECT_EQ(at(ecs_.ask("DescribeClusters", R"({"clusters": ["main"]})"), "clusters.0.status"),
            "INACTIVE");
  ecs_.loop.advance(1h);
  EXPECT_EQ(at(ecs_.ask("ListClusters", "{}"), "clusterArns"), "0 elements");
  EXPECT_EQ(at(ecs_.ask("DescribeClusters", R"({"clusters": ["main"]})"), "failures.0.reason"),
            "MISSING");
}

TEST_F(EcsApiTest, NumbersRevisionsAndFindsThemByAllTheirNames) {
  ecs_.set_up();
  const config::Node second = ecs_.ask("RegisterTaskDefinition", TestEcs::kWeb);

  EXPECT_EQ(at(second, "taskDefinition.revision"), "2");
  EXPECT_EQ(at(second, "taskDefinition.executionRoleArn"),
            "arn:aws:iam::111111111111:role/execution");
  EXPECT_EQ(at(second, "tags.0.key"), "team");
  const auto found = [this](const std::string& name) {
    return at(ecs_.ask("DescribeTaskDefinition", R"({"taskDefinition": ")" + name + R"("})"),
              "taskDefinition.revision");
  };
  EXPECT_EQ(found("web"), "2");
  EXPECT_EQ(found("web:1"), "1");
  EXPECT_EQ(found("arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1"), "1");
  EXPECT_EQ(ecs_.refusal_of("DescribeTaskDefinition", R"({"taskDefinition": "web:3"})"),
            "ClientException: Unable to describe task definition.");
}

TEST_F(EcsApiTest, DeregistersAndDeletesRevisions) {
  ecs_.set_up();
  EXPECT_EQ(at(ecs_.ask("DeleteTaskDefinitions", R"({"taskDefinitions": ["web:1"]})"),
               "failures.0.reason"),
            "TASK_DEFINITION_IS_ACTIVE");

  ecs_.ask("DeregisterTaskDefinition", R"({"taskDefinition": "web:1"})");
  EXPECT_EQ(at(ecs_.ask("ListTaskDefinitions", R"({"status": "INACTIVE"})"), "taskDefinitionArns"),
            "1 elements");
  EXPECT_EQ(ecs_.refusal_of("RunTask", R"({"cluster": "main", "taskDefinition": "web:1"})"),
            "ClientException: TaskDefinition is inactive");
  EXPECT_EQ(at(ecs_.ask("DeleteTaskDefinitions", R"({"taskDefinitions": ["web:1"]})"),
               "taskDefinitions.0.status"),
            "DELETE_IN_PROGRESS");

  EXPECT_EQ(at(ecs_.ask("ListTaskDefinitions", R"({"status": "INACTIVE"})"), "taskDefinitionArns"),
            "0 elements");
  EXPECT_EQ(at(ecs_.ask("RegisterTaskDefinition", TestEcs::kWeb), "taskDefinition.revision"), "2")
      << "numbers are never used twice";
}

TEST_F(EcsApiTest, RefusesRolesOfOtherAccounts) {
  std::string text = TestEcs::kWeb;
  text.replace(text.find("111111111111"), 12, "999999999999");

  EXPECT_THAT(ecs_.refusal_of("RegisterTaskDefinition", text),
              StartsWith("ClientException: Role is not valid"));
}

TEST_F(EcsApiTest, AsksWhetherTheCallerMay) {
  ecs_.set_up();
  ecs_.authority.questions.clear();

  run_task();

  EXPECT_THAT(asked(),
              ElementsAre("ecs:RunTask arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1",
                          "iam:PassRole arn:aws:iam::111111111111:role/task",
                          "iam:PassRole arn:aws:iam::111111111111:role/execution"));
  EXPECT_THAT(ecs_.authority.questions[0].context,
              ElementsAre(Pair("ecs:cluster", "arn:aws:ecs:eu-west-1:111111111111:cluster/main")));
  EXPECT_THAT(ecs_.authority.questions[1].context,
              ElementsAre(Pair("iam:PassedToService", "ecs-tasks.amazonaws.com")));
  EXPECT_EQ(ecs_.authority.questions[1].access_key_id, workload_caller().access_key_id);
}

TEST_F(EcsApiTest, DoesNothingForACallerWhoMayNot) {
  ecs_.set_up();
  ecs_.authority.deny("iam:PassRole");

  EXPECT_THAT(ecs_.refusal_of("RunTask", R"({"cluster": "main", "taskDefinition": "web"})"),
              HasSubstr("is not authorized to perform: iam:PassRole on resource: "
                        "arn:aws:iam::111111111111:role/task"));
  EXPECT_TRUE(ecs_.launcher.specs.empty());
}

TEST_F(EcsApiTest, RunsTasksWithOverrides) {
  ecs_.set_up();
  const config::Node ran = ecs_.ask("RunTask", R"({
    "cluster": "main", "taskDefinition": "web", "count": 2, "startedBy": "me",
    "launchType": "FARGATE", "platformVersion": "1.4.0", "enableECSManagedTags": true,
    "propagateTags": "TASK_DEFINITION", "enableExecuteCommand": false,
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    "overrides": {"cpu": "512", "memory": "1 GB", "taskRoleArn": "other",
      "containerOverrides": [{"name": "app", "command": ["x"], "cpu": 10, "memory": 100,
                              "environment": [{"name": "B", "value": "2"}]}]}})");

  EXPECT_EQ(at(ran, "tasks"), "2 elements");
  EXPECT_EQ(at(ran, "tasks.0.overrides.containerOverrides.0.environment.0.value"), "2");
  EXPECT_EQ(at(ran, "tasks.0.attachments.0.details.0.value"), "subnet-1");
  ASSERT_EQ(ecs_.launcher.specs.size(), 2U);
  const TaskSpec& spec = ecs_.launcher.specs[0];
  EXPECT_EQ(spec.definition.cpu_units, 512U);
  EXPECT_EQ(spec.definition.memory_mib, 1024U);
  EXPECT_EQ(spec.definition.task_role_arn, "arn:aws:iam::111111111111:role/other");
  EXPECT_THAT(spec.definition.containers[0].command, ElementsAre("x"));
  EXPECT_THAT(spec.definition.containers[0].environment,
              ElementsAre(Pair("A", "1"), Pair("B", "2")));
  EXPECT_EQ(spec.definition.containers[0].cpu_units, 10U);
  EXPECT_THAT(spec.tags, ElementsAre(Pair("aws:ecs:clusterName", "main"), Pair("team", "metrics")));
  EXPECT_EQ(spec.launch_type, "FARGATE");
  EXPECT_EQ(spec.cluster, "main");
}

TEST_F(EcsApiTest, RefusesToRunWhatCannotRun) {
  ecs_.set_up();
  const auto refused = [this](const std::string& more) {
    return ecs_.refusal_of("RunTask",
                           R"({"cluster": "main", "taskDefinition": "web")" + more + "}");
  };

  EXPECT_EQ(refused(R"(, "overrides": {"containerOverrides": [{"name": "none"}]})"),
            "InvalidParameterException: Override for container named none is not a container in "
            "the TaskDefinition.");
  EXPECT_EQ(refused(R"(, "count": 11)"),
            "InvalidParameterException: count must be from 1 to 10, got 11");
  EXPECT_EQ(refused(R"(, "launchType": "EXTERNAL")"),
            "InvalidParameterException: Task definition does not support launch_type EXTERNAL.");
  EXPECT_EQ(refused(R"(, "enableExecuteCommand": true)"),
            "InvalidParameterException: enableExecuteCommand: this lab does not support it");
  EXPECT_THAT(refused(R"(, "platformVersion": "9")"), StartsWith("PlatformUnknownException: "));
  EXPECT_EQ(ecs_.refusal_of("RunTask", R"({"cluster": "none", "taskDefinition": "web"})"),
            "ClusterNotFoundException: Cluster not found.");
  EXPECT_TRUE(ecs_.launcher.specs.empty());
}

TEST_F(EcsApiTest, RunsNothingTwiceForOneToken) {
  ecs_.set_up();

  const std::string first = run_task(R"(, "clientToken": "t")");
  const std::string again = run_task(R"(, "clientToken": "t")");

  EXPECT_EQ(first, again);
  EXPECT_EQ(ecs_.launcher.specs.size(), 1U);
  EXPECT_THAT(ecs_.refusal_of("RunTask", R"({"cluster": "main", "taskDefinition": "web",
                                             "clientToken": "t", "count": 2})"),
              StartsWith("ConflictException: "));
}

TEST_F(EcsApiTest, ShowsATaskFromItsStartToItsEnd) {
  ecs_.set_up();
  const std::string arn = run_task();
  EXPECT_EQ(at(describe_task(arn), "tasks.0.lastStatus"), "PENDING");
  ecs_.launcher.run(0);
  ecs_.launcher.tasks[0]->set_health(Health::healthy);

  config::Node task = describe_task(arn);
  EXPECT_EQ(at(task, "tasks.0.lastStatus"), "RUNNING");
  EXPECT_EQ(at(task, "tasks.0.healthStatus"), "HEALTHY");
  EXPECT_EQ(at(task, "tasks.0.group"), "family:web");
  EXPECT_EQ(at(task, "tasks.0.containers.0.lastStatus"), "RUNNING");
  EXPECT_EQ(at(task, "tasks.0.containers.0.networkInterfaces.0.privateIpv4Address"), "127.64.0.1");
  EXPECT_EQ(at(task, "tasks.0.startedAt"), "1700000000.000");
  EXPECT_EQ(at(task, "tasks.0.stoppedReason"), "(none)");
  ecs_.launcher.exit(0, 3);

  task = describe_task(arn);
  EXPECT_EQ(at(task, "tasks.0.lastStatus"), "STOPPED");
  EXPECT_EQ(at(task, "tasks.0.desiredStatus"), "STOPPED");
  EXPECT_EQ(at(task, "tasks.0.stopCode"), "EssentialContainerExited");
  EXPECT_EQ(at(task, "tasks.0.stoppedReason"), "Essential container in task exited");
  EXPECT_EQ(at(task, "tasks.0.containers.0.exitCode"), "3");
}

TEST_F(EcsApiTest, StopsTasksForTheReasonGiven) {
  ecs_.set_up();
  const std::string arn = run_task();
  ecs_.launcher.run(0);
  ecs_.launcher.tasks[0]->set_slow_to_stop();

  const config::Node stopped =
      ecs_.ask("StopTask", R"({"cluster": "main", "reason": "enough", "task": ")" + arn + R"("})");
  EXPECT_EQ(at(stopped, "task.lastStatus"), "STOPPING");
  EXPECT_EQ(at(stopped, "task.stopCode"), "UserInitiated");
  EXPECT_EQ(at(stopped, "task.stoppedReason"), "enough");
  ecs_.launcher.tasks[0]->finish();

  EXPECT_EQ(at(describe_task(arn), "tasks.0.lastStatus"), "STOPPED");
  EXPECT_EQ(ecs_.refusal_of("StopTask", R"({"cluster": "main", "task": "none"})"),
            "InvalidParameterException: The referenced task was not found.");
}

TEST_F(EcsApiTest, ListsTasksByWhatTheyAre) {
  ecs_.set_up();
  run_task(R"(, "startedBy": "me")");
  run_task();
  ecs_.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                "desiredCount": 1})");
  ecs_.launcher.exit(1, 0);
  const auto count = [this](const std::string& filter) {
    return at(ecs_.ask("ListTasks", R"({"cluster": "main")" + filter + "}"), "taskArns");
  };

  EXPECT_EQ(count(""), "2 elements");
  EXPECT_EQ(count(R"(, "startedBy": "me")"), "1 elements");
  EXPECT_EQ(count(R"(, "serviceName": "x")"), "1 elements");
  EXPECT_EQ(count(R"(, "desiredStatus": "STOPPED")"), "1 elements");
  EXPECT_EQ(count(R"(, "family": "other")"), "0 elements");
  EXPECT_EQ(ecs_.refusal_of("ListTasks", R"({"cluster": "main", "serviceName": "none"})"),
            "ServiceNotFoundException: Service not found.");
}

TEST_F(EcsApiTest, GivesLongListsInPages) {
  ecs_.ask("CreateCluster", R"({"clusterName": "a"})");
  ecs_.ask("CreateCluster", R"({"clusterName": "b"})");
  ecs_.ask("CreateCluster", R"({"clusterName": "c"})");

  const config::Node first = ecs_.ask("ListClusters", R"({"maxResults": 2})");
  const config::Node second = ecs_.ask(
      "ListClusters", R"({"maxResults": 2, "nextToken": ")" + at(first, "nextToken") + R"("})");

  EXPECT_EQ(at(first, "clusterArns"), "2 elements");
  EXPECT_THAT(at(second, "clusterArns.0"), HasSubstr("cluster/c"));
  EXPECT_EQ(at(second, "nextToken"), "(none)");
  EXPECT_THAT(ecs_.refusal_of("ListClusters", R"({"nextToken": "?"})"),
              StartsWith("InvalidParameterException: Invalid token"));
}

TEST_F(EcsApiTest, ForgetsStoppedTasksAfterAnHour) {
  ecs_.set_up();
  const std::string arn = run_task();
  ecs_.launcher.exit(0, 0);
  ecs_.loop.advance(59min);
  EXPECT_EQ(at(describe_task(arn), "tasks.0.lastStatus"), "STOPPED");

  ecs_.loop.advance(1min);

  EXPECT_EQ(at(describe_task(arn), "failures.0.reason"), "MISSING");
}

TEST_F(EcsApiTest, MakesAServiceOnceHoweverOftenItIsAsked) {
  ecs_.set_up();
  const std::string request = R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                  "desiredCount": 1, "clientToken": "t"})";
  ecs_.ask("CreateService", request);

  ecs_.ask("CreateService", request);

  EXPECT_EQ(ecs_.launcher.specs.size(), 1U);
  EXPECT_EQ(ecs_.refusal_of("CreateService", R"({"cluster": "main", "serviceName": "x",
                                               "taskDefinition": "web", "desiredCount": 2})"),
            "InvalidParameterException: Creation of service was not idempotent.");
}

TEST_F(EcsApiTest, RefusesOfServicesWhatTheLabHasNothingFor) {
  ecs_.set_up();
  const auto refused = [this](const std::string& more) {
    return ecs_.refusal_of("CreateService", R"({"cluster": "main", "serviceName": "x",
                                                "taskDefinition": "web", "desiredCount": 1)" +
                                                more + "}");
  };

  EXPECT_EQ(refused(R"(, "loadBalancers": [{"containerName": "app"}])"),
            "InvalidParameterException: loadBalancers: this lab does not support it");
  EXPECT_THAT(refused(R"(, "schedulingStrategy": "DAEMON")"), HasSubstr("REPLICA alone"));
  EXPECT_THAT(refused(R"(, "desiredcount": 1)"), HasSubstr("unknown key \"desiredcount\""));
  EXPECT_THAT(refused(R"(, "deploymentConfiguration": {"maximumPercent": 100})"),
              HasSubstr("block deployments"));
  EXPECT_THAT(ecs_.refusal_of("ExecuteCommand", "{}"), StartsWith("UnsupportedFeatureException: "));
  EXPECT_THAT(ecs_.refusal_of("Nonsense", "{}"), StartsWith("UnknownOperationException: "));
}

TEST_F(EcsApiTest, DeletesAServiceScaledAboveZeroOnlyByForce) {
  ecs_.set_up();
  ecs_.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                "desiredCount": 1})");

  EXPECT_EQ(ecs_.refusal_of("DeleteService", R"({"cluster": "main", "service": "x"})"),
            "InvalidParameterException: The service cannot be stopped while it is scaled above 0.");
  ecs_.ask("DeleteService", R"({"cluster": "main", "service": "x", "force": true})");

  const std::string describe = R"({"cluster": "main", "services": ["x"]})";
  EXPECT_EQ(at(ecs_.ask("DescribeServices", describe), "services.0.status"), "INACTIVE");
  EXPECT_EQ(ecs_.refusal_of("UpdateService", R"({"cluster": "main", "service": "x"})"),
            "ServiceNotActiveException: Service was not ACTIVE.");
  ecs_.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                "desiredCount": 0})");
  EXPECT_EQ(at(ecs_.ask("DescribeServices", describe), "services.0.status"), "ACTIVE");
}

TEST_F(EcsApiTest, TagsEverythingThatHasAnArn) {
  ecs_.set_up();
  ecs_.ask("CreateService", R"({"cluster": "main", "serviceName": "x", "taskDefinition": "web",
                                "desiredCount": 1, "tags": [{"key": "s", "value": "t"}],
                                "propagateTags": "SERVICE", "enableECSManagedTags": true})");
  const std::string place = "arn:aws:ecs:eu-west-1:111111111111:";
  const std::string task = place + "task/main/" + ecs_.launcher.specs[0].id;
  EXPECT_THAT(ecs_.launcher.specs[0].tags,
              ElementsAre(Pair("aws:ecs:clusterName", "main"), Pair("aws:ecs:serviceName", "x"),
                          Pair("s", "t")));

  for (const std::string& arn :
       {place + "cluster/main", place + "service/main/x", task, place + "task-definition/web:1"}) {
    const std::string about = R"({"resourceArn": ")" + arn + R"(")";
    const std::size_t before =
        ecs_.ask("ListTagsForResource", about + "}").find("tags")->elements().size();
    ecs_.ask("TagResource", about + R"(, "tags": [{"key": "new", "value": "1"}]})");
    EXPECT_EQ(ecs_.ask("ListTagsForResource", about + "}").find("tags")->elements().size(),
              before + 1)
        << arn;
    ecs_.ask("UntagResource", about + R"(, "tagKeys": ["new"]})");
    EXPECT_EQ(ecs_.ask("ListTagsForResource", about + "}").find("tags")->elements().size(), before);
    EXPECT_THAT(
        ecs_.refusal_of("TagResource", about + R"(, "tags": [{"key": "aws:x", "value": "1"}]})"),
        HasSubstr("reserved"));
  }
  EXPECT_THAT(ecs_.refusal_of("ListTagsForResource",
                              R"({"resourceArn": "arn:aws:ecs:eu-west-1:999999999999:cluster/a"})"),
              HasSubstr("of this account and region"));
}

TEST_F(EcsApiTest, EndsEveryTaskWhenItCloses) {
  ecs_.set_up();
  run_task();
  ecs_.launcher.run(0);

  net::run_task(ecs_.loop, ecs_.plane.close());

  const auto tasks = ecs_.plane.tasks().list(place_of(workload_caller()), "main");
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_FALSE(tasks[0]->running);
  EXPECT_EQ(tasks[0]->state().stopped_reason, "The lab is shutting down");
  const config::Node late = ecs_.ask("RunTask", R"({"cluster": "main", "taskDefinition": "web"})");
  EXPECT_EQ(at(late, "failures.0.detail"), "this lab is shutting down");
}

}  // namespace
}  // namespace tributary::lab::ecs
