#include "lab/client/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "lab/client/testing.h"
#include "lab/ecs/task_definition.h"

namespace tributary::lab::client {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kTask = "0123456789abcdef0123456789abcdef";

std::string definition_arn(int revision) {
  return "arn:aws:ecs:eu-west-1:111111111111:task-definition/demo:" + std::to_string(revision);
}

std::string task_arn() {
  return std::string("arn:aws:ecs:eu-west-1:111111111111:task/default/") + kTask;
}

std::string service(int desired, int running, const std::string& more = "") {
  return R"({"services":[{"serviceName":"demo","status":"ACTIVE","taskDefinition":")" +
         definition_arn(1) + R"(","desiredCount":)" + std::to_string(desired) +
         R"(,"runningCount":)" + std::to_string(running) +
         R"(,"pendingCount":0,"deployments":[{"status":"PRIMARY"}])" + more + "}]}";
}

std::string task(const std::string& status, const std::string& more,
                 const std::string& container_more) {
  return R"({"tasks":[{"taskArn":")" + task_arn() + R"(","taskDefinitionArn":")" +
         definition_arn(1) + R"(","lastStatus":")" + status + "\"" + more +
         R"(,"containers":[{"name":"app","lastStatus":")" + status +
         R"(","healthStatus":"UNKNOWN","networkInterfaces":[{"privateIpv4Address":"127.64.0.1"}])" +
         container_more + "}]}]}";
}

compose::Project project() {
  compose::Project project;
  ContainerDefinition app{.name = "app", .image = "app:1"};
  app.port_mappings = {{.container_port = 8000, .host_port = 8000}};
  app.memory_mib = 128;
  app.log_configuration = {.driver = "awslogs",
                           .options = {{"awslogs-group", "/ecs/demo"},
                                       {"awslogs-region", "eu-west-1"},
                                       {"awslogs-stream-prefix", "p"}}};
  project.definition.family = "demo";
  project.definition.task_role_arn = "task-role";
  project.definition.containers = {app};
  return project;
}

// As ECS shows `definition`: with members that nobody has sent.
std::string described(TaskDefinition definition, int revision) {
  std::string json = ecs::task_definition_json(definition);
  json.pop_back();
  return R"({"taskDefinition":)" + json + R"(,"taskDefinitionArn":")" + definition_arn(revision) +
         R"(","revision":)" + std::to_string(revision) +
         R"(,"status":"ACTIVE","registeredAt":1700000000.5,"compatibilities":["EC2"]}})";
}

UpOptions up_options() {
  UpOptions options{.place = {.cluster = "default", .project = "demo"}, .project = project()};
  return options;
}

// Nothing is there yet; the service's tasks run from the third look on.
struct EmptyAccount : FakeAws {
  EmptyAccount() {
    answer("DescribeClusters", R"({"clusters":[],"failures":[{"reason":"MISSING"}]})");
    answer("CreateCluster", R"({"cluster":{"clusterName":"default"}})");
    answer("DescribeTaskDefinition",
           refuse("ClientException", "Unable to describe task definition."));
    answers["RegisterTaskDefinition"] = [this](const config::Node&) {
      answer("DescribeTaskDefinition", described(project().definition, 1));
      return described(project().definition, 1);
    };
    answers["DescribeServices"] = [this](const config::Node&) -> std::string {
      ++looks;
      if (!made) return R"({"services":[],"failures":[{"reason":"MISSING"}]})";
      return service(1, looks < 4 ? 0 : 1);
    };
    answers["CreateService"] = [this](const config::Node&) {
      made = true;
      return std::string(R"({"service":{}})");
    };
    answer("CreateLogGroup", "{}");
    answer("ListTasks", R"({"taskArns":[]})");
  }

  bool made = false;
  int looks = 0;
};

