// The published cases and bodies of the formats (see shared/conformance/README.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/strings.h"
#include "exposition/parser.h"

namespace tributary::exposition {
namespace {

namespace fs = std::filesystem;

fs::path conformance_folder() {
  const char* const folder = std::getenv("TRIBUTARY_CONFORMANCE");
  return folder ? fs::path(folder) : fs::path(TRIBUTARY_SOURCE_DIR) / "../shared/conformance";
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct PageSummary {
  std::string error;
  std::map<EntryKind, int> entries;
  std::vector<std::pair<Labels, std::uint64_t>> samples;  // with the bits of the value
};

PageSummary read_page(Format format, const std::string& page) {
  PageSummary summary;
  const auto parser = make_parser(format, page);
  for (;;) {
    const auto kind = parser->next();
    if (!kind) {
      summary.error = kind.error().message();
      return summary;
    }
    if (*kind == EntryKind::end) return summary;
    ++summary.entries[*kind];
    if (*kind != EntryKind::sample) continue;
    auto labels = parser->labels();
    const auto exemplar = parser->exemplar();
    if (!labels || !exemplar) {
      summary.error = labels ? exemplar.error().message() : labels.error().message();
      return summary;
    }
    summary.samples.emplace_back(*std::move(labels), std::bit_cast<std::uint64_t>(parser->value()));
  }
}

// Names of cases with the reason why we differ, `name: reason` a line.
std::map<std::string, std::string> read_differences(std::string_view name) {
  std::map<std::string, std::string> differences;
  const std::string text =
      read_file(fs::path(TRIBUTARY_SOURCE_DIR) / "src/exposition/testdata" / name);
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(": ");
    EXPECT_NE(colon, std::string_view::npos) << "no reason in: " << line;
    differences.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  return differences;
}

class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = conformance_folder() / "exposition";
    if (!fs::exists(folder_)) GTEST_SKIP() << "no conformance data at " << folder_;
  }

  // Holds a case to its verdict, or to its place in the list of differences.
  void judge(const std::string& name, bool should_parse, const PageSummary& summary) {
    const bool agrees = summary.error.empty() == should_parse;
    const bool listed = differences_.erase(name) > 0;
    EXPECT_EQ(agrees, !listed) << name << (listed ? " is listed but passes" : " fails: ")
                               << summary.error;
    ++judged_;
  }

  fs::path folder_;
  std::map<std::string, std::string> differences_;
  int judged_ = 0;
};

TEST_F(Conformance, OpenMetricsCasesAreJudgedAsTheirAuthorsDoButForTheListedOnes) {
  differences_ = read_differences("openmetrics_differences.txt");

  for (const auto& entry : fs::directory_iterator(folder_ / "openmetrics")) {
    const std::string verdict = read_file(entry.path() / "test.json");
    const bool should_parse = verdict.find("\"shouldParse\": true") != std::string::npos;
    judge(entry.path().filename(), should_parse,
          read_page(Format::openmetrics, read_file(entry.path() / "metrics")));
  }

  EXPECT_EQ(judged_, 211);
  EXPECT_THAT(differences_, testing::IsEmpty()) << "listed, but there is no such case";
}

TEST_F(Conformance, ClassicTextCasesAreJudgedAsTheirAuthorsDoButForTheListedOnes) {
  differences_ = read_differences("expfmt_differences.txt");

  for (const auto& entry : fs::directory_iterator(folder_ / "common-fuzz")) {
    const std::string name = entry.path().filename();
    judge(name, name.find("error") == std::string::npos,
          read_page(Format::prometheus_text, read_file(entry.path())));
  }

  EXPECT_EQ(judged_, 26);
  EXPECT_THAT(differences_, testing::IsEmpty()) << "listed, but there is no such case";
}

TEST_F(Conformance, LargeBodiesAreReadWhole) {
  const auto full = read_page(Format::prometheus_text,
                              read_file(folder_ / "prometheus/alltypes.237mfs.prom.txt"));
  const auto bare = read_page(Format::prometheus_text,
                              read_file(folder_ / "prometheus/alltypes.237mfs.nometa.prom.txt"));
  const auto classic = read_page(Format::prometheus_text, read_file(folder_ / "common/text"));

  EXPECT_EQ(full.error, "");
  EXPECT_EQ(full.entries.at(EntryKind::type), 237);
  EXPECT_EQ(full.entries.at(EntryKind::help), 237);
  EXPECT_EQ(bare.error, "");
  EXPECT_EQ(bare.samples.size(), full.samples.size());
  EXPECT_EQ(bare.samples, full.samples);
  EXPECT_EQ(classic.error, "");
  EXPECT_GT(classic.samples.size(), 100U);
}

TEST_F(Conformance, OpenMetricsBodiesOfPrometheusAreRead) {
  for (const char* const name : {"1histogram.om.txt", "alltypes.5mfs.om.txt"}) {
    const auto summary = read_page(Format::openmetrics, read_file(folder_ / "prometheus" / name));

    EXPECT_EQ(summary.error, "") << name;
    EXPECT_GT(summary.samples.size(), 20U) << name;
  }
}

}  // namespace
}  // namespace tributary::exposition
