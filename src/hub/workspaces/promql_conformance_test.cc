// Prometheus' own scripts of PromQL over the real database: what it keeps of floats, staleness and
// native histograms is what queries expect. (Over a store in memory: promql/conformance_test.cc.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/faulty_disk.h"
#include "promql/engine.h"
#include "promql/testing/script_runner.h"
#include "tsdb/db.h"
#include "tsdb/test_support.h"
#include "tsdb/write_batch.h"

namespace tributary::hub::workspaces {
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

enum class Reopen : bool { never, after_each_load };

class DbScriptStore final : public promql::testing::ScriptStore {
 public:
  explicit DbScriptStore(Reopen reopen) : reopen_(reopen) { clear().value(); }

  Result<void> clear() override {
    ++number_;
    return open();
  }

  Result<void> append(const Labels& labels, Sample sample, std::int64_t) override {
    begin(labels);
    batch_.add_sample(sample);
    return {};
  }

  Result<void> append(const Labels& labels, std::int64_t timestamp_ms,
                      const FloatHistogram& histogram, std::int64_t) override {
    begin(labels);
    batch_.add_histogram(timestamp_ms, {.is_float = true,
                                        .count_float = histogram.count,
                                        .sum = histogram.sum,
                                        .schema = histogram.schema,
                                        .zero_threshold = histogram.zero_threshold,
                                        .zero_count_float = histogram.zero_count,
                                        .negative_spans = histogram.negative_spans,
                                        .negative_counts = histogram.negative_counts,
                                        .positive_spans = histogram.positive_spans,
                                        .positive_counts = histogram.positive_counts,
                                        .reset_hint = histogram.reset_hint,
                                        .custom_values = histogram.custom_values});
    return {};
  }

  Result<void> commit() override {
    TRIBUTARY_TRY(const tsdb::AppendResult result, db_->append(batch_));
    batch_.clear();
    last_ = Labels();
    for (std::size_t i = 0; i < result.refused.size(); ++i) {
      if (result.refused[i] == 0) continue;
      return Error(Code::invalid_argument,
                   "refused: " + std::string(to_string(static_cast<tsdb::Refusal>(i))));
    }
    return reopen_ == Reopen::after_each_load ? open() : Result<void>();
  }

  const Queryable& queryable() const override { return *db_; }

 private:
  Result<void> open() {
    db_.reset();
    TRIBUTARY_TRY(db_, tsdb::Db::open(directory_.path() + "/" + std::to_string(number_), {}, disk_,
                                      clock_, Logger()));
    return {};
  }

  void begin(const Labels& labels) {
    if (labels == last_ && !batch_.series().empty()) return;
    tsdb::testing::add(batch_, labels, {});
    last_ = labels;
  }

  const Reopen reopen_;
  tsdb::testing::TemporaryDirectory directory_;
  FaultyDisk disk_;
  FakeClock clock_;
  int number_ = 0;
  std::unique_ptr<tsdb::Db> db_;
  tsdb::WriteBatch batch_;
  Labels last_;
};

class PromqlOverDb : public ::testing::TestWithParam<std::string> {
 protected:
  static void judge(Reopen reopen) {
    const fs::path path = conformance_folder() / (GetParam() + ".test");
    if (!fs::exists(path)) GTEST_SKIP() << "no conformance data at " << path;
    const SystemClock clock;
    const promql::Engine engine(promql::testing::script_engine_options(), clock);
    DbScriptStore store(reopen);

    const auto report = promql::testing::run_script(engine, store, read_file(path));

    ASSERT_TRUE(report) << report.error().message();
    EXPECT_GT(report->evaluations, 0U);
    for (const promql::testing::ScriptFailure& failure : report->failures) {
      ADD_FAILURE() << GetParam() << ":" << failure.line << ": " << failure.query << "\n  "
                    << failure.what;
    }
  }
};

TEST_P(PromqlOverDb, GivesWhatPrometheusExpectsOfTheHead) { judge(Reopen::never); }

TEST_P(PromqlOverDb, GivesTheSameOfWhatTheLogBroughtBack) { judge(Reopen::after_each_load); }

std::string script_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

// All scripts but start_timestamps: the database keeps no start times.
INSTANTIATE_TEST_SUITE_P(Scripts, PromqlOverDb,
                         ::testing::Values("aggregators", "at_modifier", "collision",
                                           "duration_expression", "extended_vectors",
                                           "fill-modifier", "functions", "histograms", "info",
                                           "limit", "literals", "name_label_dropping",
                                           "native_histograms", "operators", "range_queries",
                                           "selectors", "staleness", "subquery", "trig_functions",
                                           "type_and_unit"),
                         script_name);

}  // namespace
}  // namespace tributary::hub::workspaces
