// Every expression of Prometheus' own scripts and of the queries by which servers are compared
// parses, and reads back from what it prints (see shared/conformance/README.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/strings.h"
#include "promql/parser.h"
#include "promql/printer.h"
#include "promql/testing/parse_check.h"
#include "promql/testing/script.h"

namespace tributary::promql {
namespace {

namespace fs = std::filesystem;

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

void check_parses(const std::string& query) {
  const auto parsed = parse(query, testing::all_features());
  if (!parsed) {
    ADD_FAILURE() << query << ": " << parsed.error().message();
    return;
  }
  for (const std::string& text : {to_string(**parsed), to_pretty_string(**parsed)}) {
    const auto again = parse(text, testing::all_features());
    if (!again) {
      ADD_FAILURE() << query << " prints " << text << ": " << again.error().message();
      continue;
    }
    EXPECT_EQ(to_string(**again), to_string(**parsed)) << query;
  }
}

class ParseConformance : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(conformance_folder())) {
      GTEST_SKIP() << "no conformance data at " << conformance_folder();
    }
  }
};

TEST_F(ParseConformance, ParsesWhatTheScriptsEvaluate) {
  std::size_t queries = 0;
  for (const auto& entry : fs::directory_iterator(conformance_folder())) {
    if (entry.path().extension() != ".test") continue;
    const auto script = testing::parse_script(read_file(entry.path()));
    ASSERT_TRUE(script) << entry.path() << ": " << script.error().message();
    for (const testing::Command& command : *script) {
      const auto* const evaluation = std::get_if<testing::EvalCommand>(&command);
      if (evaluation == nullptr || evaluation->failure) continue;
      ++queries;
      check_parses(evaluation->query);
    }
  }
  EXPECT_GT(queries, 2'000U);
}

// What the templates' placeholders stand for.
const std::map<std::string, std::string> kVariants = {
    {"simpleAggrOp", "sum avg max min count stddev stdvar"},
    {"topBottomOp", "topk bottomk"},
    {"quantile", "-0.5 0.1 0.5 0.75 0.95 0.90 0.99 1 1.5"},
    {"arithBinOp", "+ - * / % ^"},
    {"compBinOp", "== != < > <= >="},
    {"binOp", "+ - * / % ^ == != < > <= >="},
    {"simpleMathFunc", "abs ceil floor exp sqrt ln log2 log10 round"},
    {"extrapolatedRateFunc", "delta rate increase"},
    {"clampFunc", "clamp_min clamp_max"},
    {"instantRateFunc", "idelta irate"},
    {"dateFunc", "day_of_month day_of_week days_in_month hour minute month year"},
    {"offset", "1m 5m 10m"},
    {"range", "1s 15s 1m 5m 15m 1h"},
    {"simpleTimeAggrOp", "sum avg max min count stddev stdvar absent last"},
};

std::vector<std::string> expand(const std::string& query) {
  const std::size_t begin = query.find("{{.");
  if (begin == std::string::npos) return {query};
  const std::size_t end = query.find("}}", begin);
  const auto values = kVariants.find(query.substr(begin + 3, end - begin - 3));
  if (values == kVariants.end()) return {};
  std::vector<std::string> out;
  for (const std::string_view value : split(values->second, ' ')) {
    std::string one = query;
    one.replace(begin, end + 2 - begin, value);
    std::ranges::move(expand(one), std::back_inserter(out));
  }
  return out;
}

TEST_F(ParseConformance, ParsesTheQueriesOfTheComparison) {
  const std::string text = read_file(conformance_folder() / "compliance-queries.yml");
  constexpr std::string_view kQuery = "- query:";
  std::vector<std::string> queries;
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view item = trim(line);
    if (item == "should_fail: true") queries.pop_back();
    if (!item.starts_with(kQuery)) continue;
    std::string_view query = trim(item.substr(kQuery.size()));
    const bool quoted = query.front() == '\'' || query.front() == '"';
    if (quoted) query = query.substr(1, query.size() - 2);
    queries.emplace_back(query);
  }

  std::size_t expanded = 0;
  for (const std::string& query : queries) {
    for (const std::string& one : expand(query)) {
      ++expanded;
      check_parses(one);
    }
  }

  // Of 539, which include seven that are meant to fail.
  EXPECT_EQ(expanded, 532U);
}

}  // namespace
}  // namespace tributary::promql
