// Debian's Prometheus tools read a directory that this database wrote, sample for sample.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "base/disk.h"
#include "tsdb/db.h"
#include "tsdb/test_support.h"

namespace tributary::tsdb {
namespace {

using testing::add;
using testing::TemporaryDirectory;

constexpr std::int64_t kNow = 1'700'000'000'000;

std::string run(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe))
    out.append(buffer, got);
  EXPECT_EQ(::pclose(pipe), 0) << command << '\n' << out;
  return out;
}

// "{__name__="up", job="x"} 1.5 1700000000000" by line.
using Dump = std::map<std::string, std::vector<std::pair<std::int64_t, double>>>;

Dump parse_dump(const std::string& text) {
  Dump dump;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t time_at = line.rfind(' ');
    const std::size_t value_at = line.rfind(' ', time_at - 1);
    dump[line.substr(0, value_at)].emplace_back(
        std::stoll(line.substr(time_at + 1)),
        std::strtod(line.substr(value_at + 1, time_at - value_at - 1).c_str(), nullptr));
  }
  return dump;
}

class PromtoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "promtool is not installed (apt-get install prometheus)";
    }
  }

  // Writes `series` series of `steps` samples; returns what a dump should say.
  Dump fill(DbOptions options, int series, int steps, int first = 0) {
    const auto db = Db::open(directory_.path(), options, disk_, clock_, Logger()).value();
    Dump expected;
    for (int t = first; t < first + steps; ++t) {
      clock_.advance(15s);
      WriteBatch batch;
      for (int i = 0; i < series; ++i) {
        const Labels labels{{"__name__", "metric_" + std::to_string(i % 7)},
                            {"instance", "host-" + std::to_string(i)},
                            {"path", "/ä\"\\\n"}};
        const Sample sample{kNow + t * 15'000 + i, std::sin(t * 0.1 + i) * 1000};
        add(batch, labels, {sample});
        expected["{__name__=\"metric_" + std::to_string(i % 7) + "\", instance=\"host-" +
                 std::to_string(i) + "\", path=\"/ä\\\"\\\\\\n\"}"]
            .emplace_back(sample.timestamp_ms, sample.value);
      }
      EXPECT_TRUE(db->append(batch));
    }
    EXPECT_TRUE(db->close());
    return expected;
  }

  Dump dump() { return parse_dump(run("promtool tsdb dump '" + directory_.path() + "' 2>&1")); }

  TemporaryDirectory directory_;
  RealDisk disk_;
  FakeClock clock_;
};

TEST_F(PromtoolTest, DumpsExactlyWhatWasWritten) {
  const Dump expected = fill({}, 50, 300);

  EXPECT_EQ(dump(), expected);
}

TEST_F(PromtoolTest, DumpsALogOfManySegmentsWithoutCompression) {
  const DbOptions options{.wal_compression = WalCompression::none,
                          .wal_segment_bytes_max = 100'000};
  const Dump expected = fill(options, 100, 300);

  EXPECT_EQ(dump(), expected);
}

TEST_F(PromtoolTest, DumpsALogThatWasRepaired) {
  fill({.wal_segment_bytes_max = 100'000}, 50, 300);
  const std::string damaged = directory_.path() + "/wal/00000001";
  const std::string bytes = disk_.read(damaged).value();
  std::string flipped = bytes;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  ASSERT_TRUE(disk_.replace(damaged, flipped));
  std::size_t kept = 0;
  {
    const auto db = Db::open(directory_.path(), {}, disk_, clock_, Logger()).value();
    ASSERT_EQ(db->replay().wal.damage, 1U);
    kept = static_cast<std::size_t>(db->replay().samples);
  }

  std::size_t dumped = 0;
  for (const auto& [series, samples] : dump()) dumped += samples.size();

  EXPECT_EQ(dumped, kept);
  EXPECT_GE(kept, 50U * 299 - 50);
}

TEST_F(PromtoolTest, DumpsACheckpointWithTheSegmentsAfterIt) {
  const DbOptions options{.retention = 30min, .wal_segment_bytes_max = 100'000};
  Dump expected = fill(options, 50, 300);
  std::int64_t floor = 0;
  {
    const auto db = Db::open(directory_.path(), options, disk_, clock_, Logger()).value();
    floor = to_ms(clock_.now()) - 30 * 60'000;
    ASSERT_TRUE(db->maintain());
  }
  ASSERT_TRUE(list_wal(disk_, directory_.path() + "/wal").value().checkpoint.has_value());
  const auto drop_old = [floor](Dump& dump) {
    for (auto& [series, samples] : dump) {
      std::erase_if(samples, [floor](const auto& sample) { return sample.first < floor; });
    }
  };

  Dump dumped = dump();

  drop_old(dumped);
  drop_old(expected);
  EXPECT_EQ(dumped, expected);
}

TEST_F(PromtoolTest, ReadsWhatWasAddedAfterPromtoolHadTheDirectory) {
  const Dump first = fill({}, 20, 50);
  ASSERT_EQ(dump(), first);

  Dump expected = first;
  for (auto& [series, samples] : fill({}, 20, 50, 50)) {
    auto& all = expected[series];
    all.insert(all.end(), samples.begin(), samples.end());
  }

  EXPECT_EQ(dump(), expected);
}

}  // namespace
}  // namespace tributary::tsdb
