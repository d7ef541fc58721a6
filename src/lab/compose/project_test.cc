#include "lab/compose/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config/json.h"
#include "lab/compose/testing.h"
#include "lab/ecs/task_definition.h"

namespace tributary::lab::compose {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;
using testing::Pair;

std::string file_of_sources(const std::string& path) {
  std::ifstream file(std::string(TRIBUTARY_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Project, IsTheWalkthroughs) {
  FakeOutside outside;
  const std::string example = "examples/cross-account-ecs/";
  outside.files["/work/docker-compose.yml"] = file_of_sources(example + "docker-compose.yml");
  outside.files["/work/ecs-params.yml"] = file_of_sources(example + "ecs-params.yml");
  outside.variables = {
      {"APP_IMAGE", "registry/app:1"},
      {"COLLECTOR_IMAGE", "registry/collector:1"},
      {"AWS_REGION", "eu-west-1"},
      {"AWS_PROMETHEUS_ENDPOINT", "http://hub/workspaces/ws-1/api/v1/remote_write"},
      {"CENTRAL_ROLE_ARN", "arn:aws:iam::222222222222:role/Central"},
      {"AWS_ENDPOINT_URL_STS", "http://hub"}};

  const auto project = outside.load({.name = "demo"});

  ASSERT_TRUE(project) << outside.messages;
  const TaskDefinition& definition = project->definition;
  EXPECT_EQ(definition.family, "demo");
  EXPECT_EQ(definition.network_mode, "awsvpc");
  EXPECT_EQ(definition.cpu_units, 256U);
  EXPECT_EQ(definition.memory_mib, 512U);
  ASSERT_EQ(definition.containers.size(), 2U);
  const ContainerDefinition& app = definition.containers[0];
  EXPECT_EQ(app.name, "prometheus-demo-app");
  EXPECT_EQ(app.image, "registry/app:1");
  ASSERT_EQ(app.port_mappings.size(), 1U);
  EXPECT_EQ(app.port_mappings[0].host_port, 8000U);
  EXPECT_EQ(app.memory_mib, 0U);
  ASSERT_TRUE(app.log_configuration);
  EXPECT_THAT(app.log_configuration->options,
              testing::Contains(Pair("awslogs-region", "eu-west-1")));
  const ContainerDefinition& collector = definition.containers[1];
  EXPECT_THAT(collector.command, ElementsAre("--config=/etc/ecs/otel-config.yaml"));
  EXPECT_TRUE(collector.readonly_root_filesystem);
  EXPECT_THAT(
      collector.environment,
      testing::Contains(Pair("CENTRAL_ROLE_ARN", "arn:aws:iam::222222222222:role/Central")));
  EXPECT_EQ(outside.messages, "");
}

constexpr const char* kEverything = R"(
version: "3.8"
x-logging: &logging
  driver: awslogs
  options: {awslogs-group: /g, awslogs-region: eu-west-1, awslogs-stream-prefix: p}
services:
  app:
    image: ${IMAGE:-app}:$TAG
    entrypoint: [/app]
    command: serve --name "two words"
    ports: ["8000:8000", "9000"]
    environment: [A=1, FROM_OUTSIDE, NOWHERE]
    env_file: app.env
    depends_on: {init: {condition: service_completed_successfully}}
    logging: *logging
    healthcheck: {test: [CMD, /check], interval: 10s, timeout: 3s, retries: 5, start_period: 1m}
    user: "4317:4317"
    working_dir: /srv
    read_only: true
    tmpfs: /tmp:size=64m,noexec
    volumes: [/scratch, "./data:/data:ro", "~/h:/h", "shared:/shared", "./data/:/again"]
    labels: {team: a}
    cpu_shares: 128
    mem_limit: 256m
    mem_reservation: 128m
    stop_grace_period: 1m
    restart: always
  init:
    image: init
volumes:
  shared:
)";

TEST(Project, MapsEveryKeyOfCompose) {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] = kEverything;
  outside.files["/work/.env"] = "TAG=from-dot-env\nIMAGE=not-this-one\n";
  outside.files["/work/app.env"] = "A=from-file\nB=2\n";
  outside.files["/work/ecs-params.yml"] =
      "task_definition: {services: {init: {essential: false}}}\n";
  outside.variables = {{"IMAGE", "registry/app"}, {"FROM_OUTSIDE", "here"}, {"HOME", "/home/u"}};

  const auto project = outside.load({.name = "all"});

  ASSERT_TRUE(project) << outside.messages;
  const ContainerDefinition& app = project->definition.containers[0];
  EXPECT_EQ(app.image, "registry/app:from-dot-env");
  EXPECT_THAT(app.entry_point, ElementsAre("/app"));
  EXPECT_THAT(app.command, ElementsAre("serve", "--name", "two words"));
  EXPECT_THAT(app.environment, ElementsAre(Pair("A", "1"), Pair("B", "2"),
                                           Pair("FROM_OUTSIDE", "here"), Pair("NOWHERE", "")));
  ASSERT_EQ(app.port_mappings.size(), 2U);
  EXPECT_EQ(app.port_mappings[1].container_port, 9000U);
  EXPECT_EQ(app.port_mappings[1].host_port, 9000U);
  ASSERT_EQ(app.depends_on.size(), 1U);
  EXPECT_EQ(app.depends_on[0].condition, StartCondition::success);
  EXPECT_EQ(app.log_configuration->driver, "awslogs");
  ASSERT_TRUE(app.health_check);
  EXPECT_THAT(app.health_check->command, ElementsAre("CMD", "/check"));
  EXPECT_EQ(app.health_check->interval, 10s);
  EXPECT_EQ(app.health_check->start_period, 60s);
  EXPECT_EQ(app.health_check->retries, 5U);
  EXPECT_EQ(app.user, "4317:4317");
  EXPECT_EQ(app.working_directory, "/srv");
  EXPECT_EQ(app.tmpfs[0].size_mib, 64U);
  EXPECT_THAT(app.docker_labels, ElementsAre(Pair("team", "a")));
  EXPECT_EQ(app.cpu_units, 128U);
  EXPECT_EQ(app.memory_mib, 256U);
  EXPECT_EQ(app.memory_reservation_mib, 128U);
  EXPECT_THAT(app.stop_timeout, Optional(Eq(Duration(60s))));
  EXPECT_TRUE(app.essential);
  const ContainerDefinition& init = project->definition.containers[1];
  EXPECT_FALSE(init.essential);
  EXPECT_EQ(init.memory_mib, 512U) << "the ECS CLI's, where nothing sets a limit";
}

TEST(Project, NamesVolumesAsTheEcsCliDoes) {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] = kEverything;
  outside.files["/work/app.env"] = "";
  outside.variables = {{"TAG", "1"}, {"HOME", "/home/u"}};

