#include "collector/exporters/prometheusremotewrite/compiled_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <random>

#include "collector/exporters/prometheusremotewrite/fake_samples.h"
#include "collector/exporters/prometheusremotewrite/request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::int64_t kTime = 1'700'000'000'000;

// The message of a batch the plain way: every series translated and encoded each time.
std::string encode_plainly(const Batch& batch, const CompileOptions& options) {
  remote::WriteRequestEncoder encoder;
  std::vector<std::shared_ptr<const Resource>> resources;
  const std::vector<Series> all = batch.shape->unpack();
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const auto& resource = all[i].resource;
    if (resource && std::find(resources.begin(), resources.end(), resource) == resources.end())
      resources.push_back(resource);
    const Result<Labels> labels = translate(all[i], options.translate);
    if (!labels) continue;
    std::int64_t time = batch.timestamp_ms;
    for (const auto& own : batch.timestamps)
      if (own.index == i) time = own.value;
    std::vector<Sample> samples{{time, batch.values[i]}};
    std::vector<remote::HistogramSample> histograms;
    std::vector<Exemplar> exemplars;
    for (const auto& histogram : batch.histograms) {
      if (histogram.index != i) continue;
      histograms.push_back({time, histogram.value});
      samples.clear();
    }
    for (const auto& exemplar : batch.exemplars) {
      if (exemplar.index != i) continue;
      exemplars.push_back(exemplar.value);
      if (!exemplars.back().timestamp_ms) exemplars.back().timestamp_ms = time;
    }
    encoder.add({labels->span(), samples, histograms, exemplars});
  }
  if (!options.target_info) resources.clear();
  for (const auto& resource : resources) {
    const Sample one{batch.timestamp_ms, 1};
    if (const auto labels = translate_target_info(*resource, options.translate))
      encoder.add({labels->span(), {&one, 1}});
  }
  return encoder.finish();
}

