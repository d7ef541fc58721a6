// The files that a scenario writes are read by those who will read them.
#include "lab/scenario/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/json.h"
#include "lab/compose/testing.h"
#include "lab/driver/processes/programs.h"

namespace tributary::lab::scenario {
namespace {

using testing::ElementsAre;

TEST(ScenarioFiles, DescribeATaskOfApplicationAndCollector) {
  const Scenario scenario{.accounts = 1, .tasks = 1, .task = {.cpu = 512, .memory = 1024}};
  compose::FakeOutside outside;
  outside.files["/work/docker-compose.yml"] =
      compose_file(account_number(0), {"eu-west-1", "http://127.0.0.1:1", "http://127.0.0.1:1/w"});
  outside.files["/work/ecs-params.yml"] = ecs_params_file(scenario);

  const auto project = outside.load({.name = kProject});

  ASSERT_TRUE(project) << outside.messages;
  const TaskDefinition& definition = project->definition;
  EXPECT_EQ(definition.cpu_units, 512U);
  EXPECT_EQ(definition.task_role_arn, kTaskRole);
  ASSERT_EQ(definition.containers.size(), 2U);
  EXPECT_EQ(definition.containers[1].name, kCollector);
  EXPECT_EQ(definition.containers[1].environment.at("SCENARIO_ACCOUNT"), "100000000001");
  EXPECT_EQ(outside.messages, "");
}

TEST(ScenarioFiles, NameTheProgramsOfTheImages) {
  config::Diagnostics diagnostics;

  const auto programs =
      parse_programs(programs_file({"/bin/app", "/bin/collector", "/tmp/config.yaml"}), "p.yaml",
                     "/tmp", diagnostics);

  ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  ASSERT_NE(programs.find("scenario/demo-app:1"), nullptr);
  const Program* collector = programs.find("scenario/collector:1");
  ASSERT_NE(collector, nullptr);
  EXPECT_EQ(collector->program, "/bin/collector");
  EXPECT_THAT(collector->command, ElementsAre("--config=/etc/ecs/config.yaml"));
}

TEST(ScenarioFiles, HoldPoliciesInJson) {
  const std::vector<std::string> accounts = {account_number(0), account_number(99)};
  for (const std::string& policy : {ecs_trust(), task_policy(), execution_policy(),
                                    central_trust(accounts), central_policy()}) {
    config::Diagnostics diagnostics;
    EXPECT_TRUE(config::parse_json(policy, "policy", diagnostics).is_mapping())
        << diagnostics.render() << policy;
  }
  EXPECT_THAT(central_trust(accounts),
              testing::HasSubstr("\"arn:aws:iam::100000000100:role/scenario-task\""));
}

}  // namespace
}  // namespace tributary::lab::scenario