TEST(Up, MakesClusterDefinitionLogGroupAndServiceAndWaits) {
  EmptyAccount aws;
  UpOptions options = up_options();
  options.create_log_groups = true;
  options.project.network = {.subnets = {"subnet-1"}, .security_groups = {"sg-1"}};

  const auto done = aws.run(up(aws.session, options));

  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(text_of(aws.body_of("RegisterTaskDefinition"), "family"), "demo");
  EXPECT_EQ(texts_of(aws.body_of("RegisterTaskDefinition"), "requiresCompatibilities"),
            std::vector<std::string>{"EC2"});
  EXPECT_EQ(text_of(aws.body_of("CreateLogGroup"), "logGroupName"), "/ecs/demo");
  EXPECT_THAT(aws.log_regions, ElementsAre("eu-west-1"));
  const config::Node& made = aws.body_of("CreateService");
  EXPECT_EQ(text_of(made, "taskDefinition"), definition_arn(1));
  EXPECT_EQ(number_of(made, "desiredCount"), 1);
  EXPECT_EQ(text_of(made, "launchType"), "EC2");
  EXPECT_EQ(
      texts_of(*made.find("networkConfiguration")->find("awsvpcConfiguration"), "subnets").size(),
      1U);
  EXPECT_THAT(aws.printed,
              AllOf(HasSubstr("Created an ECS cluster"), HasSubstr("TaskDefinition=\"demo:1\""),
                    HasSubstr("Created Log Group /ecs/demo in eu-west-1"),
                    HasSubstr("desiredCount=1 runningCount=0 serviceName=demo"),
                    HasSubstr("ECS Service has reached a stable state")));
}

TEST(Up, RunsOnFargateWhereTheTaskHasASize) {
  EmptyAccount aws;
  UpOptions options = up_options();
  options.project.definition.cpu_units = 256;
  options.project.definition.memory_mib = 512;

  ASSERT_TRUE(aws.run(up(aws.session, options)));

  EXPECT_EQ(text_of(aws.body_of("CreateService"), "launchType"), "FARGATE");
}

// A service with one task, of revision 1.
struct RunningService : EmptyAccount {
  RunningService() {
    answer("DescribeClusters", R"({"clusters":[{"status":"ACTIVE"}]})");
    TaskDefinition definition = project().definition;
    definition.requires_compatibilities = {"EC2"};
    definition.task_role_arn = "arn:aws:iam::111111111111:role/task-role";
    answer("DescribeTaskDefinition", described(definition, 1));
    answer("DescribeServices", service(1, 1));
    answer("UpdateService", R"({"service":{}})");
    answer("ListTasks", R"({"taskArns":[")" + task_arn() + R"("]})");
    answer("DescribeTasks", task("RUNNING", R"(,"group":"service:demo")", ""));
  }
};

TEST(Up, KeepsADefinitionThatIsTheSame) {
  RunningService aws;

  const auto done = aws.run(up(aws.session, up_options()));

  ASSERT_TRUE(done) << done.error().message();
  EXPECT_THAT(aws.operations(), Not(Contains("RegisterTaskDefinition")));
  EXPECT_THAT(aws.operations(), Not(Contains("CreateService")));
  EXPECT_EQ(text_of(aws.body_of("UpdateService"), "taskDefinition"), definition_arn(1));
}

TEST(Up, RegistersADefinitionThatHasChanged) {
  RunningService aws;
  UpOptions options = up_options();
  options.project.definition.containers[0].image = "app:2";
  options.desired_count = 3;
  options.force_deployment = true;
  aws.answer("RegisterTaskDefinition", described(options.project.definition, 2));

  ASSERT_TRUE(aws.run(up(aws.session, options)));

  EXPECT_EQ(text_of(aws.body_of("UpdateService"), "taskDefinition"), definition_arn(2));
  EXPECT_EQ(number_of(aws.body_of("UpdateService"), "desiredCount"), 3);
  EXPECT_EQ(text_of(aws.body_of("UpdateService"), "forceNewDeployment"), "true");
}

TEST(Up, KeepsLogGroupsThatAreThere) {
  RunningService aws;
  aws.answer("CreateLogGroup", FakeAws::refuse("ResourceAlreadyExistsException", "exists"));
  UpOptions options = up_options();
  options.create_log_groups = true;

  ASSERT_TRUE(aws.run(up(aws.session, options)));

  EXPECT_THAT(aws.printed, HasSubstr("Log Group /ecs/demo in eu-west-1 is there already"));
}