// Sources whose series appear, vanish, change places and types, and that processors take parts of.
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) {
      resources_.push_back(std::make_shared<const Resource>(
          Resource{{{"service.name", std::string("job")},
                    {"service.instance.id", "host:" + std::to_string(i)},
                    {"server.port", std::to_string(i)}},
                   ""}));
    }
    for (std::size_t i = below(4); i-- > 0;) runs_.push_back(make_run());
    reshape();
  }

  Batch next() {
    if (below(3) == 0) change();
    Batch batch;
    batch.shape = shape_;
    time_ms_ += static_cast<std::int64_t>(below(20'000));
    batch.timestamp_ms = below(30) == 0 ? odd_time() : time_ms_;
    for (std::size_t i = 0; i < shape_->size(); ++i) batch.values.push_back(value());
    add_side_columns(batch);
    return below(3) == 0 ? apply(processed(), batch) : batch;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::int64_t odd_time() {
    constexpr std::array<std::int64_t, 5> kTimes = {0, 1, -5, remote::kSlotTimeMax + 1, 1'000'000};
    return kTimes[below(kTimes.size())];
  }

  double value() {
    constexpr std::array<double, 5> kOdd = {0, -0.0, std::numeric_limits<double>::infinity(), -1,
                                            1e-300};
    if (below(20) == 0) return std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});  // stale
    return below(3) == 0 ? kOdd[below(kOdd.size())] : static_cast<double>(random_()) / 3;
  }

  Series make_series() {
    static constexpr std::array kTypes = {MetricType::gauge, MetricType::counter,
                                          MetricType::histogram, MetricType::unknown};
    static constexpr std::array kRoles = {Role::value, Role::bucket, Role::sum, Role::created};
    auto family = std::make_shared<MetricFamily>();
    family->name = below(30) == 0 ? "..." : "metric." + std::to_string(below(5));
    family->type = kTypes[below(kTypes.size())];
    Labels labels;
    for (std::size_t i = below(5); i-- > 0;)
      labels.set("label" + std::to_string(below(6)),
                 std::string(1 + below(30), 'a') + std::to_string(below(50)));
    const Role role = kRoles[below(kRoles.size())];
    if (role == Role::bucket) labels.set("le", std::to_string(below(9)));
    if (below(400) == 0) labels.set("long", std::string(70'000, 'x'));
    const auto resource = below(9) == 0 ? nullptr : resources_[below(resources_.size())];
    return {std::move(family), role, std::move(labels), resource, nullptr};
  }

  SeriesRunPtr make_run() {
    std::vector<Series> series(1 + below(60));
    for (Series& one : series) one = make_series();
    if (below(5) == 0) series.push_back(series.front());  // a duplicate
    return std::make_shared<const SeriesRun>(series);
  }

  void change() {
    switch (below(5)) {
      case 0: runs_.push_back(make_run()); break;
      case 1:
        if (!runs_.empty())
          runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(below(runs_.size())));
        break;
      case 2: std::shuffle(runs_.begin(), runs_.end(), random_); break;
      case 3: {
        if (runs_.empty()) break;
        SeriesRunPtr& run = runs_[below(runs_.size())];
        std::vector<Series> series = run->unpack();
        series[below(series.size())] = make_series();
        std::shuffle(series.begin(), series.end(), random_);
        run = std::make_shared<const SeriesRun>(series);
        break;
      }
      default: break;  // the same series as a new shape
    }
    reshape();
  }
  void reshape() { shape_ = std::make_shared<const Shape>(runs_); }

  // What a chain of processors makes of the shape: some runs go, of some a part stays.
  ShapeMap processed() {
    ShapeMap out;
    std::vector<SeriesRunPtr> runs;
    std::uint32_t from = 0;
    for (const SeriesRunPtr& run : shape_->runs()) {
      Gather kept;
      for (std::uint16_t i = 0; i < run->size(); ++i)
        if (below(3) > 0) kept.push_back(i);
      const std::size_t choice = below(3);
      if (choice == 0) {
        runs.push_back(run);
        out.pieces.push_back({from, static_cast<std::uint32_t>(run->size()), nullptr});
      } else if (choice == 1 && !kept.empty()) {
        runs.push_back(select(*run, kept));
        out.pieces.push_back(
            {from, static_cast<std::uint32_t>(kept.size()), std::make_shared<const Gather>(kept)});
      }
      from += static_cast<std::uint32_t>(run->size());
    }
    out.shape = std::make_shared<const Shape>(runs);
    return out;
  }

  void add_side_columns(Batch& batch) {
    const bool has_times = below(3) == 0, has_histograms = below(5) == 0,
               has_exemplars = below(5) == 0;
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      if (has_times && below(4) == 0)
        batch.timestamps.push_back(
            {i, below(50) == 0 ? odd_time() : time_ms_ - static_cast<std::int64_t>(below(9))});
      if (has_histograms && below(9) == 0) {
        NativeHistogram histogram;
        histogram.count = below(100);
        histogram.positive_spans = {{.offset = 1, .length = 1}};
        histogram.positive_deltas = {static_cast<std::int64_t>(histogram.count)};
        batch.histograms.push_back({i, histogram});
      }
      if (!has_exemplars) continue;
      for (std::size_t n = below(3); n-- > 0;) {
        Exemplar exemplar{{{"trace_id", std::to_string(below(99))}}, value(), std::nullopt};
        if (below(2) == 0) exemplar.timestamp_ms = time_ms_;
        batch.exemplars.push_back({i, exemplar});
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const Resource>> resources_;
  std::vector<SeriesRunPtr> runs_;
  ShapePtr shape_;
  std::int64_t time_ms_ = kTime;
};

void expect_the_same(std::uint64_t seed, const SizeLimits& limits, const CompileOptions& options) {
  RandomSource source(seed);
  ShapeCache cache(options);
  OpenRequest open(limits);
  for (int round = 0; round < 40; ++round) {
    std::string plain, quick;
    std::size_t samples = 0;
    for (std::size_t i = 1 + seed % 3; i-- > 0;) {
      const auto batch = std::make_shared<const Batch>(source.next());
      plain += encode_plainly(*batch, options);
      const CompiledShapePtr shape = cache.get(batch->shape);
      samples += shape->size();
      open.add(shape, batch, Instant{});
    }
    EXPECT_EQ(open.samples(), samples);
    for (const EncodedRequest& request : open.encode()) {
      const auto message = remote::uncompress(*request.body, std::size_t{64} << 20);
      ASSERT_TRUE(message);
      quick += *message;
      const Decoded decoded(*request.body);
      EXPECT_EQ(decoded.series_count, request.series);
      EXPECT_EQ(decoded.samples.size(), request.samples);
      samples -= request.samples;
      if (request.series == 1) continue;
      EXPECT_LE(message->size(), limits.encoded_bytes);
      EXPECT_LE(request.bytes(), limits.request_bytes);
    }
    EXPECT_EQ(samples, 0u);
    // Messages one behind the other are one message.
    ASSERT_TRUE(quick == plain) << "seed " << seed << " round " << round;
  }
}

TEST(CompiledRun, MakesOfAnyBatchesWhatThePlainWayMakes) {
  for (std::uint64_t seed = 0; seed < 16; ++seed) expect_the_same(seed, SizeLimits{}, {});
}

TEST(CompiledRun, MakesOfAnyBatchesWhatThePlainWayMakesUnderTightLimits) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    expect_the_same(seed, {.encoded_bytes = 1'000, .request_bytes = 900U << 10}, {});
    expect_the_same(seed, {.encoded_bytes = 3'000'000, .request_bytes = 1'500}, {});
    expect_the_same(seed, {.encoded_bytes = 20'000, .request_bytes = 5'000},
                    {.target_info = false});
  }
}

class CompiledRunTest : public ::testing::Test {
 protected:
  std::string write(const ShapePtr& shape, const Batch& batch, CompiledRun& run) {
    RequestWriter writer(SizeLimits{});
    run.write(batch, 0, writer);
    const auto requests = writer.take();
    EXPECT_EQ(requests.size(), 1u);
    (void)shape;
    return *requests.at(0).body;
  }
  CompiledRun compile(const ShapePtr& shape) {
    RunNews news;
    return CompiledRun(*shape->runs().at(0), CompileOptions{}, news);
  }
};

TEST_F(CompiledRunTest, IsLaidOutWhenItComesAgain) {
  const ShapePtr shape = fake_wide_shape(100);
  CompiledRun run = compile(shape);

  write(shape, *fake_batch(shape, kTime), run);
  EXPECT_FALSE(run.is_laid_out());
  write(shape, *fake_batch(shape, kTime + 1), run);
  EXPECT_TRUE(run.is_laid_out());
}

TEST_F(CompiledRunTest, StaysLaidOutThroughABatchThatFragmentsCannotSay) {
  const ShapePtr shape = fake_shape({"a", "b"});
  CompiledRun run = compile(shape);
  for (int i = 0; i < 2; ++i) write(shape, *fake_batch(shape, kTime), run);
  Batch odd = *fake_batch(shape, kTime);
  odd.exemplars.push_back({1, Exemplar{{{"trace_id", "x"}}, 1.0, std::nullopt}});

  const Decoded decoded(write(shape, odd, run));

  EXPECT_EQ(decoded.exemplars, 1u);
  EXPECT_EQ(decoded.samples.size(), 2u);
  EXPECT_TRUE(run.is_laid_out());
}

TEST_F(CompiledRunTest, HoldsFewBytesForEachSeries) {
  std::vector<Series> series;
  auto family = std::make_shared<MetricFamily>();
  family->name = "http_request_duration_seconds";
  family->type = MetricType::histogram;
  for (int i = 0; i < 256; ++i) {
    series.push_back({family,
                      Role::bucket,
                      {{"instance", "10.0.0.1:8000"},
                       {"job", "checkout"},
                       {"le", std::to_string(i % 12) + ".5"},
                       {"route", "/api/v1/items/" + std::to_string(i / 12)}},
                      nullptr,
                      nullptr});
  }
  const auto shape =
      std::make_shared<const Shape>(std::vector{std::make_shared<const SeriesRun>(series)});
  CompiledRun run = compile(shape);

  write(shape, *fake_batch(shape, kTime), run);
  EXPECT_LE(run.resident_bytes(), 256u * 25);
  write(shape, *fake_batch(shape, kTime), run);
  EXPECT_LE(run.resident_bytes(), 256u * 30);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
