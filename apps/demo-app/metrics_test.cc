#include "metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::demo {
namespace {

using testing::HasSubstr;

TEST(DemoMetrics, CountOrdersByKindAndOutcome) {
  Metrics metrics;
  metrics.count({.kind = "book", .outcome = "ok", .bytes = 10, .seconds = 0.001});
  metrics.count({.kind = "book", .outcome = "ok", .bytes = 10, .seconds = 0.001});
  metrics.count({.kind = "food", .outcome = "error", .bytes = 10, .seconds = 0.001});

  const std::string page = metrics.render();

  EXPECT_THAT(page, HasSubstr("# TYPE demo_orders_total counter\n"
                              "demo_orders_total{kind=\"book\",outcome=\"ok\"} 2\n"
                              "demo_orders_total{kind=\"food\",outcome=\"error\"} 1\n"));
}

TEST(DemoMetrics, PutDurationsIntoBucketsUpToAndWithTheirBound) {
  Metrics metrics;
  for (const double seconds : {0.0001, 0.0003, 0.25})
    metrics.count({.kind = "book", .outcome = "ok", .bytes = 1, .seconds = seconds});

  const std::string page = metrics.render();

  const auto expect_bucket = [&page](const std::string& le, int count) {
    EXPECT_THAT(page, HasSubstr("demo_order_duration_seconds_bucket{kind=\"book\",le=\"" + le +
                                "\"} " + std::to_string(count) + "\n"));
  };
  expect_bucket("0.0001", 1);
  expect_bucket("0.00025", 1);
  expect_bucket("0.0005", 2);
  expect_bucket("0.01", 2);
  expect_bucket("+Inf", 3);
  EXPECT_THAT(page, HasSubstr("demo_order_duration_seconds_count{kind=\"book\"} 3\n"));
}

TEST(DemoMetrics, GiveQuantilesOfTheLastOrdersAndTheSumOfAll) {
  Metrics metrics;
  metrics.count({.kind = "book", .outcome = "ok", .bytes = 1'000'000, .seconds = 0});
  for (std::size_t bytes = 1; bytes <= Metrics::kSizesMax; ++bytes)
    metrics.count({.kind = "book", .outcome = "ok", .bytes = bytes, .seconds = 0});

  const std::string page = metrics.render();

  EXPECT_THAT(page, HasSubstr("demo_order_size_bytes{quantile=\"0.5\"} 1000\n"
                              "demo_order_size_bytes{quantile=\"0.9\"} 1800\n"
                              "demo_order_size_bytes{quantile=\"0.99\"} 1980\n"
                              "demo_order_size_bytes_sum 3.001e+06\n"
                              "demo_order_size_bytes_count 2001\n"));
}

TEST(DemoMetrics, ShowNoQuantileBeforeTheFirstOrder) {
  EXPECT_THAT(Metrics().render(), HasSubstr("demo_order_size_bytes{quantile=\"0.5\"} NaN\n"));
}

}  // namespace
}  // namespace tributary::demo
