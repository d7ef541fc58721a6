// What a database keeps besides samples that come in order: late ones, native histograms,
// exemplars; over restarts, power cuts and a full disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/faulty_disk.h"
#include "base/random.h"
#include "tsdb/chunk.h"
#include "tsdb/db.h"
#include "tsdb/histogram_chunk.h"
#include "tsdb/test_support.h"
#include "tsdb/write_batch.h"

namespace tributary::tsdb {
namespace {

using testing::add;
using ::testing::ElementsAre;
using testing::Everything;
using testing::read;
using testing::TemporaryDirectory;

constexpr std::int64_t kNow = 1'700'000'000'000;

class DbKindsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Db> open(DbOptions options = {}) {
    return Db::open(path_, options, disk_, clock_, Logger()).value();
  }
  static Result<AppendResult> write(Db& db, const Labels& labels,
                                    const std::vector<Sample>& samples) {
    WriteBatch batch;
    add(batch, labels, samples);
    return db.append(batch);
  }
  static SeriesSamples read_all(const Db& db, const Labels& labels) {
    std::vector<Matcher> matchers;
    for (const Label& label : labels) matchers.push_back(Matcher::equal(label.name, label.value));
    const auto list = db.querier(INT64_MIN, INT64_MAX).value()->select(matchers).value();
    SeriesSamples samples;
    if (list->size() == 1) list->read(0, samples).value();
    return samples;
  }
  static std::uint64_t refused(const AppendResult& result, Refusal reason) {
    return result.refused[static_cast<std::size_t>(reason)];
  }
  static NativeHistogram histogram(std::uint64_t step, std::int32_t schema = 1) {
    NativeHistogram out;
    out.schema = schema;
    out.zero_threshold = schema == kCustomBucketsSchema ? 0 : 1e-6;
    out.positive_spans = {{0, 2}, {1, 1}};
    if (schema == kCustomBucketsSchema) {
      out.positive_spans = {{0, 3}};
      out.custom_values = {0.1, 1, 10};
    } else {
      out.zero_count = step;
    }
    const auto one = static_cast<std::int64_t>(step);
    out.positive_deltas = {one, one, -one};  // 1, 2, 1 times `step`
    out.count = 4 * step + out.zero_count;
    out.sum = 1.5 * static_cast<double>(step);
    return out;
  }
  static NativeHistogram float_histogram(double step) {
    NativeHistogram out;
    out.is_float = true;
    out.schema = 2;
    out.positive_spans = {{-1, 2}};
    out.positive_counts = {step, step / 2};
    out.count_float = step * 1.5;
    out.sum = step;
    return out;
  }
  static AppendResult write(Db& db, const Labels& labels, std::int64_t ms,
                            const NativeHistogram& value) {
    WriteBatch batch;
    add(batch, labels, {});
    batch.add_histogram(ms, value);
    return db.append(batch).value();
  }

  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/db";
  FaultyDisk disk_;
  FakeClock clock_;
  const Labels up_{{"__name__", "up"}};
  const Labels other_{{"__name__", "other"}};
};

TEST_F(DbKindsTest, TakesLateSamplesWithinTheWindowAndNoOthers) {
  const auto db = open();
  ASSERT_TRUE(write(*db, other_, {{kNow + 100'000, 1}}));
  ASSERT_TRUE(write(*db, up_, {{kNow, 1}, {kNow + 60'000, 2}}));

  const AppendResult result = write(*db, up_,
                                    {{kNow + 50'000, 3},
                                     {kNow + 40'000, 4},  // exactly at the border
                                     {kNow + 39'999, 5},
                                     {kNow + 50'000, 3},  // again
                                     {kNow + 50'000, 6},  // another value
                                     {kNow + 60'000, 2},  // known
                                     {kNow + 60'000, 7}})
                                  .value();

  EXPECT_EQ(result.appended, 4U);
  EXPECT_EQ(result.late, 2U);
  EXPECT_EQ(refused(result, Refusal::too_old), 1U);
  EXPECT_EQ(refused(result, Refusal::duplicate), 2U);
  EXPECT_EQ(
      read(*db)[up_],
      (std::vector<Sample>{{kNow, 1}, {kNow + 40'000, 4}, {kNow + 50'000, 3}, {kNow + 60'000, 2}}));
  const AppendResult again = write(*db, up_, {{kNow + 40'000, 4}, {kNow + 40'000, 5}}).value();
  EXPECT_EQ(again.appended, 1U);
  EXPECT_EQ(again.late, 0U);
  EXPECT_EQ(refused(again, Refusal::duplicate), 1U);
}

TEST_F(DbKindsTest, GivesBackLateSamplesInOrderBeforeAndAfterReopening) {
  Everything written;
  const DbOptions options{.out_of_order_window = 1h};
  SeededRandom random(5);
  {
    const auto db = open(options);
    for (int i = 0; i < 5; ++i) {
      const Labels labels{{"__name__", "m"}, {"i", std::to_string(i)}};
      std::vector<Sample> samples;
      for (int t = 0; t < 400; ++t) samples.push_back({kNow - 3'000'000 + t * 7000, 1.0 * t});
      written[labels] = samples;
      std::shuffle(samples.begin(), samples.end(), std::mt19937_64(random.next()));
      for (const Sample& sample : samples) ASSERT_TRUE(write(*db, labels, {sample}));
    }
    EXPECT_EQ(read(*db), written);
    ASSERT_TRUE(db->sync());
  }

  const auto db = open(options);

  EXPECT_EQ(read(*db), written);
  EXPECT_GT(db->replay().late_samples, 1000U);
  EXPECT_EQ(db->replay().wal.damage, 0U);
  const Everything part = read(*db, {}, kNow - 2'000'000, kNow - 1'900'000);
  for (const auto& [labels, samples] : part) EXPECT_EQ(samples.size(), 15U);
}

TEST_F(DbKindsTest, MovesLateSamplesIntoBlocksAndShortensTheirLog) {
  Everything written;
  const DbOptions options{.out_of_order_window = 1h};
  {
    const auto db = open(options);
    for (int t = 0; t < 4 * 240; ++t) {
      clock_.advance(15s);
      const std::int64_t ms = to_ms(clock_.now());
      ASSERT_TRUE(write(*db, up_, {{ms, 1.0 * t}}));
      ASSERT_TRUE(write(*db, up_, {{ms - 20'000, -1.0 * t}}));
      written[up_].push_back({ms, 1.0 * t});
      written[up_].push_back({ms - 20'000, -1.0 * t});
    }
    std::sort(written[up_].begin(), written[up_].end(),
              [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
    ASSERT_EQ(read(*db), written);
    while (db->maintain().value()) {
    }
    EXPECT_GT(db->stats().blocks, 0U);
    EXPECT_EQ(read(*db), written);
    ASSERT_TRUE(db->sync());
  }

  const auto db = open(options);

  EXPECT_EQ(read(*db), written);
  EXPECT_LT(db->replay().late_samples, 900U);
}

TEST_F(DbKindsTest, LosesNoLateSampleThatWasAcknowledgedWhereverThePowerIsCut) {
  std::map<Labels, std::vector<Sample>> acknowledged;
  for (int round = 0; round < 10; ++round) {
    const auto db = open();
    for (int i = 0; i < 5; ++i) {
      const Labels labels{{"__name__", "m"}, {"i", std::to_string(i)}};
      const std::int64_t ms = kNow + round * 1000 + i;
      ASSERT_TRUE(write(*db, labels, {{ms, 1.0 * round}}));
      ASSERT_TRUE(write(*db, labels, {{ms - 500, 2.0 * round}}));
      if (i == 3) {
        ASSERT_TRUE(db->sync());
        disk_.lose_unsynced();
      }
      if (i > 3) continue;
      acknowledged[labels].push_back({ms - 500, 2.0 * round});
      acknowledged[labels].push_back({ms, 1.0 * round});
    }
    disk_.set({.syncs = true, .creates = true});
    disk_.lose_unsynced();
    static_cast<void>(db->close());
    disk_.set({});
    disk_.lose_unsynced();
  }

  const auto db = open();

  EXPECT_EQ(read(*db), acknowledged);
}

TEST_F(DbKindsTest, TakesNothingInWhereTheLogOfLateSamplesIsFull) {
  const auto db = open();
  ASSERT_TRUE(write(*db, up_, {{kNow, 1}}));
  ASSERT_TRUE(write(*db, up_, {{kNow - 10, 1}}));
  ASSERT_TRUE(db->sync());
  disk_.set({.bytes_left = 0});

  const auto refused = write(*db, up_, {{kNow - 5, 2}});
  disk_.set({});

  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_EQ(read(*db)[up_].size(), 2U);
  EXPECT_EQ(write(*db, up_, {{kNow - 5, 2}})->late, 1U);
  EXPECT_EQ(read(*db)[up_].size(), 3U);
}

TEST_F(DbKindsTest, GivesBackHistogramsBeforeAndAfterReopening) {
  const Labels floats{{"__name__", "f"}};
  const Labels custom{{"__name__", "c"}};
  const auto check = [&](const Db& db) {
    const SeriesSamples integers = read_all(db, up_);
    ASSERT_EQ(integers.histograms.size(), 300U);
    for (std::uint64_t i = 0; i < 300; ++i) {
      FloatHistogram expected = to_float(histogram(i + 1));
      const FloatHistogram& got = *integers.histograms[i].histogram;
      expected.reset_hint = got.reset_hint;
      EXPECT_EQ(got, expected);
      EXPECT_EQ(integers.histograms[i].timestamp_ms, kNow + static_cast<std::int64_t>(i) * 100);
    }
    EXPECT_EQ(read_all(db, floats).histograms.size(), 300U);
    EXPECT_EQ(read_all(db, floats).histograms[7].histogram->count, 12);
    EXPECT_EQ(read_all(db, custom).histograms.size(), 300U);
    EXPECT_THAT(read_all(db, custom).histograms[7].histogram->custom_values,
                ElementsAre(0.1, 1, 10));
  };
  {
    const auto db = open();
    for (std::uint64_t i = 0; i < 300; ++i) {
      const std::int64_t ms = kNow + static_cast<std::int64_t>(i) * 100;
      WriteBatch batch;
      add(batch, up_, {});
      batch.add_histogram(ms, histogram(i + 1));
      add(batch, other_, {{ms, 1.0 * static_cast<double>(i)}});
      add(batch, floats, {});
      batch.add_histogram(ms, float_histogram(1 + static_cast<double>(i)));
      add(batch, custom, {});
      batch.add_histogram(ms, histogram(i + 1, kCustomBucketsSchema));
      EXPECT_EQ(db->append(batch)->appended, 4U);
    }
    check(*db);
    ASSERT_TRUE(db->sync());
  }

  const auto db = open();

  check(*db);
  EXPECT_EQ(db->replay().samples, 1200U);
  EXPECT_EQ(db->replay().records_of_other_types, 0U);
}

TEST_F(DbKindsTest, KeepsHistogramsAndFloatsOfOneSeriesInTheOrderOfTheirTimes) {
  Everything floats;
  std::size_t histograms = 0;
  {
    const auto db = open();
    WriteBatch batch;
    add(batch, up_, {{kNow, 1}, {kNow + 2, 2}, {kNow + 5, 3}});
    batch.add_histogram(kNow + 1, histogram(1));
    batch.add_histogram(kNow + 3, float_histogram(1));
    batch.add_histogram(kNow + 4, histogram(2));
    batch.add_histogram(kNow + 6, histogram(3, kCustomBucketsSchema));
    EXPECT_EQ(db->append(batch)->appended, 7U);
    floats[up_] = read_all(*db, up_).floats;
    histograms = read_all(*db, up_).histograms.size();
    ASSERT_TRUE(db->sync());
  }

  const auto db = open();

  EXPECT_EQ(read(*db), floats);
  EXPECT_EQ(floats[up_].size(), 3U);
  EXPECT_EQ(read_all(*db, up_).histograms.size(), 4U);
  EXPECT_EQ(histograms, 4U);
}

TEST_F(DbKindsTest, RefusesHistogramsOneByOne) {
  const auto db = open();
  write(*db, up_, kNow, histogram(3));
  NativeHistogram broken = histogram(4);
  broken.count = 1;

  EXPECT_EQ(write(*db, up_, kNow, histogram(3)).appended, 1U);
  EXPECT_EQ(refused(write(*db, up_, kNow, histogram(4)), Refusal::duplicate), 1U);
  EXPECT_EQ(refused(write(*db, up_, kNow - 1, histogram(3)), Refusal::out_of_order), 1U);
  const AppendResult invalid = write(*db, other_, kNow, broken);
  EXPECT_EQ(refused(invalid, Refusal::invalid_histogram), 1U);
  EXPECT_EQ(invalid.series_created, 0U);
  ASSERT_EQ(invalid.examples.size(), 1U);
  EXPECT_NE(invalid.examples[0].detail, "");
  EXPECT_EQ(read_all(*db, up_).histograms.size(), 1U);
}

TEST_F(DbKindsTest, EndsASeriesOfHistogramsWithAMarkerThatIsOne) {
  const auto db = open();
  write(*db, up_, kNow, histogram(3));

  ASSERT_TRUE(write(*db, up_, {{kNow + 1, kStaleMarker}}));
  ASSERT_TRUE(write(*db, up_, {{kNow + 1, kStaleMarker}}));

  const SeriesSamples samples = read_all(*db, up_);
  EXPECT_TRUE(samples.floats.empty());
  ASSERT_EQ(samples.histograms.size(), 2U);
  EXPECT_TRUE(is_stale_marker(*samples.histograms[1].histogram));
}

TEST_F(DbKindsTest, KeepsExemplarsInACircleOverARestart) {
  const DbOptions options{.exemplars_max = 10};
  const std::vector<Matchers> all{{Matcher::equal("__name__", "up")}};
  const auto check = [&](const Db& db) {
    const auto found = db.exemplars(all, INT64_MIN, INT64_MAX);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(LabelsView(found[0].packed_series).to_labels(), up_);
    ASSERT_EQ(found[0].exemplars.size(), 10U);
    EXPECT_EQ(found[0].exemplars[0].sample, (Sample{kNow + 5, 5}));
    EXPECT_EQ(LabelsView(found[0].exemplars[9].packed_labels).get("trace_id"), "t14");
    EXPECT_EQ(db.exemplars(all, kNow + 7, kNow + 8)[0].exemplars.size(), 2U);
    EXPECT_TRUE(
        db.exemplars(std::vector<Matchers>{{Matcher::equal("a", "b")}}, 0, INT64_MAX).empty());
  };
  {
    const auto db = open(options);
    for (int i = 0; i < 15; ++i) {
      WriteBatch batch;
      add(batch, up_, {{kNow + i, 1}});
      const std::string trace = "t" + std::to_string(i);
      const std::vector<LabelView> labels{{"trace_id", trace}};
      ASSERT_TRUE(batch.add_exemplar(labels, {kNow + i, 1.0 * i}));
      EXPECT_EQ(db->append(batch)->exemplars, 1U);
      const AppendResult again = db->append(batch).value();
      EXPECT_EQ(again.exemplars, 1U);
      EXPECT_EQ(again.appended, 1U);
    }
    check(*db);
    ASSERT_TRUE(db->sync());
  }

  const auto db = open(options);

  check(*db);
  EXPECT_EQ(db->replay().exemplars, 15U);
}

TEST_F(DbKindsTest, RefusesExemplarsThatAreLateOrTooLong) {
  const auto db = open();
  WriteBatch batch;
  add(batch, up_, {{kNow, 1}});
  ASSERT_TRUE(batch.add_exemplar({}, {kNow, 1}));
  ASSERT_EQ(db->append(batch)->exemplars, 1U);
  WriteBatch late;
  add(late, up_, {});
  ASSERT_TRUE(late.add_exemplar({}, {kNow - 1, 1}));
  const std::string text(129, 'x');
  const std::vector<LabelView> labels{{"t", text}};
  ASSERT_TRUE(late.add_exemplar(labels, {kNow + 1, 1}));
  add(late, other_, {});
  ASSERT_TRUE(late.add_exemplar({}, {kNow + 1, 1}));

  const AppendResult result = db->append(late).value();

  EXPECT_EQ(result.exemplars_refused, 3U);
  EXPECT_EQ(db->stats().exemplars, 1U);
}

TEST_F(DbKindsTest, SurvivesDamageAnywhereInLogsOfEveryKind) {
  {
    const auto db = open();
    for (int t = 0; t < 40; ++t) {
      WriteBatch batch;
      add(batch, up_, {{kNow + t * 1000, 1.0 * t}, {kNow + t * 1000 - 500, 2}});
      ASSERT_TRUE(batch.add_exemplar({}, {kNow + t, 1}));
      add(batch, other_, {});
      batch.add_histogram(kNow + t, histogram(static_cast<std::uint64_t>(t) + 1));
      batch.add_histogram(kNow + t * 1000 + 1, float_histogram(t));
      ASSERT_TRUE(db->append(batch));
    }
  }
  SeededRandom random(6);
  for (const char* const name : {"wal/00000000", "wbl/00000000"}) {
    const std::string intact = disk_.read(path_ + "/" + name).value();
    for (int i = 0; i < 60; ++i) {
      std::string bytes = intact;
      const std::size_t at = random.next() % bytes.size();
      switch (i % 3) {
        case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << (i % 8))); break;
        case 1: bytes.resize(at); break;
        default:
          std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                      std::min<std::size_t>(100, bytes.size() - at), '\0');
      }
      const std::string copy = directory_.path() + "/copy";
      std::filesystem::remove_all(copy);
      std::filesystem::copy(path_, copy, std::filesystem::copy_options::recursive);
      ASSERT_TRUE(disk_.replace(copy + "/" + name, bytes));

      const auto db = Db::open(copy, {}, disk_, clock_, Logger());

      ASSERT_TRUE(db) << name << ' ' << i << ": " << db.error().message();
      EXPECT_GE(read(**db).size() + (*db)->replay().wal.damage, 1U);
    }
  }
}

}  // namespace
}  // namespace tributary::tsdb
