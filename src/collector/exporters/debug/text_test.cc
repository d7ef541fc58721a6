#include "collector/exporters/debug/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "collector/exporters/debug/points.h"

namespace tributary::collector::debug {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kTime = 1'767'323'045'600;  // 2026-01-02 03:04:05.6 UTC

// A batch of one resource and scope, built series by series.
class BatchOf {
 public:
  BatchOf() {
    resource_.attributes = {{"service.name", std::string("app")},
                            {"service.instance.id", std::string("h:80")},
                            {"port", std::int64_t{80}}};
    scope_.name = "scraper";
    scope_.version = "v1";
  }

  BatchOf& family(MetricFamily family) {
    family_ = std::make_shared<const MetricFamily>(std::move(family));
    return *this;
  }
  BatchOf& series(Role role, Labels labels, double value) {
    series_.push_back({family_, role, std::move(labels), nullptr, nullptr});
    values_.push_back(value);
    return *this;
  }
  Batch batch() const {
    const auto resource = std::make_shared<const Resource>(resource_);
    const auto scope = std::make_shared<const Scope>(scope_);
    std::vector<Series> series = series_;
    for (Series& one : series) {
      one.resource = resource;
      one.scope = scope;
    }
    Batch out;
    out.shape = std::make_shared<const Shape>(std::move(series));
    out.timestamp_ms = kTime;
    out.values = values_;
    return out;
  }

