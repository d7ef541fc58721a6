#include "lab/ecs/task_definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/json.h"

namespace tributary::lab::ecs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct Decoded {
  std::optional<TaskDefinition> definition;
  std::string errors;
};

Decoded decode_text(std::string text) {
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(std::move(text), "request", diagnostics);
  if (diagnostics.has_errors()) return {std::nullopt, messages_of(diagnostics)};
  auto definition = decode_task_definition(node, diagnostics);
  return {std::move(definition), messages_of(diagnostics)};
}

constexpr const char* kFargate = R"({
  "family": "aws-otel-FARGATE",
  "taskRoleArn": "arn:aws:iam::111122223333:role/task",
  "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
  "networkMode": "awsvpc",
  "containerDefinitions": [
    {"name": "aws-otel-collector",
     "image": "public.ecr.aws/aws-observability/aws-otel-collector:latest",
     "command": ["--config=/etc/ecs/otel-config.yaml"],
     "logConfiguration": {"logDriver": "awslogs", "secretOptions": [], "options": {
       "awslogs-group": "/ecs/collector", "awslogs-region": "us-east-1",
       "awslogs-stream-prefix": "ecs", "awslogs-create-group": "True"}},
     "healthCheck": {"command": ["/healthcheck"], "interval": 5, "timeout": 6, "retries": 5,
                     "startPeriod": 1},
     "portMappings": [{"hostPort": 2000, "protocol": "udp", "containerPort": 2000},
                      {"hostPort": 4317, "protocol": "tcp", "containerPort": 4317}],
     "volumesFrom": [], "privileged": false, "links": null},
    {"name": "app", "image": "app:1", "cpu": 128, "memory": 300, "memoryReservation": 128,
     "essential": false, "stopTimeout": 10, "user": "4317:4317",
     "environment": [{"name": "PORT", "value": "8080"}, {"name": "EMPTY"}],
     "linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 16}]},
     "mountPoints": [{"sourceVolume": "spool", "containerPath": "/spool", "readOnly": true}],
     "dependsOn": [{"containerName": "aws-otel-collector", "condition": "HEALTHY"}]}],
  "volumes": [{"name": "spool", "host": {}}],
  "requiresCompatibilities": ["FARGATE"], "cpu": ".25 vCPU", "memory": "0.5GB",
  "runtimePlatform": {"operatingSystemFamily": "LINUX"},
  "pidMode": null, "placementConstraints": [],
  "tags": [{"key": "team", "value": "metrics"}]
})";

// `kFargate` with one text replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string text = kFargate;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(TaskDefinition, IsReadAsAwsDocumentsWriteIt) {
  const Decoded decoded = decode_text(kFargate);

  ASSERT_TRUE(decoded.definition) << decoded.errors;
  const TaskDefinition& task = *decoded.definition;
  EXPECT_EQ(task.family, "aws-otel-FARGATE");
  EXPECT_EQ(task.cpu_units, 256U);
  EXPECT_EQ(task.memory_mib, 512U);
  EXPECT_THAT(task.tags, ElementsAre(Pair("team", "metrics")));
  ASSERT_EQ(task.containers.size(), 2U);
  const ContainerDefinition& collector = task.containers[0];
  EXPECT_TRUE(collector.essential);
  EXPECT_THAT(collector.health_check->command, ElementsAre("CMD", "/healthcheck"));
  EXPECT_EQ(collector.health_check->timeout, 6s);
  EXPECT_EQ(collector.log_configuration->options.at("awslogs-group"), "/ecs/collector");
  EXPECT_EQ(collector.port_mappings[0].protocol, "udp");
  EXPECT_EQ(collector.port_mappings[0].host_port, 0);
  EXPECT_EQ(collector.port_mappings[1].host_port, 4317);
  const ContainerDefinition& app = task.containers[1];
  EXPECT_THAT(app.environment, ElementsAre(Pair("EMPTY", ""), Pair("PORT", "8080")));
  EXPECT_EQ(app.depends_on[0].condition, StartCondition::healthy);
  EXPECT_EQ(app.stop_timeout, Duration(10s));
  EXPECT_EQ(app.tmpfs[0].size_mib, 16U);
  EXPECT_TRUE(app.mount_points[0].read_only);
}