TEST(Up, SaysWhyTasksStopAndGivesUpAfterThree) {
  EmptyAccount aws;
  int stopped = 0;
  aws.answers["DescribeServices"] = [&](const config::Node&) -> std::string {
    if (!aws.made) return R"({"services":[]})";
    return service(1, 0,
                   R"(,"events":[{"id":"e1","message":"(service demo) has started 1 task"}])");
  };
  aws.answers["ListTasks"] = [&](const config::Node& body) -> std::string {
    if (text_of(body, "desiredStatus") != "STOPPED") return R"({"taskArns":[]})";
    ++stopped;
    return R"({"taskArns":[")" + task_arn() + std::to_string(stopped) + R"("]})";
  };
  aws.answers["DescribeTasks"] = [&](const config::Node& body) {
    std::string text = task("STOPPED",
                            R"(,"stopCode":"EssentialContainerExited",)"
                            R"("stoppedReason":"Essential container in task exited")",
                            R"(,"exitCode":3)");
    const std::string arn = texts_of(body, "tasks").front();
    text.replace(text.find(task_arn()), task_arn().size(), arn);
    return text;
  };
  aws.answer("GetLogEvents", R"({"events":[{"message":"cannot open the config"}]})");

  const auto done = aws.run(up(aws.session, up_options()));

  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), AllOf(HasSubstr("the service demo is not steady: 0 of 1"),
                                            HasSubstr("3 have stopped")));
  EXPECT_THAT(aws.printed, HasSubstr("(service demo) has started 1 task"));
  EXPECT_THAT(aws.printed, HasSubstr("reason=\"Essential container in task exited\""));
  EXPECT_THAT(aws.printed, HasSubstr("container=app exitCode=3"));
  EXPECT_THAT(aws.printed, HasSubstr("  app | cannot open the config"));
  EXPECT_EQ(text_of(aws.body_of("GetLogEvents"), "logStreamName"),
            std::string("p/app/") + kTask + "1");
}

TEST(Up, EndsWhenNothingChangesForTheTimeout) {
  EmptyAccount aws;
  aws.answers["DescribeServices"] = [&](const config::Node&) -> std::string {
    return aws.made ? service(1, 0) : R"({"services":[]})";
  };
  UpOptions options = up_options();
  options.timeout = 90s;

  const auto done = aws.run(up(aws.session, options));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Code::timeout);
  EXPECT_THAT(done.error().message(), HasSubstr("has not changed for 1m30s"));
}

TEST(Up, DoesNotWaitWithATimeoutOfZero) {
  EmptyAccount aws;
  UpOptions options = up_options();
  options.timeout = 0s;

  EXPECT_TRUE(aws.run(up(aws.session, options)));
  EXPECT_EQ(aws.looks, 1);
}

TEST(Up, PassesARefusalOn) {
  EmptyAccount aws;
  aws.answer("RegisterTaskDefinition", FakeAws::refuse("AccessDeniedException", "not authorized"));

  const auto done = aws.run(up(aws.session, up_options()));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "AccessDeniedException: not authorized");
  EXPECT_FALSE(aws.made);
}

TEST(Scale, SetsTheCountAndWaits) {
  RunningService aws;
  aws.answers["UpdateService"] = [&](const config::Node&) {
    aws.answer("DescribeServices", service(3, 3));
    return std::string("{}");
  };

  ASSERT_TRUE(aws.run(scale(aws.session, {.place = {"default", "demo"}, .count = 3})));

  EXPECT_EQ(number_of(aws.body_of("UpdateService"), "desiredCount"), 3);
  EXPECT_THAT(aws.printed, HasSubstr("desiredCount=3 runningCount=3"));
}

TEST(Down, DeletesTheServiceWaitsForItsTasksAndDeregisters) {
  RunningService aws;
  aws.answers["DeleteService"] = [&](const config::Node&) {
    aws.answer("DescribeServices", R"({"services":[{"serviceName":"demo","status":"INACTIVE"}]})");
    aws.answer("ListTasks", FakeAws::refuse("ServiceNotFoundException", "gone"));
    return std::string("{}");
  };
  int looks = 0;
  aws.answers["DescribeTasks"] = [&](const config::Node&) {
    return task(++looks < 4 ? "STOPPING" : "STOPPED", "", "");
  };
  aws.answer("ListTaskDefinitions", R"({"taskDefinitionArns":[")" + definition_arn(1) +
                                        R"(","arn:aws:ecs:r:1:task-definition/demo-other:1"]})");
  aws.answer("DeregisterTaskDefinition", "{}");

  const auto done = aws.run(down(aws.session, {.place = {"default", "demo"}}));

  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(text_of(aws.body_of("DeleteService"), "force"), "true");
  EXPECT_EQ(text_of(aws.body_of("DeregisterTaskDefinition"), "taskDefinition"), definition_arn(1));
  EXPECT_GE(looks, 4);
  EXPECT_THAT(aws.printed, AllOf(HasSubstr("Deleted ECS service"), HasSubstr("runningCount=0"),
                                 HasSubstr("Deregistered the task definition")));
}