 private:
  Resource resource_;
  Scope scope_;
  std::shared_ptr<const MetricFamily> family_;
  std::vector<Series> series_;
  std::vector<double> values_;
};

MetricFamily family(std::string name, MetricType type) {
  MetricFamily out;
  out.name = std::move(name);
  out.type = type;
  return out;
}

TEST(DetailedText, ShowsAGaugeAsTheOpenTelemetryCollectorDoes) {
  MetricFamily memory = family("ecs.task.memory", MetricType::gauge);
  memory.unit = "MiB";
  memory.help = "In use.";
  memory.is_integer = true;
  const Batch batch =
      BatchOf().family(memory).series(Role::value, {{"job", "app"}, {"path", "/"}}, 5).batch();

  const std::string text = detailed_text(batch);

  EXPECT_EQ(text,
            "ResourceMetrics #0\n"
            "Resource SchemaURL: \n"
            "Resource attributes:\n"
            "     -> service.name: Str(app)\n"
            "     -> service.instance.id: Str(h:80)\n"
            "     -> port: Int(80)\n"
            "ScopeMetrics #0\n"
            "ScopeMetrics SchemaURL: \n"
            "InstrumentationScope scraper v1\n"
            "Metric #0\n"
            "Descriptor:\n"
            "     -> Name: ecs.task.memory\n"
            "     -> Description: In use.\n"
            "     -> Unit: MiB\n"
            "     -> DataType: Gauge\n"
            "NumberDataPoints #0\n"
            "Data point attributes:\n"
            "     -> path: Str(/)\n"
            "StartTimestamp: 1970-01-01 00:00:00 +0000 UTC\n"
            "Timestamp: 2026-01-02 03:04:05.6 +0000 UTC\n"
            "Value: 5\n");
}

TEST(DetailedText, PutsHistogramsTogetherAgain) {
  const Batch batch = BatchOf()
                          .family(family("latency", MetricType::histogram))
                          .series(Role::bucket, {{"le", "0.5"}}, 2)
                          .series(Role::bucket, {{"le", "1"}}, 5)
                          .series(Role::bucket, {{"le", "+Inf"}}, 6)
                          .series(Role::sum, {}, 3.5)
                          .series(Role::count, {}, 6)
                          .batch();

  const std::string text = detailed_text(batch);

  EXPECT_THAT(text, HasSubstr("     -> DataType: Histogram\n"
                              "     -> AggregationTemporality: Cumulative\n"
                              "HistogramDataPoints #0\n"));
  EXPECT_THAT(text,
              HasSubstr("Count: 6\nSum: 3.500000\n"
                        "ExplicitBounds #0: 0.500000\nExplicitBounds #1: 1.000000\n"
                        "Buckets #0, Count: 2\nBuckets #1, Count: 3\nBuckets #2, Count: 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("HistogramDataPoints #1")));
}

TEST(DetailedText, KeepsHistogramsOfDifferentLabelsApart) {
  const Batch batch = BatchOf()
                          .family(family("latency", MetricType::histogram))
                          .series(Role::bucket, {{"le", "+Inf"}, {"path", "/a"}}, 1)
                          .series(Role::bucket, {{"le", "+Inf"}, {"path", "/b"}}, 2)
                          .series(Role::count, {{"path", "/a"}}, 1)
                          .series(Role::count, {{"path", "/b"}}, 2)
                          .batch();

  const std::string text = detailed_text(batch);

  EXPECT_THAT(text, HasSubstr("HistogramDataPoints #1"));
  EXPECT_THAT(text, Not(HasSubstr("HistogramDataPoints #2")));
  EXPECT_EQ(count(*batch.shape).points, 2u);
  EXPECT_EQ(count(*batch.shape).metrics, 1u);
}

TEST(DetailedText, ShowsSummariesAndCounters) {
  const Batch batch = BatchOf()
                          .family(family("gc", MetricType::summary))
                          .series(Role::quantile, {{"quantile", "0.5"}}, 0.25)
                          .series(Role::sum, {}, 9)
                          .series(Role::count, {}, 4)
                          .family(family("requests_total", MetricType::counter))
                          .series(Role::value, {}, 1.5)
                          .batch();

  const std::string text = detailed_text(batch);

  EXPECT_THAT(text, HasSubstr("SummaryDataPoints #0\n"));
  EXPECT_THAT(text, HasSubstr("QuantileValue #0: Quantile 0.500000, Value 0.250000\n"));
  EXPECT_THAT(text, HasSubstr("     -> IsMonotonic: true\n"
                              "     -> AggregationTemporality: Cumulative\n"));
  EXPECT_THAT(text, HasSubstr("Metric #1\n"));
  EXPECT_THAT(text, HasSubstr("Value: 1.500000\n"));
}

TEST(DetailedText, HasNoValueForAStaleSeries) {
  const Batch batch = BatchOf()
                          .family(family("up", MetricType::gauge))
                          .series(Role::value, {}, kStaleMarker)
                          .batch();

  EXPECT_THAT(detailed_text(batch), Not(HasSubstr("Value:")));
}

TEST(DetailedText, ShowsTheBucketsOfANativeHistogram) {
  Batch batch =
      BatchOf().family(family("latency", MetricType::histogram)).series(Role::value, {}, 0).batch();
  NativeHistogram histogram;
  histogram.count = 7;
  histogram.sum = 10;
  histogram.schema = 0;
  histogram.zero_count = 1;
  histogram.positive_spans = {{1, 2}};
  histogram.positive_deltas = {2, 1};
  histogram.negative_spans = {{0, 1}};
  histogram.negative_deltas = {1};
  batch.histograms.push_back({0, histogram});

  const std::string text = detailed_text(batch);

  EXPECT_THAT(text, HasSubstr("ExponentialHistogramDataPoints #0\n"));
  EXPECT_THAT(text, HasSubstr("Count: 7\nSum: 10.000000\n"
                              "Bucket [-1.000000, -0.500000), Count: 1\n"
                              "Bucket [0, 0], Count: 1\n"
                              "Bucket (1.000000, 2.000000], Count: 2\n"
                              "Bucket (2.000000, 4.000000], Count: 3\n"));
}

TEST(NormalText, HasALineForEachDataPoint) {
  const Batch batch = BatchOf()
                          .family(family("temperature", MetricType::gauge))
                          .series(Role::value, {{"b", "2"}, {"a", "1"}}, 21.5)
                          .family(family("latency", MetricType::histogram))
                          .series(Role::bucket, {{"le", "0.5"}}, 2)
                          .series(Role::bucket, {{"le", "+Inf"}}, 6)
                          .series(Role::sum, {}, 3.5)
                          .series(Role::count, {}, 6)
                          .batch();

  EXPECT_EQ(normal_text(batch),
            "ResourceMetrics #0 service.name=app service.instance.id=h:80 port=80\n"
            "ScopeMetrics #0 scraper@v1\n"
            "temperature{a=1,b=2} 21.5\n"
            "latency{} count=6 sum=3.5 le0.5=2 4\n");
}

TEST(GoText, PrintsNumbersAndTimesAsGo) {
  EXPECT_EQ(go_float(0), "0");
  EXPECT_EQ(go_float(0.0001), "0.0001");
  EXPECT_EQ(go_float(0.00001), "1e-05");
  EXPECT_EQ(go_float(1e20), "100000000000000000000");
  EXPECT_EQ(go_float(1e21), "1e+21");
  EXPECT_EQ(go_float(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(go_float(kNormalNaN), "NaN");
  EXPECT_EQ(go_fixed(1.0 / 3), "0.333333");
  EXPECT_EQ(go_fixed(std::numeric_limits<double>::max()).size(), 316u);
  EXPECT_EQ(go_time(0), "1970-01-01 00:00:00 +0000 UTC");
  EXPECT_EQ(go_time(kTime + 3), "2026-01-02 03:04:05.603 +0000 UTC");
  EXPECT_EQ(go_time(-500), "1969-12-31 23:59:59.5 +0000 UTC");
}

}  // namespace
}  // namespace tributary::collector::debug
