#include "collector/exporters/prometheusremotewrite/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/exporters/prometheusremotewrite/fake_samples.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::ElementsAre;

constexpr Instant kNow{};
constexpr std::int64_t kTime = 1'700'000'000'000;

class OpenRequestTest : public ::testing::Test {
 protected:
  std::optional<std::string> add(const ShapePtr& shape, std::int64_t timestamp_ms,
                                 double value = 1) {
    return open_.add(cache_.get(shape), fake_batch(shape, timestamp_ms, value), kNow);
  }
  Decoded only_request() {
    const auto requests = open_.encode();
    EXPECT_EQ(requests.size(), 1u);
    Decoded decoded(*requests.at(0).body);
    EXPECT_TRUE(decoded.good);
    EXPECT_EQ(decoded.series_count, requests[0].series);
    EXPECT_EQ(decoded.samples.size(), requests[0].samples);
    return decoded;
  }

  ShapeCache cache_{CompileOptions{}};
  OpenRequest open_{SizeLimits{}};
};

TEST_F(OpenRequestTest, GathersBatchesInTheOrderOfTheirArrival) {
  const ShapePtr first = fake_shape({"a", "b"});
  const ShapePtr second = fake_shape({"c"});
  add(first, kTime, 1);
  add(second, kTime, 2);
  add(first, kTime + 1, 3);
  add(first, kTime + 2, 4);

  const Decoded decoded = only_request();

  EXPECT_EQ(decoded.series_count, 7u);
  EXPECT_THAT(decoded.samples,
              ElementsAre("a 1@1700000000000", "b 1@1700000000000", "c 2@1700000000000",
                          "a 3@1700000000001", "b 3@1700000000001", "a 4@1700000000002",
                          "b 4@1700000000002"));
  EXPECT_TRUE(open_.empty());
  EXPECT_EQ(open_.samples(), 0u);
}

TEST_F(OpenRequestTest, KeepsTheOrderOfASeriesThatChangesItsShape) {
  const ShapePtr small = fake_shape({"a"});
  const ShapePtr large = fake_shape({"a", "b"});
  add(small, 1000);
  add(large, 2000);
  add(small, 3000);

  EXPECT_THAT(only_request().samples, ElementsAre("a 1@1000", "a 1@2000", "b 1@2000", "a 1@3000"));
}

TEST_F(OpenRequestTest, TellsWhenTwoSourcesWriteTheSameSeries) {
  const ShapePtr app = fake_shape({"container.memory"});
  const ShapePtr side = fake_shape({"container.memory"});

  EXPECT_EQ(add(app, 1000), std::nullopt);
  EXPECT_EQ(add(side, 1000), "container_memory");
}

TEST_F(OpenRequestTest, UsesTheTimesAndHistogramsOfTheBatch) {
  const ShapePtr shape = fake_shape({"a", "b", "c"});
  auto batch = std::make_shared<Batch>(*fake_batch(shape, 1000));
  batch->timestamps.push_back({1, 500});
  batch->histograms.push_back({2, NativeHistogram{}});
  batch->exemplars.push_back({0, Exemplar{{{"trace_id", "x"}}, 1.0, std::nullopt}});
  batch->exemplars.push_back({0, Exemplar{{{"trace_id", "y"}}, 2.0, 900}});
  open_.add(cache_.get(shape), batch, kNow);

  const Decoded decoded = only_request();

  EXPECT_THAT(decoded.samples, ElementsAre("a 1@1000", "b 1@500", "c histogram@1000"));
  EXPECT_EQ(decoded.exemplars, 2u);
}

TEST_F(OpenRequestTest, IsFullByBytesAndByTime) {
  const ShapePtr shape = fake_shape({"a"});
  EXPECT_FALSE(open_.is_full(kNow + 1h));

  add(shape, 1000);
  EXPECT_FALSE(open_.is_full(kNow));
  EXPECT_TRUE(open_.is_full(kNow + OpenRequest::kSpanMax));

  OpenRequest tight(SizeLimits{.encoded_bytes = 50});
  tight.add(cache_.get(shape), fake_batch(shape, 1000), kNow);
  EXPECT_FALSE(tight.is_full(kNow));
  tight.add(cache_.get(shape), fake_batch(shape, 2000), kNow);
  EXPECT_TRUE(tight.is_full(kNow));
  EXPECT_EQ(tight.samples(), 2u);
}

