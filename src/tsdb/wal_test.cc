// What the log promises when the disk does not: nothing that was synced is lost, nothing that was
// refused comes back, and it recovers by itself.
#include "tsdb/wal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/faulty_disk.h"
#include "tsdb/db.h"
#include "tsdb/test_support.h"
#include "tsdb/wal_directory.h"

namespace tributary::tsdb {
namespace {

using testing::add;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::read;
using testing::TemporaryDirectory;

constexpr std::int64_t kNow = 1'700'000'000'000;

class WalTest : public ::testing::Test {
 protected:
  void open(Wal::Options options = {.segment_bytes_max = 1U << 20}) {
    wal_ = Wal::open(disk_, directory_.path(), 0, options).value();
  }
  Result<void> log(std::string_view record) {
    const std::string_view records[] = {record};
    return wal_->log(records);
  }
  std::vector<std::string> records() {
    std::vector<std::string> out;
    report_ = {};
    const auto listing = list_wal(disk_, directory_.path()).value();
    EXPECT_TRUE(read_wal(
        disk_, directory_.path(), listing, Repair::no,
        [&out](std::string_view record) { out.emplace_back(record); }, report_));
    return out;
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  std::unique_ptr<Wal> wal_;
  WalReport report_;
};

TEST_F(WalTest, KeepsWhatWasSyncedAfterAPowerCut) {
  open();
  ASSERT_TRUE(log("one"));
  ASSERT_TRUE(wal_->sync());
  ASSERT_TRUE(log("two"));

  disk_.lose_unsynced();

  EXPECT_THAT(records(), ElementsAre("one"));
}

TEST_F(WalTest, CutsSegmentsAndReadsThemInOrder) {
  open({.segment_bytes_max = 100'000, .compression = WalCompression::none});
  std::vector<std::string> logged;
  for (int i = 0; i < 40; ++i) {
    logged.push_back(std::string(10'000, static_cast<char>('a' + i % 26)) + std::to_string(i));
    ASSERT_TRUE(log(logged.back()));
  }

  EXPECT_EQ(records(), logged);
  EXPECT_GE(report_.segments, 4U);
}

TEST_F(WalTest, RefusesWholeRecordsWhenTheDiskIsFullAndGoesOnWhenItIsNot) {
  open({.compression = WalCompression::none});
  ASSERT_TRUE(log("one"));
  disk_.set({.bytes_left = 4});

  const auto refused = log("two");
  disk_.set({});
  ASSERT_TRUE(log("three"));
  ASSERT_TRUE(wal_->sync());

  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_THAT(refused.error().message(), HasSubstr("No space left on device"));
  EXPECT_THAT(records(), ElementsAre("one", "three"));
  EXPECT_EQ(report_.damage, 0U);
}

TEST_F(WalTest, BeginsANewSegmentWhereATornWriteCannotBeTakenBack) {
  open({.compression = WalCompression::none});
  ASSERT_TRUE(log("one"));
  disk_.set({.bytes_left = 4, .truncates = true});
  ASSERT_FALSE(log("two"));
  disk_.set({.truncates = true});

  ASSERT_TRUE(log("three"));
  ASSERT_TRUE(wal_->sync());

  EXPECT_EQ(wal_->segment(), 1U);
  EXPECT_THAT(records(), ElementsAre("one", "one", "three"));
  EXPECT_EQ(report_.damage, 1U);
}

TEST_F(WalTest, WritesAgainWhatAFailedFsyncLeftInDoubt) {
  open();
  ASSERT_TRUE(log("one"));
  ASSERT_TRUE(wal_->sync());
  ASSERT_TRUE(log("two"));
  disk_.set({.syncs = true});
  const auto failed = wal_->sync();
  disk_.set({});

  ASSERT_TRUE(wal_->sync());
  disk_.lose_unsynced();

  EXPECT_EQ(failed.error().code(), Code::unavailable);
  EXPECT_THAT(records(), ElementsAre("one", "two"));
  EXPECT_EQ(report_.damage, 0U);
}

TEST_F(WalTest, RefusesRecordsWhileTheDiskIsIllAndLeavesNoHalfSegments) {
  open();
  ASSERT_TRUE(log("one"));
  disk_.set({.syncs = true});
  ASSERT_FALSE(wal_->sync());

  EXPECT_FALSE(log("two"));
  EXPECT_FALSE(log("three"));
  EXPECT_FALSE(wal_->sync());
  disk_.set({});
  ASSERT_TRUE(log("four"));
  ASSERT_TRUE(wal_->sync());

  EXPECT_THAT(records(), ElementsAre("one", "four"));
  EXPECT_EQ(wal_->segment(), 1U);
}

TEST_F(WalTest, SharesFsyncsBetweenCallers) {
  open();
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        if (!log("record") || !wal_->sync()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(failures, 0);
  EXPECT_LE(wal_->syncs(), static_cast<std::uint64_t>(kThreads * kEach));
  disk_.lose_unsynced();
  EXPECT_EQ(records().size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST_F(WalTest, ReportsAMissingSegmentAndFillsTheGap) {
  open();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(log("record " + std::to_string(i)));
    ASSERT_TRUE(wal_->cut());
  }
  ASSERT_TRUE(disk_.remove(directory_.path() + "/00000001"));
  const auto listing = list_wal(disk_, directory_.path()).value();
  WalReport report;
  std::size_t seen = 0;

  ASSERT_TRUE(read_wal(
      disk_, directory_.path(), listing, Repair::yes, [&seen](std::string_view) { ++seen; },
      report));

  EXPECT_EQ(seen, 2U);
  EXPECT_THAT(report.examples, ElementsAre("segment 00000001 is missing"));
  EXPECT_THAT(records(), ElementsAre("record 0", "record 2"));
  EXPECT_EQ(report_.damage, 0U);
}

class DbOnABadDisk : public ::testing::Test {
 protected:
  std::unique_ptr<Db> open() {
    return Db::open(directory_.path() + "/db", {}, disk_, clock_, Logger()).value();
  }
  static Result<AppendResult> write(Db& db, const Labels& labels, Sample sample) {
    WriteBatch batch;
    add(batch, labels, {sample});
    return db.append(batch);
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  FakeClock clock_;
  const Labels up_{{"__name__", "up"}};
  const Labels other_{{"__name__", "other"}};
};

TEST_F(DbOnABadDisk, TakesNothingInWhenItIsFullAndTheSameAgainWhenItIsNot) {
  const auto db = open();
  ASSERT_TRUE(write(*db, up_, {kNow, 1}));
  disk_.set({.bytes_left = 3});

  const auto refused = write(*db, up_, {kNow + 1, 2});
  const auto refused_new = write(*db, other_, {kNow + 1, 2});
  const auto between = read(*db);
  disk_.set({});

  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_THAT(refused.error().message(), HasSubstr("cannot write the log: write "));
  EXPECT_EQ(refused_new.error().code(), Code::unavailable);
  EXPECT_EQ(between.size(), 1U);
  EXPECT_EQ(between.at(up_).size(), 1U);
  EXPECT_EQ(write(*db, up_, {kNow + 1, 2})->appended, 1U);
  EXPECT_EQ(write(*db, other_, {kNow + 1, 2})->series_created, 1U);
  EXPECT_EQ(db->stats().wal_failures, 2U);
}

TEST_F(DbOnABadDisk, DoesNotAcknowledgeARepeatOfWhatIsNotDurable) {
  testing::Everything written;
  {
    const auto db = open();
    ASSERT_TRUE(write(*db, up_, {kNow, 1}));
    disk_.set({.syncs = true});
    ASSERT_FALSE(db->sync());
    // The sender tries again: the sample is in memory already, but still not on disk.
    const auto again = write(*db, up_, {kNow, 1});
    EXPECT_TRUE(!again || !db->sync());
    disk_.set({});
    ASSERT_TRUE(write(*db, up_, {kNow, 1}));
    ASSERT_TRUE(db->sync());
    written = read(*db);
    disk_.lose_unsynced();
  }

  const auto db = open();

  EXPECT_EQ(read(*db), written);
}

TEST_F(DbOnABadDisk, ReplaysEverythingAcknowledgedWhereverThePowerIsCut) {
  std::map<Labels, std::vector<Sample>> acknowledged;
  for (int round = 0; round < 20; ++round) {
    const auto db = open();
    for (int i = 0; i < 5; ++i) {
      const Labels labels{{"__name__", "m"}, {"i", std::to_string((round + i) % 7)}};
      const Sample sample{kNow + round * 100 + i, 1.0 * round};
      ASSERT_TRUE(write(*db, labels, sample));
      if (i == 3) {
        ASSERT_TRUE(db->sync());
        disk_.lose_unsynced();
      }
      if (i <= 3) acknowledged[labels].push_back(sample);
    }
    // The fifth is in the log but was never synced: the cut comes before `close` can do it.
    disk_.set({.syncs = true, .creates = true});
    disk_.lose_unsynced();
    static_cast<void>(db->close());
    disk_.set({});
    disk_.lose_unsynced();
  }

  const auto db = open();

  EXPECT_EQ(read(*db), acknowledged);
}

TEST_F(DbOnABadDisk, SurvivesDamageAnywhereInTheLog) {
  {
    const auto db = open();
    for (int t = 0; t < 200; ++t) {
      for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(write(*db, {{"__name__", "m"}, {"i", std::to_string(i)}}, {kNow + t, 1.0 * t}));
      }
    }
  }
  const std::string path = directory_.path() + "/db/wal/00000000";
  const std::string good = disk_.read(path).value();
  for (std::size_t at = 0; at < good.size(); at += good.size() / 31) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    RealDisk real;
    ASSERT_TRUE(real.replace(path, bad));
    ASSERT_TRUE(real.remove(directory_.path() + "/db/wal/00000001"));

    const auto db = open();
    std::size_t samples = 0;
    for (const auto& [labels, list] : read(*db)) samples += list.size();

    // A series' first record holds its labels; without them its samples have no owner.
    EXPECT_GE(samples, 799U) << "byte " << at;
    EXPECT_EQ(db->replay().wal.damage, 1U) << "byte " << at;
    EXPECT_GE(samples + db->replay().samples_without_series, 999U) << "byte " << at;
  }
}

}  // namespace
}  // namespace tributary::tsdb
