// What is wrong with a project is said with its place, all of it at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/compose/testing.h"

namespace tributary::lab::compose {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const std::string& compose, const std::string& params = "") {
  FakeOutside outside;
  outside.files["/work/docker-compose.yml"] = compose;
  if (!params.empty()) outside.files["/work/ecs-params.yml"] = params;
  EXPECT_FALSE(outside.load({.name = "p"})) << compose << params;
  return outside.messages;
}

TEST(Refusals, NameEveryUnknownAndUnsupportedKeyAtOnce) {
  const std::string messages = refusal(R"(version: "3"
services:
  app:
    imgae: app
    privileged: true
    links: [db]
    volums: []
  db:
    image: db
    cap_add: []
    healthcheck: {tset: x}
secrts: {}
)",
                                       R"(version: 1
task_definition:
  task_rol_arn: x
  services:
    app: {essentail: false, gpu: "1"}
)");

  EXPECT_THAT(messages,
              HasSubstr("docker-compose.yml:4:5: error: services::app: unknown key \"imgae\"; did "
                        "you mean \"image\"?"));
  EXPECT_THAT(messages, HasSubstr("missing key \"image\""));
  EXPECT_THAT(messages, AllOf(HasSubstr("docker-compose.yml:5:"), HasSubstr("privileged")));
  EXPECT_THAT(messages, HasSubstr("share one localhost"));
  EXPECT_THAT(messages, HasSubstr("docker-compose.yml:7:5: error: services::app: unknown key "
                                  "\"volums\"; did you mean \"volumes\"?"));
  EXPECT_THAT(messages, HasSubstr("unknown key \"tset\"; did you mean \"test\"?"));
  EXPECT_THAT(messages, HasSubstr("docker-compose.yml:12:1: error: unknown key \"secrts\""));
  EXPECT_THAT(messages, HasSubstr("ecs-params.yml:3:3: error: task_definition: unknown key "
                                  "\"task_rol_arn\"; did you mean \"task_role_arn\"?"));
  EXPECT_THAT(messages, HasSubstr("did you mean \"essential\"?"));
  EXPECT_THAT(messages, HasSubstr("this lab has nothing for it"));
}

TEST(Refusals, NameServicesThatAreNotThere) {
  EXPECT_THAT(refusal("services: {web: {image: w, depends_on: [databse]}, database: {image: d}}"),
              HasSubstr("docker-compose.yml:1:41: error: services::web: there is no service "
                        "\"databse\"; did you mean \"database\"?"));
  EXPECT_THAT(refusal("services: {web: {image: w}}", "task_definition: {services: {wbe: {}}}"),
              HasSubstr("ecs-params.yml:1:30: error: task_definition::services: there is no "
                        "service \"wbe\"; did you mean \"web\"?"));
}

TEST(Refusals, NameACircleOfDependencies) {
  EXPECT_THAT(refusal("services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [c]},"
                      " c: {image: c, depends_on: [b]}}"),
              HasSubstr("depends_on goes in a circle: b -> c -> b"));
}

TEST(Refusals, WantAnEssentialContainer) {
  EXPECT_THAT(
      refusal("services: {a: {image: a}}", "task_definition: {services: {a: {essential: false}}}"),
      HasSubstr("does not have any essential containers"));
}

TEST(Refusals, WantDeclaredVolumes) {
  EXPECT_THAT(refusal("services: {a: {image: a, volumes: ['data:/data']}}"),
              HasSubstr("\"data\" is not declared"));
  EXPECT_THAT(refusal("services: {a: {image: a}}\nvolumes: {data: {driver: local}}"),
              HasSubstr("the ECS CLI does not support it"));
}

TEST(Refusals, WantOnePortNumberWithAwsvpc) {
  EXPECT_THAT(refusal("services: {a: {image: a, ports: ['80:8080']}}"),
              HasSubstr("docker-compose.yml:1:34: error: services::a: ports: with ecs_network_mode "
                        "awsvpc a port is published under its own number, 8080, not 80"));
}

TEST(Refusals, WantTheAwslogsDriverWithItsOptions) {
  EXPECT_THAT(refusal("services: {a: {image: a, logging: {driver: json-file}}}"),
              HasSubstr("the driver \"json-file\" is not supported"));
  EXPECT_THAT(
      refusal("services: {a: {image: a, logging: {driver: awslogs, options: {awslogs-group: g}}}}"),
      AllOf(HasSubstr("awslogs-region is missing"), HasSubstr("awslogs-stream-prefix is missing")));
}

TEST(Refusals, WantValuesThatEcsTakes) {
  const auto refuses = [](const std::string& compose, const std::string& params,
                          const std::string& message) {
    EXPECT_THAT(refusal(compose, params), HasSubstr(message)) << compose << params;
  };
  const std::string good = "services: {a: {image: a}}";

  refuses("version: '1'\nservices: {a: {image: a}}", "", "version \"1\" is not supported");
  refuses("a: {image: a}", "", "missing key \"services\"");
  refuses("services: {}", "", "there are none");
  refuses("services: {'a b': {image: a}}", "", "the name must be letters");
  refuses("services: {a: {image: ''}}", "", "image is empty");
  refuses("services: {a: {image: a, healthcheck: {interval: 10s}}}", "", "test is missing");
  refuses("services: {a: {image: a, stop_grace_period: 5m}}", "", "at most 120s");
  refuses("services: {a: {image: a, mem_limit: 10m, mem_reservation: 20m}}", "", "less than");
  refuses(good, "task_definition: {ecs_network_mode: bridge}", "\"bridge\" is not supported");
  refuses(good, "task_definition: {task_size: {cpu_limit: lots}}", "cpu_limit \"lots\"");
  refuses(good, "task_definition: {task_size: {mem_limit: 5XB}}", "mem_limit \"5XB\"");
  refuses(good, "version: 2", "version \"2\" is not supported");
  refuses(good, "run_params: {task_placement: {strategy: [x]}}", "one machine");
  refuses("[]", "", "must be a mapping");
  refuses("services: [", "", "docker-compose.yml:");
}

TEST(Refusals, NameFilesThatAreNotThere) {
  FakeOutside outside;
  EXPECT_FALSE(outside.load({.name = "p"}));
  EXPECT_THAT(outside.messages, HasSubstr("/work/docker-compose.yml"));

  outside.files["/work/docker-compose.yml"] = "services: {a: {image: a, env_file: no.env}}";
  EXPECT_FALSE(outside.load({.name = "p"}));
  EXPECT_THAT(outside.messages, HasSubstr("docker-compose.yml:1:36: error: services::a: env_file: "
                                          "cannot read the file \"/work/no.env\""));
}

}  // namespace
}  // namespace tributary::lab::compose