TEST(Down, IsDoneWhereThereIsNothing) {
  EmptyAccount aws;
  aws.answer("DescribeServices", FakeAws::refuse("ClusterNotFoundException", "none"));
  aws.answer("ListTaskDefinitions", R"({"taskDefinitionArns":[]})");

  EXPECT_TRUE(aws.run(down(aws.session, {.place = {"default", "demo"}})));
  EXPECT_THAT(aws.printed, HasSubstr("already deleted"));
}

TEST(Down, EndsWhenTasksDoNotStop) {
  RunningService aws;
  aws.answer("DeleteService", "{}");

  const auto done = aws.run(down(aws.session, {.place = {"default", "demo"}, .timeout = 1min}));

  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr("1 tasks have not stopped"));
}

TEST(Ps, PrintsTheTableOfTheEcsCli) {
  RunningService aws;
  aws.answers["ListTasks"] = [](const config::Node& body) -> std::string {
    if (text_of(body, "desiredStatus") != "RUNNING") return R"({"taskArns":[]})";
    return R"({"taskArns":[")" + task_arn() + R"("]})";
  };

  ASSERT_TRUE(aws.run(ps(aws.session, {.place = {"default", "demo"}})));

  EXPECT_EQ(aws.printed,
            "Name                                          State    Ports                      "
            "TaskDefinition  Health\n"
            "default/0123456789abcdef0123456789abcdef/app  RUNNING  127.64.0.1:8000->8000/tcp  "
            "demo:1          UNKNOWN\n");
}

TEST(Ps, ShowsHowAContainerEnded) {
  RunningService aws;
  aws.answer("DescribeTasks",
             task("STOPPED", "", R"(,"exitCode":137,"reason":"OutOfMemoryError")"));

  ListOptions options{.place = {"default", ""}, .desired_status = "STOPPED"};
  ASSERT_TRUE(aws.run(ps(aws.session, options)));

  EXPECT_THAT(aws.printed, HasSubstr("STOPPED ExitCode: 137 Reason: OutOfMemoryError  8000->8000"));
  EXPECT_EQ(aws.body_of("ListTasks").find("serviceName"), nullptr);
}

TEST(Cluster, IsTheOnlyOneOrDefault) {
  const auto chosen = [](const std::string& arns) {
    FakeAws aws;
    aws.answer("ListClusters", R"({"clusterArns":[)" + arns + "]}");
    const auto name = aws.run(aws.ecs.choose_cluster(""));
    return name ? *name : name.error().message();
  };

  EXPECT_EQ(chosen(""), "default");
  EXPECT_EQ(chosen(R"("arn:aws:ecs:r:1:cluster/a")"), "a");
  EXPECT_EQ(chosen(R"("x:cluster/a","x:cluster/default")"), "default");
  EXPECT_THAT(chosen(R"("x:cluster/a","x:cluster/b")"), HasSubstr("give --cluster"));
}

TEST(EcsClient, ReadsEveryPage) {
  FakeAws aws;
  aws.answers["ListTasks"] = [](const config::Node& body) -> std::string {
    if (text_of(body, "nextToken") == "t") return R"({"taskArns":["2"]})";
    return R"({"taskArns":["1"],"nextToken":"t"})";
  };
  aws.answer("DescribeTasks", R"({"tasks":[{"taskArn":"1"},{"taskArn":"2"}]})");

  const auto tasks = aws.run(aws.ecs.tasks({.cluster = "c"}));

  ASSERT_TRUE(tasks);
  EXPECT_EQ(texts_of(aws.body_of("DescribeTasks"), "tasks"), (std::vector<std::string>{"1", "2"}));
}

}  // namespace
}  // namespace tributary::lab::client
