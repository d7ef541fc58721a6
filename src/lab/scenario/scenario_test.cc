#include "lab/scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tributary::lab::scenario {
namespace {

using testing::HasSubstr;

TEST(Scenario, HasDefaults) {
  config::Diagnostics diagnostics;

  const auto scenario = parse_scenario("accounts: 2\ntasks: 3\n", "s.yaml", diagnostics);

  ASSERT_TRUE(scenario) << diagnostics.render();
  EXPECT_EQ(scenario->accounts, 2U);
  EXPECT_EQ(scenario->tasks, 3U);
  EXPECT_EQ(scenario->duration, 30s);
  EXPECT_FALSE(scenario->outage);
}

TEST(Scenario, RefusesWhatCannotBeRun) {
  const auto refuses = [](const std::string& text, const std::string& message) {
    config::Diagnostics diagnostics;
    EXPECT_FALSE(parse_scenario(text, "s.yaml", diagnostics)) << text;
    EXPECT_THAT(diagnostics.render(), HasSubstr(message)) << text;
  };

  refuses("tasks: 1", "missing key \"accounts\"");
  refuses("{accounts: 0, tasks: 1}", "s.yaml:1:12: error: accounts must be from 1 to 100, got 0");
  refuses("{accounts: 1, tasks: 501}", "tasks must be from 1 to 500");
  refuses("{accounts: 100, tasks: 6}", "accounts x tasks must be at most 500, got 600");
  refuses("{accounts: 1, tasks: 1, scrape_interval: 1ms}", "at least 100ms");
  refuses("{accounts: 1, tasks: 1, duration: 1s}", "duration must be at least 2s");
  refuses("{accounts: 1, tasks: 1, outage: {after: 20s, length: 20s}}", "within the duration");
  refuses("{accounts: 1, taks: 1}", "did you mean \"tasks\"?");
}

TEST(Scenario, ReadsEveryExample) {
  int examples = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(TRIBUTARY_SOURCE_DIR "/examples/scenarios")) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    config::Diagnostics diagnostics;

    EXPECT_TRUE(parse_scenario(text.str(), entry.path().filename(), diagnostics))
        << diagnostics.render();
    ++examples;
  }
  EXPECT_GT(examples, 1);
}

}  // namespace
}  // namespace tributary::lab::scenario
