#include "hub/workspaces/limits_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::hub::workspaces {
namespace {

using ::testing::HasSubstr;

TEST(LimitsTable, PutsTheOwnersSettingsAboveTheFileAndTheFileAboveTheDefaults) {
  LimitsTable table;
  config::Diagnostics diagnostics;
  const Limits base{.labels_per_series_max = 40, .retention = Duration(24h * 15)};

  table.load(R"(
defaults:
  active_series_max: 500
  query_timeout: 30s
workspaces:
  ws-a:
    active_series_max: 7
    retention: 30d
)",
             "limits.yaml", base, diagnostics);
  table.set("ws-a", {.retention = Duration(24h * 90)});

  ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  EXPECT_EQ(table.of("ws-b")->active_series_max, 500U);
  EXPECT_EQ(table.of("ws-b")->labels_per_series_max, 40U);
  EXPECT_EQ(table.of("ws-b")->retention.value, Duration(24h * 15));
  EXPECT_EQ(table.of("ws-a")->active_series_max, 7U);
  EXPECT_EQ(table.of("ws-a")->query_timeout.value, Duration(30s));
  EXPECT_EQ(table.of("ws-a")->retention.value, Duration(24h * 90));
  table.forget("ws-a");
  EXPECT_EQ(table.of("ws-a")->retention.value, Duration(24h * 30));
}

TEST(LimitsTable, NamesTheLineOfAMistakeAndKeepsWhatItHad) {
  LimitsTable table;
  config::Diagnostics good;
  table.load("defaults: {active_series_max: 500}", "limits.yaml", {}, good);
  const auto refused = [&](const char* text, const char* message) {
    config::Diagnostics diagnostics;
    table.load(text, "limits.yaml", {}, diagnostics);
    EXPECT_TRUE(diagnostics.has_errors()) << text;
    EXPECT_THAT(diagnostics.render(), HasSubstr(message));
    EXPECT_EQ(table.of("ws-a")->active_series_max, 500U) << text;
  };

  refused("defaults:\n  active_serie_max: 3\n", "did you mean \"active_series_max\"?");
  refused("workspaces:\n  ws-a:\n    queries_running_max: 0\n",
          "limits.yaml:3:26: error: workspaces::ws-a: queries_running_max: must be at least 1");
  refused("defaults: 7", "limits.yaml:1");
  refused("default: {}", "did you mean \"defaults\"?");
}

TEST(Limits, AreNumbersByTheirNamesInTheFile) {
  const auto numbers =
      as_numbers({.request_size_max = {1024}, .ingestion_rate = 5, .retention = {36h}});

  const std::map<std::string, double> by_name(numbers.begin(), numbers.end());
  EXPECT_EQ(by_name.at("request_size_max"), 1024);
  EXPECT_EQ(by_name.at("ingestion_rate"), 5);
  EXPECT_EQ(by_name.at("ingestion_burst"), 50);
  EXPECT_EQ(by_name.at("retention"), 129'600);
  EXPECT_EQ(by_name.at("query_range_max"), 0);
  EXPECT_EQ(by_name.size(), numbers.size());
}

}  // namespace
}  // namespace tributary::hub::workspaces
