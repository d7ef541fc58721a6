// Every configuration in examples/ and in the image is read by the real list of components,
// offline.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "collector/service/document.h"
#include "components.h"
#include "config/outside.h"
#include "config/sources.h"
#include "lab/scenario/files.h"

namespace tributary::collector {
namespace {

// Those in this folder of the sources, and how many there are.
std::size_t read_all(const std::string& folder) {
  static const std::map<std::string, std::string> kVariables = {
      {"AWS_REGION", "eu-west-1"},
      {"AWS_PROMETHEUS_ENDPOINT", "https://hub.test/api/v1/remote_write"},
      {"AWS_PROMETHEUS_SCRAPING_ENDPOINT", "localhost:8000"},
      {"CENTRAL_ROLE_ARN", "arn:aws:iam::123456789012:role/central"},
      {"HUB", "127.0.0.1:9009"},
      {"OWN_METRICS", "127.0.0.1:8888"}};
  config::Outside outside = config::this_machine();
  outside.env = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AOT_CONFIG_CONTENT") return {};
    const auto known = kVariables.find(name);
    return known == kVariables.end() ? "123456789012" : known->second;
  };
  const Registry registry = builtin_components();
  std::size_t examples = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(TRIBUTARY_SOURCE_DIR) / folder)) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "programs.yaml") continue;
    if (entry.path().parent_path().filename() == "scenarios")
      continue;  // tributary-lab reads those
    config::Diagnostics diagnostics;
    const config::Node node =
        config::load({.configs = {entry.path().string()}, .sets = {}}, outside, diagnostics);
    const Document document = read_document(node, registry, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    EXPECT_FALSE(document.pipelines.empty()) << entry.path();
    ++examples;
  }
  return examples;
}

TEST(Examples, AreAllRead) { EXPECT_GE(read_all("examples"), 3U); }

TEST(ScenarioConfiguration, IsReadWithoutAWarning) {
  const std::map<std::string, std::string> variables = {
      {"AWS_REGION", "eu-west-1"},
      {"SCENARIO_REMOTE_WRITE", "http://127.0.0.1:1/api/v1/remote_write"},
      {"SCENARIO_ACCOUNT", "100000000001"},
      {"ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/ab-1"}};
  config::Outside outside = config::this_machine();
  outside.env = [&](const std::string& name) -> std::optional<std::string> {
    const auto known = variables.find(name);
    if (known == variables.end()) return {};
    return known->second;
  };
  const lab::scenario::Scenario scenario{.scrape_interval = std::chrono::milliseconds(1500)};
  config::Diagnostics diagnostics;

  const config::Node node =
      config::load({.configs = {"yaml:" + lab::scenario::collector_file(scenario)}, .sets = {}},
                   outside, diagnostics);
  const Document document = read_document(node, builtin_components(), diagnostics);

  EXPECT_EQ(diagnostics.errors() + diagnostics.warnings(), 0U) << diagnostics.render();
  EXPECT_EQ(document.pipelines.size(), 1U);
}

TEST(BundledConfigurations, AreAllRead) { EXPECT_EQ(read_all("deploy/images/collector/etc"), 2U); }

}  // namespace
}  // namespace tributary::collector
