// The files that a scenario writes are read by those who will read them.
#include "lab/scenario/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/service/document.h"
#include "components.h"
#include "config/json.h"
#include "config/sources.h"
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

TEST(ScenarioFiles, ConfigureTheCollector) {
  config::Outside outside;
  outside.env = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_REGION") return "eu-west-1";
    if (name == "SCENARIO_REMOTE_WRITE") return "http://127.0.0.1:1/api/v1/remote_write";
    if (name == "ECS_CONTAINER_METADATA_URI_V4") return "http://169.254.170.2/v4/ab-1";
    if (name == "SCENARIO_ACCOUNT") return "100000000001";
    return {};
  };
  const Scenario scenario{.accounts = 1, .tasks = 1, .scrape_interval = 1500ms};
  config::Diagnostics diagnostics;

  const config::Node node = config::load(
      {.configs = {"yaml:" + collector_file(scenario)}, .sets = {}}, outside, diagnostics);
  const collector::Document document =
      collector::read_document(node, collector::builtin_components(), diagnostics);

  EXPECT_EQ(diagnostics.errors() + diagnostics.warnings(), 0U) << diagnostics.render();
  EXPECT_EQ(document.pipelines.size(), 1U);
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
