#include "collector/exporters/prometheusremotewrite/refusal.h"

#include <gtest/gtest.h>

#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

TEST(ThrottleReason, TellsTheFourLimitsOfAmpApart) {
  EXPECT_EQ(throttle_reason("ingestion rate limit (6666.666666666667) exceeded while adding 499 "
                            "samples and 0 metadata"),
            ThrottleReason::ingestion_rate);
  EXPECT_EQ(throttle_reason("ingestion burst size of 1000000 exceeded"),
            ThrottleReason::ingestion_burst);
  EXPECT_EQ(throttle_reason("user=1_ws-1: per-user series limit (local limit: 0 global limit: "
                            "3000000 actual local limit: 500000) exceeded"),
            ThrottleReason::active_series);
  EXPECT_EQ(throttle_reason(R"({"__type":"ThrottlingException","message":"Rate exceeded"})"),
            ThrottleReason::request_rate);
}

TEST(ThrottleReason, KnowsOtherReceivers) {
  EXPECT_EQ(throttle_reason("the request has been rejected because the tenant exceeded the request "
                            "rate limit, set to 10 requests/s across all distributors with a "
                            "maximum allowed burst of 100 (err-mimir-tenant-max-request-rate)"),
            ThrottleReason::request_rate);
  EXPECT_EQ(throttle_reason("the request has been rejected because the tenant exceeded the "
                            "ingestion rate limit, set to 10000 items/s with a maximum allowed "
                            "burst of 200000 (err-mimir-tenant-max-ingestion-rate)"),
            ThrottleReason::ingestion_rate);
  EXPECT_EQ(throttle_reason("per-metric series limit of 10 exceeded"),
            ThrottleReason::active_series);
  EXPECT_EQ(throttle_reason(""), ThrottleReason::other);
  EXPECT_EQ(throttle_reason("come back later"), ThrottleReason::other);
}

TEST(ReadRefusal, FindsTheSeriesAndTheReason) {
  const auto cortex =
      read_refusal(R"(user=1_ws-1: err: out of order sample. timestamp=2021-06-25T09:37:01.8Z, )"
                   R"(series={__name__="up", job="a}b", label="x\"y"})");
  EXPECT_EQ(cortex.reason, RejectReason::out_of_order);
  EXPECT_EQ(cortex.series, R"({__name__="up", job="a}b", label="x\"y"})");
  EXPECT_EQ(cortex.stored, std::nullopt);

  const auto mimir = read_refusal(
      "failed pushing to ingester 0: user=anonymous: the sample has been rejected because another "
      "sample with a more recent timestamp has already been ingested and out-of-order samples are "
      "not allowed (err-mimir-sample-out-of-order). The affected sample has timestamp "
      "2025-03-07T13:04:02.887Z and is from series go_memory{instance=\"i\"} (sampled 1/10)");
  EXPECT_EQ(mimir.reason, RejectReason::out_of_order);
  EXPECT_EQ(mimir.series, "go_memory{instance=\"i\"}");

  const auto hub = read_refusal(
      "workspace ws-1: 3 duplicate sample for timestamp; the other 497 samples are stored; first: "
      "duplicate sample for timestamp. timestamp=x, series={__name__=\"a\"}\n");
  EXPECT_EQ(hub.reason, RejectReason::duplicate);
  EXPECT_EQ(hub.series, "{__name__=\"a\"}");
  EXPECT_EQ(hub.stored, 497u);
}

TEST(ReadRefusal, NamesWhatIsAgainstTheSample) {
  const auto reason = [](std::string_view text) { return read_refusal(text).reason; };

  EXPECT_EQ(reason("out of order sample"), RejectReason::out_of_order);
  EXPECT_EQ(reason("duplicate sample for timestamp"), RejectReason::duplicate);
  EXPECT_EQ(reason("out of bounds"), RejectReason::out_of_bounds);
  EXPECT_EQ(reason("too old sample"), RejectReason::out_of_bounds);
  EXPECT_EQ(reason("series has too many labels (actual: 40, limit: 30) series: 'a{b=\"c\"}'"),
            RejectReason::labels);
  EXPECT_EQ(reason("per-user series limit of 10 exceeded"), RejectReason::active_series);
  EXPECT_EQ(reason("refused {label=\"out of order\"}"), RejectReason::other);
  EXPECT_EQ(reason("snappy: corrupt input"), RejectReason::other);
}

TEST(ReadRefusal, TakesOnlyLabelsInBracesForASeries) {
  const auto series = [](std::string_view text) { return read_refusal(text).series; };

  EXPECT_EQ(series(""), "");
  EXPECT_EQ(series("{"), "");
  EXPECT_EQ(series("{a=\"b"), "");
  EXPECT_EQ(series("{}"), "");
  EXPECT_EQ(series(R"({"message":"bad"})"), "");
  EXPECT_EQ(series("{1} then a:b_c{x=\"{\"}"), "a:b_c{x=\"{\"}");
  EXPECT_EQ(series("{a=\"" + std::string(3000, 'x') + "\"}").size(), 1024u);
}

TEST(FirstSeries, IsThatOfTheRequest) {
  const std::vector<Sample> samples = {{1000, 1}};
  remote::WriteRequestEncoder encoder;
  const Labels first{{"__name__", "up"}, {"job", "a"}};
  const Labels second{{"__name__", "down"}};
  encoder.add({.labels = first.span(), .samples = samples});
  encoder.add({.labels = second.span(), .samples = samples});

  EXPECT_EQ(first_series(remote::compress(encoder.finish())), first.to_string());
  EXPECT_EQ(first_series(remote::compress("")), "");
  EXPECT_EQ(first_series("garbage"), "");
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