TEST(TaskDefinition, ReadsBackAsItWasWritten) {
  const Decoded first = decode_text(kFargate);
  ASSERT_TRUE(first.definition) << first.errors;

  const std::string text = task_definition_json(*first.definition);
  const Decoded second = decode_text(text);

  ASSERT_TRUE(second.definition) << second.errors;
  EXPECT_EQ(task_definition_json(*second.definition), text);
  EXPECT_THAT(text, HasSubstr(R"("cpu":"256")"));
  EXPECT_THAT(text, HasSubstr(R"("stopTimeout":10)"));
}

TEST(TaskDefinition, NamesUnknownMembers) {
  const Decoded decoded = decode_text(with("\"essential\": false", "\"esential\": false"));

  EXPECT_FALSE(decoded.definition);
  EXPECT_THAT(decoded.errors, HasSubstr(R"(unknown key "esential"; did you mean "essential"?)"));
}

TEST(TaskDefinition, RefusesByNameWhatTheLabCannotDo) {
  const auto refused = [](std::string_view from, std::string_view to, std::string_view why) {
    const Decoded decoded = decode_text(with(from, to));
    EXPECT_FALSE(decoded.definition) << to;
    EXPECT_THAT(decoded.errors, HasSubstr(std::string(why)));
  };

  refused(R"("links": null)", R"("links": ["app"])",
          "containerDefinitions[0]::links: the containers of a task share localhost");
  refused(R"("privileged": false)", R"("privileged": true)",
          "privileged: this lab does not support it");
  refused(R"("stopTimeout": 10)", R"("secrets": [{"name": "A", "valueFrom": "b"}])",
          "secrets: this lab has no Secrets Manager");
  refused(R"("awsvpc")", R"("bridge")", "network mode awsvpc alone");
  refused(R"("awslogs",)", R"("splunk",)", "log driver awslogs alone");
  refused(R"("host": {})", R"("efsVolumeConfiguration": {"fileSystemId": "fs-1"})",
          "efsVolumeConfiguration: this lab has volumes of the task and of the host");
}

TEST(TaskDefinition, RefusesWhatEcsRefuses) {
  const auto refused = [](std::string_view from, std::string_view to, std::string_view why) {
    const Decoded decoded = decode_text(with(from, to));
    EXPECT_FALSE(decoded.definition) << to;
    EXPECT_THAT(decoded.errors, HasSubstr(std::string(why)));
  };

  refused(R"("0.5GB")", R"("4096")",
          "No Fargate configuration exists for given values: 256 CPU, 4096 memory.");
  refused(R"("0.5GB")", R"("much")", "Invalid 'memory' setting for task");
  refused(R"("executionRoleArn": "arn:aws:iam::111122223333:role/execution",)", "",
          "Fargate requires task definition to have execution role ARN to support log driver");
  refused(R"("networkMode": "awsvpc",)", "", "Fargate only supports network mode 'awsvpc'.");
  refused(R"("aws-otel-FARGATE")", R"("a b")", "Family contains invalid characters.");
  refused(R"("app:1")", R"("")", "Container.image should not be null or empty.");
  refused(R"("memory": 300)", R"("memory": 600)", "greater than for the task");
  refused(R"("hostPort": 4317)", R"("hostPort": 4318)", "must match");
  refused(R"("interval": 5)", R"("interval": 1)", "interval must be from 5 to 300, got 1");
  refused(R"("condition": "HEALTHY")", R"("condition": "SUCCESS")", "that is essential");
  refused(R"("containerName": "aws-otel-collector")", R"("containerName": "app")",
          "depends on itself");
  refused(R"("sourceVolume": "spool")", R"("sourceVolume": "spol")", "Unknown volume 'spol'.");
  refused(R"("name": "app")", R"("name": "aws-otel-collector")", "must be unique");
  refused(R"("awslogs-region": "us-east-1",)", "", "Log driver awslogs requires options");
}

TEST(TaskDefinition, NeedsMemoryOfTheTaskOrOfEachContainer) {
  const Decoded decoded =
      decode_text(R"({"family": "f", "containerDefinitions": [{"name": "a", "image": "i"}]})");

  EXPECT_FALSE(decoded.definition);
  EXPECT_THAT(decoded.errors, HasSubstr("Invalid setting for container 'a'. At least one of "
                                        "'memory' or 'memoryReservation' must be specified."));
}

}  // namespace
}  // namespace tributary::lab::ecs
