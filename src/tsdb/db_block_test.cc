// The database with its blocks: what the head hands over, what is merged, dropped and deleted, and
// that nothing of it loses a sample.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/faulty_disk.h"
#include "tsdb/block_test_support.h"
#include "tsdb/db.h"

namespace tributary::tsdb {
namespace {

using testing::add;
using testing::difference;
using testing::Everything;
using testing::has_promtool;
using ::testing::HasSubstr;
using testing::read;
using testing::run;
using testing::TemporaryDirectory;

constexpr std::int64_t kStart = 1'699'999'200'000;  // a border of two hours
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

class DbBlockTest : public ::testing::Test {
 protected:
  DbBlockTest() { open(); }

  void open() {
    db_.reset();
    db_ = Db::open(directory_->path(), options_, disk_, clock_, Logger()).value();
  }
  void begin_anew() {
    db_.reset();
    directory_ = std::make_unique<TemporaryDirectory>();
    expected_.clear();
    open();
  }
  Labels labels(int i) const {
    return {{"__name__", "metric_" + std::to_string(i % 3)}, {"host", std::to_string(i)}};
  }
  // A sample a minute for each of `series_`, over a stretch of time; in `expected_` as well.
  void fill(std::int64_t from_ms, std::int64_t to_ms) {
    for (std::int64_t ms = from_ms; ms < to_ms; ms += kMinute) {
      if (!clock_stands_) clock_.set(timestamp_from_ms(ms));
      WriteBatch batch;
      for (int i = 0; i < series_; ++i) {
        const Sample sample{ms, static_cast<double>(ms / kMinute % 1000 + i)};
        add(batch, labels(i), {sample});
        expected_[labels(i)].push_back(sample);
      }
      const auto appended = db_->append(batch);
      ASSERT_TRUE(appended);
      ASSERT_EQ(appended->refused_total(), 0U);
    }
  }
  void maintain() {
    for (int i = 0; i < 1000; ++i) {
      const auto more = db_->maintain({.series_max = 7});
      ASSERT_TRUE(more) << more.error().message();
      if (!*more) return;
    }
    FAIL() << "maintain never ends";
  }
  void erase_expected(const Matchers& matchers, std::int64_t min_ms, std::int64_t max_ms) {
    for (auto& [series, samples] : expected_) {
      if (!matches(matchers, series)) continue;
      std::erase_if(samples, [&](const Sample& sample) {
        return sample.timestamp_ms >= min_ms && sample.timestamp_ms <= max_ms;
      });
    }
    std::erase_if(expected_, [](const auto& entry) { return entry.second.empty(); });
  }
  static Everything without_empty(Everything all) {
    std::erase_if(all, [](const auto& entry) { return entry.second.empty(); });
    return all;
  }
  Everything found() const { return without_empty(read(*db_)); }
  std::vector<std::string> blocks() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_->path())) {
      if (Ulid::parse(entry.path().filename().string())) names.push_back(entry.path());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<TemporaryDirectory> directory_ = std::make_unique<TemporaryDirectory>();
  FaultyDisk disk_;
  FakeClock clock_;
  bool clock_stands_ = false;
  DbOptions options_;
  std::unique_ptr<Db> db_;
  int series_ = 20;
  Everything expected_;
};

TEST_F(DbBlockTest, MakesABlockOfTwoHoursWhenTheHeadHasThree) {
  fill(kStart, kStart + 3 * kHour);
  maintain();
  EXPECT_EQ(db_->stats().blocks, 0U);

  fill(kStart + 3 * kHour, kStart + 3 * kHour + 2 * kMinute);
  maintain();

  EXPECT_EQ(db_->stats().blocks, 1U);
  EXPECT_EQ(db_->stats().blocks_min_ms, kStart);
  EXPECT_EQ(db_->stats().blocks_max_ms, kStart + 2 * kHour - 1);
  EXPECT_EQ(db_->stats().min_ms, kStart + 2 * kHour) << "the head has forgotten it";
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, AnswersTheSameAfterARestart) {
  fill(kStart, kStart + 5 * kHour + 10 * kMinute);
  maintain();
  EXPECT_EQ(db_->stats().blocks, 2U);

  open();

  EXPECT_EQ(db_->stats().blocks, 2U);
  EXPECT_EQ(difference(found(), expected_), "");
  EXPECT_EQ(without_empty(read(*db_, {Matcher::equal("host", "3")}, kStart + 90 * kMinute,
                               kStart + 150 * kMinute))
                .begin()
                ->second.size(),
            61U);
}

TEST_F(DbBlockTest, RefusesWhatWouldComeIntoABlock) {
  fill(kStart, kStart + 4 * kHour);
  maintain();
  WriteBatch late;
  add(late, labels(0), {{kStart + kHour + 1, 1}});

  const auto appended = db_->append(late);

  EXPECT_EQ(appended->refused[static_cast<std::size_t>(Refusal::too_old)], 1U);
}

TEST_F(DbBlockTest, MergesBlocksIntoLongerOnes) {
  fill(kStart - kStart % (18 * kHour) + 18 * kHour, kStart - kStart % (18 * kHour) + 40 * kHour);
  maintain();

  EXPECT_EQ(db_->stats().blocks, 2U) << "18 hours and the newest two";
  EXPECT_EQ(difference(found(), expected_), "");
  open();
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, KeepsTheHeadForQueriesThatReadIt) {
  fill(kStart, kStart + 3 * kHour + 10 * kMinute);
  const auto querier = db_->querier(INT64_MIN, INT64_MAX).value();
  const auto list = querier->select({}).value();

  maintain();

  EXPECT_EQ(db_->stats().blocks, 1U);
  EXPECT_EQ(db_->stats().min_ms, kStart);
  EXPECT_EQ(difference(found(), expected_), "");
  SeriesSamples samples;
  ASSERT_TRUE(list->read(0, samples));
  EXPECT_EQ(samples.floats.size(), 190U);
}

TEST_F(DbBlockTest, DropsBlocksBeyondTheRetention) {
  options_.retention = std::chrono::hours(10);
  open();
  fill(kStart, kStart + 24 * kHour);
  maintain();

  const std::int64_t oldest = db_->stats().blocks_min_ms;
  EXPECT_GE(oldest, kStart + 12 * kHour);
  EXPECT_LE(oldest, kStart + 14 * kHour);
  erase_expected({}, INT64_MIN, oldest - 1);
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, SurvivesAClockThatJumpsAhead) {
  options_.retention = std::chrono::hours(100);
  open();
  fill(kStart, kStart + 6 * kHour);
  clock_.set(timestamp_from_ms(kStart + 5000 * kHour));

  maintain();

  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, DropsTheOldestBlocksThatAreTooMuch) {
  fill(kStart, kStart + 12 * kHour);
  maintain();
  const std::uint64_t bytes = db_->stats().block_bytes;
  options_.retention_bytes = bytes - 1;
  open();

  maintain();

  EXPECT_LT(db_->stats().block_bytes, bytes);
  EXPECT_GT(db_->stats().blocks, 0U);
}

TEST_F(DbBlockTest, DeletesFromHeadAndBlocks) {
  fill(kStart, kStart + 4 * kHour);
  maintain();
  const Matchers some{Matcher::equal("__name__", "metric_1")};

  ASSERT_TRUE(db_->delete_series(some, kStart + kHour, kStart + 3 * kHour));

  erase_expected(some, kStart + kHour, kStart + 3 * kHour);
  EXPECT_EQ(difference(found(), expected_), "");
  open();
  EXPECT_EQ(difference(found(), expected_), "") << "after a restart";
  fill(kStart + 4 * kHour, kStart + 10 * kHour);
  maintain();
  EXPECT_EQ(difference(found(), expected_), "") << "after more was written and compacted";
  ASSERT_TRUE(db_->clean_tombstones());
  EXPECT_EQ(difference(found(), expected_), "") << "after tombstones were cleaned";
  open();
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, DropsABlockOfWhichAllIsDeleted) {
  fill(kStart, kStart + 4 * kHour);
  maintain();
  ASSERT_TRUE(db_->delete_series({}, kStart, kStart + 2 * kHour - 1));

  ASSERT_TRUE(db_->clean_tombstones());

  EXPECT_EQ(db_->stats().blocks, 0U);
  erase_expected({}, kStart, kStart + 2 * kHour - 1);
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, DeletesWhileACompactionIsUnderWay) {
  fill(kStart, kStart + 4 * kHour);
  ASSERT_TRUE(db_->maintain({.series_max = 3}));
  const Matchers some{Matcher::equal("host", "1")};

  ASSERT_TRUE(db_->delete_series(some, kStart, kStart + kHour));
  maintain();

  erase_expected(some, kStart, kStart + kHour);
  EXPECT_EQ(db_->stats().blocks, 1U);
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, CopiesItselfIntoASnapshot) {
  fill(kStart, kStart + 4 * kHour);
  maintain();

  const auto name = db_->snapshot(SnapshotHead::include);
  const auto without = db_->snapshot(SnapshotHead::skip);

  ASSERT_TRUE(name && without);
  EXPECT_EQ(name->size(), std::string("20060102T150405Z-0123456789abcdef").size());
  const std::string snapshots = directory_->path() + "/snapshots/";
  const auto copy = Db::open(snapshots + *name, {}, disk_, clock_, Logger()).value();
  EXPECT_EQ(difference(without_empty(read(*copy)), expected_), "");
  EXPECT_EQ(copy->stats().blocks, 2U);
  const auto old = Db::open(snapshots + *without, {}, disk_, clock_, Logger()).value();
  EXPECT_EQ(old->stats().blocks, 1U);
  ASSERT_TRUE(db_->delete_series({}, kStart, kStart + 4 * kHour));
  EXPECT_EQ(difference(without_empty(read(*copy)), expected_), "")
      << "what is deleted here stays there";
}

TEST_F(DbBlockTest, TellsWhereItsSeriesComeFrom) {
  series_ = 5;
  fill(kStart, kStart + 130 * kMinute);

  const Cardinality found = db_->cardinality(2);

  EXPECT_EQ(found.series, 5U);
  EXPECT_EQ(found.label_pairs, 8U);
  EXPECT_EQ(found.chunks, 10U);
  EXPECT_EQ(found.min_ms, kStart);
  EXPECT_EQ(found.max_ms, kStart + 129 * kMinute);
  EXPECT_EQ(found.series_by_metric, (std::vector<NamedCount>{{"metric_0", 2}, {"metric_1", 2}}));
  EXPECT_EQ(found.values_by_label, (std::vector<NamedCount>{{"host", 5}, {"__name__", 3}}));
  EXPECT_EQ(found.value_bytes_by_label, (std::vector<NamedCount>{{"__name__", 40}, {"host", 5}}));
  EXPECT_EQ(found.series_by_label_pair,
            (std::vector<NamedCount>{{"__name__=metric_0", 2}, {"__name__=metric_1", 2}}));
}

TEST_F(DbBlockTest, CostsADamagedBlockOnly) {
  fill(kStart, kStart + 5 * kHour + 10 * kMinute);
  maintain();
  ASSERT_EQ(blocks().size(), 2U);
  db_.reset();
  for (const std::string& block : blocks()) {
    const std::string json = disk_.read(block + "/meta.json").value();
    if (parse_block_meta(json, block)->min_ms == kStart) std::ofstream(block + "/index") << "bad";
  }

  open();

  EXPECT_EQ(db_->stats().blocks, 1U);
  EXPECT_EQ(db_->stats().blocks_unreadable, 1U);
  erase_expected({}, kStart, kStart + 2 * kHour - 1);
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, LosesNothingWhereverTheProcessEnds) {
  series_ = 3;
  for (std::uint64_t operations = 0; operations < 150; operations += 7) {
    begin_anew();
    fill(kStart, kStart + 9 * kHour);
    ASSERT_TRUE(db_->sync());
    disk_.set({.operations_left = operations});
    for (int i = 0; i < 40; ++i) {
      const auto more = db_->maintain({.series_max = 2});
      clock_.advance(11min);
      if (!more || !*more) break;
    }
    db_.reset();
    disk_.set({});
    disk_.lose_unsynced();

    open();
    ASSERT_EQ(difference(found(), expected_), "") << "after " << operations << " operations";
    maintain();
    ASSERT_EQ(difference(found(), expected_), "")
        << "after " << operations << " operations, compacted";
  }
}

TEST_F(DbBlockTest, GoesOnWhenTheDiskHasRoomAgain) {
  fill(kStart, kStart + 4 * kHour);
  disk_.set({.creates = true});
  EXPECT_FALSE(db_->maintain());
  EXPECT_EQ(difference(found(), expected_), "");
  EXPECT_EQ(db_->stats().compactions_failed, 1U);
  disk_.set({});

  clock_.advance(11min);
  maintain();

  EXPECT_EQ(db_->stats().blocks, 1U);
  EXPECT_EQ(difference(found(), expected_), "");
}

TEST_F(DbBlockTest, IsReadByPromtoolAfterCompaction) {
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed (apt-get install prometheus)";
  fill(kStart, kStart + 20 * kHour);
  maintain();
  db_.reset();

  const std::string list = run("promtool tsdb list '" + directory_->path() + "'");
  std::istringstream lines(run("promtool tsdb dump '" + directory_->path() + "'"));

  Everything dumped;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(line.find('}') + 1));
    Sample sample;
    words >> sample.value >> sample.timestamp_ms;
    const std::size_t host = line.find("host=\"") + 6;
    dumped[labels(std::stoi(line.substr(host)))].push_back(sample);
  }
  for (const std::string& block : blocks()) {
    EXPECT_THAT(list, HasSubstr(std::filesystem::path(block).filename().string()));
  }
  EXPECT_EQ(difference(dumped, expected_), "");
}