  const auto project = outside.load({.name = "all"});

  ASSERT_TRUE(project) << outside.messages;
  std::vector<std::string> volumes;
  for (const Volume& v : project->definition.volumes) volumes.push_back(v.name + "=" + v.host_path);
  EXPECT_THAT(volumes,
              ElementsAre("shared=", "volume-1=", "volume-2=/work/data", "volume-3=/home/u/h"));
  std::vector<std::string> mounts;
  for (const MountPoint& m : project->definition.containers[0].mount_points)
    mounts.push_back(m.volume + ":" + m.container_path + (m.read_only ? ":ro" : ""));
  EXPECT_THAT(mounts, ElementsAre("volume-1:/scratch", "volume-2:/data:ro", "volume-3:/h",
                                  "shared:/shared", "volume-2:/again"));
}

TEST(Project, LetsEcsParamsWin) {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] = R"(
services:
  app:
    image: app
    cpu_shares: 100
    mem_limit: 100m
    depends_on: [other]
    healthcheck: {test: [CMD, /old], interval: 10s}
  other: {image: other}
)";
  outside.files["/work/params.yml"] = R"(
version: 1
task_definition:
  task_role_arn: ${ROLE}
  task_execution_role: execution
  task_size: {cpu_limit: 1 vCPU, mem_limit: 2GB}
  services:
    app:
      cpu_shares: 200
      mem_limit: 200m
      mem_reservation: 150m
      healthcheck: {command: [CMD, /new], retries: 9}
      depends_on: [{container_name: other, condition: HEALTHY}]
