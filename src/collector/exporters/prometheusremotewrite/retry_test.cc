#include "collector/exporters/prometheusremotewrite/retry.h"

#include <gtest/gtest.h>

namespace tributary::collector::prometheusremotewrite {
namespace {

Result<net::Response> status(int code) {
  return net::Response{.status = code, .headers = {}, .body = ""};
}

TEST(Judge, KnowsWhatEndsARequest) {
  EXPECT_EQ(judge(status(200)), Verdict::delivered);
  EXPECT_EQ(judge(status(204)), Verdict::delivered);
  EXPECT_EQ(judge(status(400)), Verdict::rejected);
  EXPECT_EQ(judge(status(422)), Verdict::rejected);
  EXPECT_EQ(judge(status(413)), Verdict::too_large);
}

TEST(Judge, RetriesWhatMayGetBetter) {
  EXPECT_EQ(judge(status(429)), Verdict::throttled);
  EXPECT_EQ(judge(status(500)), Verdict::unavailable);
  EXPECT_EQ(judge(status(503)), Verdict::unavailable);
  EXPECT_EQ(judge(status(408)), Verdict::unavailable);
  EXPECT_EQ(judge(status(401)), Verdict::unauthorised);
  EXPECT_EQ(judge(status(403)), Verdict::unauthorised);
  EXPECT_EQ(judge(status(404)), Verdict::misdirected);
  EXPECT_EQ(judge(status(302)), Verdict::misdirected);
  EXPECT_EQ(judge(Error(Code::timeout, "")), Verdict::unavailable);
  EXPECT_EQ(judge(Error(Code::unavailable, "")), Verdict::unavailable);
  EXPECT_EQ(judge(Error(Code::unauthenticated, "")), Verdict::no_credentials);
  EXPECT_EQ(judge(Error(Code::permission_denied, "")), Verdict::no_credentials);
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  const Timestamp now{std::chrono::seconds(784'111'777)};  // Sun, 06 Nov 1994 08:49:37 GMT
  const auto wait = [&](std::string_view value) {
    return retry_after(
        {.status = 429, .headers = {{"retry-after", std::string(value)}}, .body = ""}, now);
  };

  EXPECT_EQ(wait("120"), 120s);
  EXPECT_EQ(wait(" 7 "), 7s);
  EXPECT_EQ(wait("Sun, 06 Nov 1994 08:50:07 GMT"), 30s);
  EXPECT_EQ(wait("Sun, 06 Nov 1994 08:49:00 GMT"), 0s);
  EXPECT_EQ(wait("99999999999"), 24h);
  EXPECT_EQ(wait("soon"), std::nullopt);
  EXPECT_EQ(wait("-1"), std::nullopt);
  EXPECT_EQ(wait("Sun, 31 Feb 1994 08:49:37 GMT"), std::nullopt);
  EXPECT_EQ(wait("Fri, 31 Dec 9999 23:59:59 GMT"), std::nullopt);
  EXPECT_EQ(retry_after({}, now), std::nullopt);
}

TEST(Backoff, GrowsToItsMaximumAndIsDrawnEvenlyBelowIt) {
  class Always final : public Random {
   public:
    explicit Always(std::uint64_t value) : value_(value) {}
    std::uint64_t next() override { return value_; }

   private:
    std::uint64_t value_;
  };
  Always half(std::uint64_t{1} << 63);
  Backoff backoff({.initial = 100ms, .multiplier = 2, .max = 300ms});

  EXPECT_EQ(backoff.next(half), 50ms);
  EXPECT_EQ(backoff.next(half), 100ms);
  EXPECT_EQ(backoff.next(half), 150ms);
  EXPECT_EQ(backoff.next(half), 150ms);
  backoff.reset();
  EXPECT_EQ(backoff.next(half), 50ms);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