TEST_F(DbBlockTest, IsReadWhileItIsWrittenAndCompacted) {
  series_ = 10;
  constexpr std::int64_t kSteps = 14 * 60;
  clock_.set(timestamp_from_ms(kStart + kSteps * kMinute));
  clock_stands_ = true;  // it is read by several threads
  std::atomic<std::int64_t> written{0};
  std::atomic<bool> failed{false};
  const auto read_along = [&] {
    while (written < kSteps && !failed) {
      const std::int64_t steps = written;
      const Everything all = read(*db_);
      for (const auto& [series, samples] : all) {
        // All that was acknowledged is there, once each and in order.
        for (std::size_t i = 0; i < samples.size(); ++i) {
          if (samples[i].timestamp_ms == kStart + static_cast<std::int64_t>(i) * kMinute) continue;
          ADD_FAILURE() << series.to_string() << ": " << i << ": " << samples[i].timestamp_ms;
          failed = true;
          return;
        }
        if (static_cast<std::int64_t>(samples.size()) >= steps) continue;
        ADD_FAILURE() << series.to_string() << ": " << samples.size() << " of " << steps;
        failed = true;
      }
    }
  };
  std::vector<std::jthread> threads;
  threads.emplace_back(read_along);
  threads.emplace_back(read_along);
  threads.emplace_back([&] {
    while (written < kSteps && !failed) {
      if (!db_->maintain({.series_max = 3})) failed = true;
    }
  });

  for (std::int64_t step = 0; step < kSteps; ++step) {
    fill(kStart + step * kMinute, kStart + (step + 1) * kMinute);
    written = step + 1;
  }

  threads.clear();
  EXPECT_FALSE(failed);
  maintain();
  EXPECT_GT(db_->stats().compactions, 3U);
  EXPECT_EQ(difference(found(), expected_), "");
}