TEST_F(OpenRequestTest, StaysUnderTheLimitAfterCompression) {
  const SizeLimits limits{.encoded_bytes = 3'000'000, .request_bytes = 100'000};
  OpenRequest open(limits);
  const ShapePtr shape = fake_wide_shape(5000, 100);
  open.add(cache_.get(shape), fake_batch(shape, 1000), kNow);

  const auto requests = open.encode();

  std::size_t samples = 0;
  ASSERT_GT(requests.size(), 3u);
  for (const EncodedRequest& request : requests) {
    EXPECT_LE(request.bytes(), limits.request_bytes);
    EXPECT_TRUE(Decoded(*request.body).good);
    samples += request.samples;
  }
  EXPECT_EQ(samples, 5000u);
}

TEST_F(OpenRequestTest, StaysUnderTheLimitBeforeCompression) {
  OpenRequest open(SizeLimits{.encoded_bytes = 10'000});
  const ShapePtr shape = fake_wide_shape(1000);
  open.add(cache_.get(shape), fake_batch(shape, 1000), kNow);

  const auto requests = open.encode();

  ASSERT_GT(requests.size(), 4u);
  for (const EncodedRequest& request : requests)
    EXPECT_LE(remote::uncompress(*request.body, 1 << 20).value().size(), 10'000u);
}

TEST_F(OpenRequestTest, SplitsARequestInTwoThatHoldTheSame) {
  const ShapePtr shape = fake_shape({"a", "b", "c"});
  add(shape, 1000);
  add(shape, 2000);
  const auto requests = open_.encode();

  const auto halves = split(requests.at(0));

  ASSERT_TRUE(halves);
  EXPECT_THAT(Decoded(*halves->first.body).samples,
              ElementsAre("a 1@1000", "b 1@1000", "c 1@1000"));
  EXPECT_THAT(Decoded(*halves->second.body).samples,
              ElementsAre("a 1@2000", "b 1@2000", "c 1@2000"));
  EXPECT_EQ(halves->first.samples, 3u);
  EXPECT_EQ(halves->second.samples, 3u);
  EXPECT_EQ(halves->second.series, 3u);
  EXPECT_EQ(halves->first.oldest_ms, 1000);
  EXPECT_EQ(halves->second.oldest_ms, 1000);
}

TEST_F(OpenRequestTest, DoesNotSplitASingleSeries) {
  add(fake_shape({"a"}), 1000);

  EXPECT_FALSE(split(open_.encode().at(0)));
}

TEST(Metadata, GoesInRequestsOfItsOwn) {
  const FamilyMetadata metadata{
      .type = MetricType::gauge, .family = "up", .help = "Is it?", .unit = ""};

  const auto requests = encode_metadata({metadata, metadata}, SizeLimits{}, kNow, 1000);

  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].samples, 0u);
  EXPECT_THAT(Decoded(*requests[0].body).metadata, ElementsAre("up Is it?", "up Is it?"));
  const auto halves = split(requests[0]);
  ASSERT_TRUE(halves);
  EXPECT_EQ(halves->second.samples, 0u);
}

TEST(ShapeCache, CompilesEachShapeOnceAndForgetsThoseThatAreGone) {
  ShapeCache cache(CompileOptions{});
  const ShapePtr kept = fake_shape({"a"});
  const CompiledShapePtr compiled = cache.get(kept);

  for (int i = 0; i < 100; ++i) cache.get(fake_shape({"b"}));

  EXPECT_EQ(cache.get(kept), compiled);
  EXPECT_EQ(cache.compilations(), 101u);
  EXPECT_LE(cache.shapes(), 3u);
  EXPECT_LE(cache.runs(), 3u);
}

TEST(ShapeCache, CompilesEachRunOnceThoughShapesShareIt) {
  ShapeCache cache(CompileOptions{});
  const ShapePtr a = fake_shape({"a"});
  const ShapePtr b = fake_shape({"b"});
  const auto both =
      std::make_shared<const Shape>(std::vector<SeriesRunPtr>{a->runs()[0], b->runs()[0]});

  const auto of_a = cache.get(a);
  const auto of_both = cache.get(both);

  EXPECT_EQ(of_a->runs[0], of_both->runs[0]);
  EXPECT_EQ(cache.run_compilations(), 2u);
}

TEST(CompiledShape, HasTargetInfoForAResourceThatSaysMore) {
  const Resource resource{{{"service.name", std::string("job")},
                           {"service.instance.id", std::string("host:1")},
                           {"server.port", std::string("1")}},
                          ""};
  const ShapePtr shape = fake_shape({"up", "down"}, {}, resource);

  const auto with = ShapeCache(CompileOptions{}).get(shape);
  const auto without = ShapeCache(CompileOptions{.target_info = false}).get(shape);

  EXPECT_EQ(with->size(), 3u);
  EXPECT_EQ(with->added, 1u);
  EXPECT_EQ(with->target_info->text_of(0),
            R"(target_info{instance="host:1", job="job", server_port="1"})");
  EXPECT_EQ(without->size(), 2u);
}

TEST(CompiledShape, LeavesOutWhatHasNoName) {
  const auto compiled = ShapeCache(CompileOptions{}).get(fake_shape({"a", "..."}));

  EXPECT_EQ(compiled->size(), 1u);
  EXPECT_EQ(compiled->left_out, 1u);
  EXPECT_EQ(compiled->untranslatable, 1u);
  EXPECT_FALSE(compiled->first_problem.empty());
}

TEST(CompiledShape, HasTheMetadataOfRunsThatAreNew) {
  ShapeCache cache(CompileOptions{.metadata = true});
  const ShapePtr a = fake_shape({"a", "a"});
  const ShapePtr b = fake_shape({"b"});
  const auto both =
      std::make_shared<const Shape>(std::vector<SeriesRunPtr>{a->runs()[0], b->runs()[0]});

  const auto of_a = cache.get(a);
  const auto of_both = cache.get(both);

  ASSERT_EQ(of_a->metadata.size(), 1u);
  EXPECT_EQ(of_a->metadata[0].family, "a");
  ASSERT_EQ(of_both->metadata.size(), 1u);
  EXPECT_EQ(of_both->metadata[0].family, "b");
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