run_params:
  network_configuration:
    awsvpc_configuration: {subnets: [subnet-1], security_groups: [sg-1], assign_public_ip: ENABLED}
)";
  outside.variables = {{"ROLE", "task-role"}};

  const auto project = outside.load({.name = "p", .ecs_params = "params.yml"});

  ASSERT_TRUE(project) << outside.messages;
  EXPECT_EQ(project->definition.task_role_arn, "task-role");
  EXPECT_EQ(project->definition.execution_role_arn, "execution");
  EXPECT_EQ(project->definition.cpu_units, 1024U);
  EXPECT_EQ(project->definition.memory_mib, 2048U);
  const ContainerDefinition& app = project->definition.containers[0];
  EXPECT_EQ(app.cpu_units, 200U);
  EXPECT_EQ(app.memory_mib, 200U);
  EXPECT_EQ(app.memory_reservation_mib, 150U);
  EXPECT_THAT(app.health_check->command, ElementsAre("CMD", "/new"));
  EXPECT_EQ(app.health_check->interval, 10s);
  EXPECT_EQ(app.health_check->retries, 9U);
  EXPECT_EQ(app.depends_on[0].condition, StartCondition::healthy);
  EXPECT_THAT(project->network.subnets, ElementsAre("subnet-1"));
  EXPECT_EQ(project->network.assign_public_ip, "ENABLED");
  EXPECT_EQ(outside.load({.name = "p", .ecs_params = "params.yml", .task_role = "of-the-flag"})
                ->definition.task_role_arn,
            "of-the-flag");
}

TEST(Project, MergesTheOverrideFile) {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] =
      "services: {app: {image: app, command: [a], ports: [80], environment: [A=1, B=1]}}\n";
  outside.files["/work/docker-compose.override.yml"] =
      "services: {app: {command: [b], ports: [81], environment: {B: 2}}, more: {image: more}}\n";

  const auto project = outside.load({.name = "p"});

  ASSERT_TRUE(project) << outside.messages;
  ASSERT_EQ(project->definition.containers.size(), 2U);
  const ContainerDefinition& app = project->definition.containers[0];
  EXPECT_THAT(app.command, ElementsAre("b"));
  EXPECT_EQ(app.port_mappings.size(), 2U);
  EXPECT_THAT(app.environment, ElementsAre(Pair("A", "1"), Pair("B", "2")));
}

TEST(Project, ReadsFilesFromTheDirectoryOfTheFirst) {
  FakeOutside outside;
  outside.files["/work/sub/c.yml"] =
      "services: {app: {image: $TAG, env_file: [e.env], volumes: ['./d:/d']}}\n";
  outside.files["/work/sub/.env"] = "TAG=t\n";
  outside.files["/work/sub/e.env"] = "E=1\n";

  const auto project = outside.load({.name = "p", .compose_files = {"sub/c.yml"}});

  ASSERT_TRUE(project) << outside.messages;
  EXPECT_EQ(project->definition.containers[0].image, "t");
  EXPECT_THAT(project->definition.containers[0].environment, ElementsAre(Pair("E", "1")));
  EXPECT_EQ(project->definition.volumes[0].host_path, "/work/sub/d");
}

TEST(Project, IsWhatEcsTakes) {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] = kEverything;
  outside.files["/work/app.env"] = "";
  outside.files["/work/ecs-params.yml"] =
      "task_definition: {services: {init: {essential: false}}}\n";
  outside.variables = {{"TAG", "1"}};
  const auto project = outside.load({.name = "all"});
  ASSERT_TRUE(project) << outside.messages;

  const std::string json = ecs::task_definition_json(project->definition);
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(json, "json", diagnostics);
  const auto decoded = ecs::decode_task_definition(node, diagnostics);

  ASSERT_TRUE(decoded) << diagnostics.render() << json;
  EXPECT_EQ(ecs::task_definition_json(*decoded), json);
}

TEST(Project, WarnsOfWhatTheEcsCliSkips) {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] =
      "services:\n  app:\n    image: app\n    restart: always\nnetworks: {n: {}}\n";

  const auto project = outside.load({.name = "p"});

  EXPECT_TRUE(project);
  EXPECT_THAT(
      outside.messages,
      HasSubstr("docker-compose.yml:4:5: warning: services::app: \"restart\" has no effect: "
                "the ECS CLI skips it, too"));
  EXPECT_THAT(outside.messages, HasSubstr("\"networks\" has no effect"));
}

}  // namespace
}  // namespace tributary::lab::compose