// Random writes, deletions, compactions, restarts and snapshots against a map.
TEST_F(DbBlockTest, BehavesAsAMapWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const auto below = [&random](std::uint64_t n) { return static_cast<int>(random.next() % n); };
    begin_anew();
    std::int64_t now = kStart;
    for (int step = 0; step < 60; ++step) {
      switch (below(8)) {
        case 0: open(); break;
        case 1: {
          const Matchers matchers{Matcher::equal("host", std::to_string(below(5)))};
          const std::int64_t from = kStart + below(100) * 30 * kMinute;
          const std::int64_t to = from + below(200) * kMinute;
          ASSERT_TRUE(db_->delete_series(matchers, from, to));
          erase_expected(matchers, from, std::min(to, now));
          break;
        }
        case 2: ASSERT_TRUE(db_->clean_tombstones()); break;
        case 3: maintain(); break;
        case 4: ASSERT_TRUE(db_->maintain({.series_max = 2})); break;
        default: {
          series_ = 1 + below(5);
          const std::int64_t to = now + below(150) * kMinute;
          fill(now, to);
          now = to;
        }
      }
      const std::int64_t min_ms = kStart + below(100) * 30 * kMinute;
      const std::int64_t max_ms = min_ms + below(300) * kMinute;
      Everything wanted;
      for (const auto& [series, samples] : expected_) {
        for (const Sample& sample : samples) {
          if (sample.timestamp_ms >= min_ms && sample.timestamp_ms <= max_ms) {
            wanted[series].push_back(sample);
          }
        }
      }
      ASSERT_EQ(difference(without_empty(read(*db_, {}, min_ms, max_ms)), wanted), "")
          << "step " << step;
    }
    ASSERT_EQ(difference(found(), expected_), "");
  }
}

}  // namespace
}  // namespace tributary::tsdb
