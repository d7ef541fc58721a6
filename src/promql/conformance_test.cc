// Prometheus' own scripts of PromQL, unchanged (see shared/conformance/README.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/clock.h"
#include "promql/engine.h"
#include "promql/testing/script_runner.h"
#include "promql/testing/thread_parallel.h"

namespace tributary::promql {
namespace {

namespace fs = std::filesystem;

struct Script {
  std::string name;
  std::size_t evaluations = 0;
};

void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

const std::vector<Script> kScripts = {
    {"aggregators", 160},
    {"at_modifier", 78},
    {"collision", 2},
    {"duration_expression", 59},
    {"extended_vectors", 169},
    {"fill-modifier", 46},
    {"functions", 431},
    {"histograms", 185},
    {"info", 53},
    {"limit", 37},
    {"literals", 25},
    {"name_label_dropping", 30},
    {"native_histograms", 522},
    {"operators", 214},
    {"range_queries", 18},
    {"selectors", 31},
    {"staleness", 17},
    {"start_timestamps", 26},
    {"subquery", 34},
    {"trig_functions", 19},
    {"type_and_unit", 58},
};

// Where we differ on purpose: "functions:123" (script and line) to the reason.
const std::map<std::string, std::string> kDifferences = {};

fs::path conformance_folder() {
  const char* const folder = std::getenv("TRIBUTARY_CONFORMANCE");
  const fs::path root =
      folder ? fs::path(folder) : fs::path(TRIBUTARY_SOURCE_DIR) / "../shared/conformance";
  return root / "promql";
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class Conformance : public ::testing::TestWithParam<Script> {
 protected:
  void SetUp() override {
    if (!fs::exists(conformance_folder())) {
      GTEST_SKIP() << "no conformance data at " << conformance_folder();
    }
  }

  // Holds each evaluation to its verdict, or to its place in the list of differences.
  void judge(Parallel* parallel) const {
    const Script& script = GetParam();
    const SystemClock clock;
    const Engine engine(testing::script_engine_options(), clock, parallel);

    const auto report =
        testing::run_script(engine, read_file(conformance_folder() / (script.name + ".test")));

    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->evaluations, script.evaluations);
    std::set<std::string> failed;
    for (const testing::ScriptFailure& failure : report->failures) {
      const std::string name = script.name + ":" + std::to_string(failure.line);
      failed.insert(name);
      EXPECT_TRUE(kDifferences.contains(name))
          << name << ": " << failure.query << "\n  " << failure.what;
    }
    for (const auto& [name, reason] : kDifferences) {
      if (!name.starts_with(script.name + ":")) continue;
      EXPECT_TRUE(failed.contains(name)) << name << " is listed but passes: " << reason;
    }
  }
};

TEST_P(Conformance, EveryEvaluationGivesWhatPrometheusExpects) { judge(nullptr); }

TEST_P(Conformance, EveryEvaluationGivesTheSameOnSeveralThreads) {
  testing::ThreadParallel parallel(3);

  judge(&parallel);
}

std::string script_name(const ::testing::TestParamInfo<Script>& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Scripts, Conformance, ::testing::ValuesIn(kScripts), script_name);

TEST(ConformanceScripts, AreAllThatArePublished) {
  if (!fs::exists(conformance_folder())) GTEST_SKIP() << "no conformance data";

  std::set<std::string> published;
  for (const auto& entry : fs::directory_iterator(conformance_folder())) {
    if (entry.path().extension() == ".test") published.insert(entry.path().stem());
  }
  std::set<std::string> run;
  std::size_t evaluations = 0;
  for (const Script& script : kScripts) {
    run.insert(script.name);
    evaluations += script.evaluations;
  }

  EXPECT_EQ(run, published);
  EXPECT_EQ(evaluations, 2214U);
}

}  // namespace
}  // namespace tributary::promql
