#include "tsdb/db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "base/disk.h"
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

class DbTest : public ::testing::Test {
 protected:
  std::unique_ptr<Db> open(DbOptions options = {}) {
    return Db::open(directory_.path() + "/db", options, disk_, clock_, Logger()).value();
  }
  static AppendResult write(Db& db, const Labels& labels, const std::vector<Sample>& samples) {
    WriteBatch batch;
    add(batch, labels, samples);
    return db.append(batch).value();
  }
  static std::uint64_t refused(const AppendResult& result, Refusal reason) {
    return result.refused[static_cast<std::size_t>(reason)];
  }

  TemporaryDirectory directory_;
  RealDisk disk_;
  FakeClock clock_;
  const Labels up_{{"__name__", "up"}, {"job", "api"}};
};

TEST_F(DbTest, GivesBackWhatWasWrittenBeforeAndAfterReopening) {
  Everything written;
  {
    const auto db = open();
    for (int i = 0; i < 50; ++i) {
      const Labels labels{{"__name__", "m"}, {"i", std::to_string(i)}};
      for (int t = 0; t < 300; ++t) {
        const Sample sample{kNow + t * 1000 - 600'000, t % 5 == 0 ? kStaleMarker : std::sin(t + i)};
        written[labels].push_back(sample);
        write(*db, labels, {sample});
      }
    }
    EXPECT_EQ(read(*db), written);
    ASSERT_TRUE(db->sync());
  }

  const auto db = open();

  EXPECT_EQ(read(*db), written);
  EXPECT_EQ(db->replay().samples, 50U * 300);
  EXPECT_EQ(db->replay().wal.damage, 0U);
}

TEST_F(DbTest, RefusesSamplesOneByOneAndNamesTheReason) {
  const auto db = open({.out_of_order_window = 0s});
  write(*db, up_, {{kNow, 1}});

  const AppendResult result = write(*db, up_,
                                    {{kNow, 1},              // the same again
                                     {kNow, 2},              // another value
                                     {kNow - 1, 3},          // older
                                     {kNow + 1, 4},          // good
                                     {kNow + 601'000, 5}});  // too far ahead

  EXPECT_EQ(result.appended, 2U);
  EXPECT_EQ(refused(result, Refusal::duplicate), 1U);
  EXPECT_EQ(refused(result, Refusal::out_of_order), 1U);
  EXPECT_EQ(refused(result, Refusal::in_the_future), 1U);
  ASSERT_EQ(result.examples.size(), 3U);
  EXPECT_EQ(result.examples[0].series, "up{job=\"api\"}");
  EXPECT_EQ(result.examples[0].sample, (Sample{kNow, 2}));
  EXPECT_EQ(read(*db)[up_], (std::vector<Sample>{{kNow, 1}, {kNow + 1, 4}}));
}

TEST_F(DbTest, HasAnExampleOfEachReasonHoweverManyThereAreOfOne) {
  const auto db = open({.out_of_order_window = 0s});
  write(*db, up_, {{kNow, 1}});
  std::vector<Sample> samples;
  for (int i = 1; i <= 100; ++i) samples.push_back({kNow - i, 1});
  samples.push_back({kNow, 2});

  const AppendResult result = write(*db, up_, samples);

  ASSERT_EQ(result.examples.size(), AppendResult::kExamplesMax + 1);
  EXPECT_EQ(result.examples.back().reason, Refusal::duplicate);
}

TEST_F(DbTest, AcceptsAWholeRequestAgain) {
  const auto db = open({.out_of_order_window = 0s});
  std::vector<Sample> request;
  for (int i = 0; i < 500; ++i) request.push_back({kNow - 600'000 + i * 1000, std::sin(i)});
  write(*db, up_, request);
  std::vector<Sample> altered = request;
  altered[3].value = 7;
  altered[4].timestamp_ms += 1;

  const AppendResult again = write(*db, up_, request);
  const AppendResult other = write(*db, up_, altered);

  EXPECT_EQ(again.appended, 500U);
  EXPECT_EQ(again.refused_total(), 0U);
  EXPECT_EQ(other.appended, 498U);
  EXPECT_EQ(refused(other, Refusal::duplicate), 1U);
  EXPECT_EQ(refused(other, Refusal::out_of_order), 1U);
  EXPECT_EQ(read(*db)[up_], request);
}

TEST_F(DbTest, TakesARepeatedNaNAsTheSameValue) {
  const auto db = open();
  write(*db, up_, {{kNow, kStaleMarker}});

  const AppendResult result = write(*db, up_, {{kNow, kStaleMarker}, {kNow, kNormalNaN}});

  EXPECT_EQ(result.appended, 1U);
  EXPECT_EQ(refused(result, Refusal::duplicate), 1U);
}

TEST_F(DbTest, ChecksASeriesThatComesTwiceInOneBatch) {
  const auto db = open({.out_of_order_window = 0s});
  WriteBatch batch;
  add(batch, up_, {{kNow, 1}});
  add(batch, up_, {{kNow - 5, 1}, {kNow + 5, 2}});

  const AppendResult result = db->append(batch).value();

  EXPECT_EQ(result.appended, 2U);
  EXPECT_EQ(result.series_created, 1U);
  EXPECT_EQ(refused(result, Refusal::out_of_order), 1U);
}

// Raw bytes are a metric's name here; "bad" is refused.
class NameParser final : public LabelParser {
 public:
  Result<void> parse(std::string_view raw, std::string& packed) override {
    ++calls;
    if (raw.starts_with("bad")) return Error(Code::invalid_argument, "bad labels");
    return packer_.pack(std::vector<LabelView>{{"__name__", raw.substr(0, raw.find('/'))}}, packed);
  }

  int calls = 0;

 private:
  LabelPacker packer_;
};

TEST_F(DbTest, RecognisesSeriesByTheBytesThatASenderRepeats) {
  const auto db = open();
  NameParser parser;
  const auto send = [&](std::initializer_list<const char*> names, std::int64_t ms) {
    WriteBatch batch;
    for (const char* const name : names) {
      batch.add_raw_series(name);
      batch.add_sample({ms, 1});
    }
    parser.calls = 0;
    return db->append(batch, &parser).value();
  };

  send({"a", "b", "c", "d"}, kNow);
  EXPECT_EQ(parser.calls, 4);
  send({"a", "b", "c", "d"}, kNow + 1);
  EXPECT_EQ(parser.calls, 1);  // nothing says what a request begins with
  send({"a", "b", "x", "d"}, kNow + 2);
  EXPECT_EQ(parser.calls, 3);
  send({"a", "b/other", "x", "d"}, kNow + 3);  // the same series in other bytes
  EXPECT_EQ(parser.calls, 2);

  const auto stored = read(*db);
  EXPECT_EQ(stored.size(), 5U);
  EXPECT_EQ(stored.at({{"__name__", "b"}}).size(), 4U);
  EXPECT_EQ(stored.at({{"__name__", "c"}}).size(), 2U);
  EXPECT_EQ(stored.at({{"__name__", "x"}}).size(), 2U);
}

TEST_F(DbTest, RefusesSeriesWhoseLabelsTheParserRefuses) {
  const auto db = open();
  NameParser parser;
  WriteBatch batch;
  batch.add_raw_series("bad");
  batch.add_sample({kNow, 1});
  batch.add_sample({kNow + 1, 1});
  batch.add_raw_series("good");
  batch.add_sample({kNow, 1});

  const AppendResult result = db->append(batch, &parser).value();

  EXPECT_EQ(result.appended, 1U);
  EXPECT_EQ(refused(result, Refusal::invalid_labels), 2U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].detail, "bad labels");
}

TEST_F(DbTest, DoesNotMakeASeriesOfRefusedSamplesAlone) {
  const auto db = open();

  write(*db, up_, {{kNow + 10'000'000, 1}});

  EXPECT_EQ(db->stats().series, 0U);
}

TEST_F(DbTest, HoldsTheLimitsOfSeries) {
  const auto db = open({.series_max = 3, .series_per_metric_max = 2});
  for (int i = 0; i < 3; ++i) {
    write(*db, {{"__name__", "m"}, {"i", std::to_string(i)}}, {{kNow, 1}});
  }
  write(*db, {{"__name__", "n"}}, {{kNow, 1}});

  const AppendResult more = write(*db, {{"__name__", "o"}}, {{kNow, 1}, {kNow + 1, 2}});
  const AppendResult known = write(*db, {{"__name__", "n"}}, {{kNow + 1, 1}});

  EXPECT_EQ(db->stats().series, 3U);
  EXPECT_EQ(refused(more, Refusal::series_limit), 2U);
  EXPECT_EQ(known.appended, 1U);
  EXPECT_EQ(db->stats().refused[static_cast<std::size_t>(Refusal::metric_series_limit)], 1U);
}

TEST_F(DbTest, SelectsByMatchersAndTime) {
  const auto db = open();
  const Labels a{{"__name__", "m"}, {"env", "prod"}, {"i", "1"}};
  const Labels b{{"__name__", "m"}, {"env", "dev"}, {"i", "2"}};
  const Labels c{{"__name__", "m"}, {"i", "3"}};
  write(*db, a, {{kNow, 1}, {kNow + 10, 2}});
  write(*db, b, {{kNow + 20, 3}});
  write(*db, c, {{kNow + 30, 4}});
  const auto selected = [&](const Matchers& matchers, std::int64_t min_ms = INT64_MIN,
                            std::int64_t max_ms = INT64_MAX) {
    std::vector<std::string> found;
    for (const auto& [labels, samples] : read(*db, matchers, min_ms, max_ms)) {
      found.emplace_back(labels.get("i"));
    }
    return found;
  };
  const auto matcher = [](MatchType type, const char* name, const char* value) {
    return Matcher::create(type, name, value).value();
  };

  EXPECT_THAT(selected({matcher(MatchType::equal, "env", "prod")}), ElementsAre("1"));
  EXPECT_THAT(selected({matcher(MatchType::equal, "env", "")}), ElementsAre("3"));
  EXPECT_THAT(selected({matcher(MatchType::not_equal, "env", "prod")}), ElementsAre("2", "3"));
  EXPECT_THAT(selected({matcher(MatchType::not_equal, "env", "")}), ElementsAre("2", "1"));
  EXPECT_THAT(selected({matcher(MatchType::regex, "env", "prod|dev")}), ElementsAre("2", "1"));
  EXPECT_THAT(selected({matcher(MatchType::regex, "env", "p.*")}), ElementsAre("1"));
  EXPECT_THAT(selected({matcher(MatchType::not_regex, "env", "p.*")}), ElementsAre("2", "3"));
  EXPECT_THAT(selected({matcher(MatchType::regex, "env", "p.*|")}), ElementsAre("1", "3"));
  EXPECT_THAT(selected({matcher(MatchType::not_regex, "env", ".+")}), ElementsAre("3"));
  EXPECT_THAT(selected({matcher(MatchType::equal, "nope", "x")}), ElementsAre());
  EXPECT_THAT(selected({Matcher::equal("__name__", "m")}, kNow + 5, kNow + 20),
              ElementsAre("2", "1"));
}

TEST_F(DbTest, ListsLabelNamesAndValues) {
  const auto db = open();
  write(*db, {{"__name__", "m"}, {"env", "prod"}}, {{kNow, 1}});
  write(*db, {{"__name__", "n"}, {"job", "x"}}, {{kNow + 1000, 1}});
  const auto whole = db->querier(INT64_MIN, INT64_MAX).value();
  const auto later = db->querier(kNow + 1, INT64_MAX).value();

  EXPECT_THAT(whole->label_names({}).value(), ElementsAre("__name__", "env", "job"));
  EXPECT_THAT(whole->label_values("__name__", {}).value(), ElementsAre("m", "n"));
  EXPECT_THAT(later->label_names({}).value(), ElementsAre("__name__", "job"));
  EXPECT_THAT(later->label_values("env", {}).value(), ElementsAre());
  const Matchers only_m{Matcher::equal("__name__", "m")};
  EXPECT_THAT(whole->label_names(only_m).value(), ElementsAre("__name__", "env"));
  EXPECT_THAT(whole->label_values("env", only_m).value(), ElementsAre("prod"));
}

TEST_F(DbTest, KeepsMetadataOverARestart) {
  {
    const auto db = open();
    WriteBatch batch;
    batch.add_metadata(
        {.name = "m", .type = MetricType::counter, .unit = "seconds", .help = "A \"thing\"."});
    ASSERT_TRUE(db->append(batch));
  }

  const auto db = open();

  const auto families = db->metadata("m");
  ASSERT_EQ(families.size(), 1U);
  EXPECT_EQ(families[0].type, MetricType::counter);
  EXPECT_EQ(families[0].help, "A \"thing\".");
  EXPECT_EQ(families[0].unit, "seconds");
}

TEST_F(DbTest, IsLockedWhileOpen) {
  const auto db = open();

  const auto second = Db::open(directory_.path() + "/db", {}, disk_, clock_, Logger());

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::already_exists);
}

TEST_F(DbTest, RefusesWritesAfterCloseAndStillAnswersQueries) {
  const auto db = open();
  write(*db, up_, {{kNow, 1}});
  ASSERT_TRUE(db->close());

  WriteBatch batch;
  add(batch, up_, {{kNow + 1, 1}});

  EXPECT_EQ(db->append(batch).error().code(), Code::unavailable);
  EXPECT_EQ(read(*db)[up_].size(), 1U);
}

TEST_F(DbTest, DropsWhatIsOlderThanTheRetentionAndShortensTheLog) {
  DbOptions options{.retention = 1h, .wal_segment_bytes_max = 64U << 10};
  const auto db = open(options);
  const Labels gone{{"__name__", "gone"}};
  std::vector<Sample> kept;
  write(*db, gone, {{kNow - 3'500'000, 1}});
  for (int t = 0; t < 7200; ++t) {
    clock_.advance(1s);
    const Sample sample{kNow + t * 1000, std::sin(t)};
    for (int i = 0; i < 5; ++i) {
      write(*db, {{"__name__", "m"}, {"i", std::to_string(i)}}, {sample});
    }
    kept.push_back(sample);
  }
  const std::int64_t floor = to_ms(clock_.now()) - 3'600'000;
  std::erase_if(kept, [floor](const Sample& sample) { return sample.timestamp_ms < floor; });

  ASSERT_TRUE(db->maintain());

  EXPECT_EQ(db->stats().series, 5U);
  const auto wal = list_wal(disk_, directory_.path() + "/db/wal").value();
  EXPECT_TRUE(wal.checkpoint.has_value());
  EXPECT_TRUE(wal.leftovers.empty());
  ASSERT_TRUE(db->close());
  const Labels first{{"__name__", "m"}, {"i", "0"}};
  EXPECT_EQ(read(*db, {}, floor)[first], kept);
}

TEST_F(DbTest, ReadsACheckpointBackWithTheSegmentsAfterIt) {
  DbOptions options{.retention = 1h, .wal_segment_bytes_max = 64U << 10};
  Everything before;
  const std::int64_t floor = kNow + 7'200'000 - 3'600'000;
  {
    const auto db = open(options);
    for (int t = 0; t < 7200; ++t) {
      clock_.advance(1s);
      for (int i = 0; i < 5; ++i) {
        write(*db, {{"__name__", "m"}, {"i", std::to_string(i)}}, {{kNow + t * 1000, 1.0 * t}});
      }
    }
    ASSERT_TRUE(db->maintain());
    before = read(*db, {}, floor);
  }

  const auto db = open(options);

  EXPECT_EQ(read(*db, {}, floor), before);
  EXPECT_EQ(db->replay().wal.damage, 0U);
  EXPECT_EQ(db->replay().samples_without_series, 0U);
}

TEST_F(DbTest, AnswersQueriesWhileItIsWritten) {
  const auto db = open();
  constexpr int kSeries = 20;
  constexpr int kSteps = 500;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!done) {
        for (const auto& [labels, samples] : read(*db)) {
          for (std::size_t i = 0; i < samples.size(); ++i) {
            ASSERT_EQ(samples[i].timestamp_ms, kNow + static_cast<std::int64_t>(i));
          }
        }
        static_cast<void>(db->querier(INT64_MIN, INT64_MAX).value()->label_values("i", {}));
        static_cast<void>(db->stats());
      }
    });
  }
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      for (int t = 0; t < kSteps; ++t) {
        for (int i = w; i < kSeries; i += 2) {
          write(*db, {{"__name__", "m"}, {"i", std::to_string(i)}}, {{kNow + t, 1.0 * t}});
        }
        ASSERT_TRUE(db->sync());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  for (std::thread& reader : readers) reader.join();

  EXPECT_EQ(db->stats().samples_appended, static_cast<std::uint64_t>(kSeries * kSteps));
}

}  // namespace
}  // namespace tributary::tsdb
