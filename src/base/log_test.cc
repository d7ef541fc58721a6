#include "base/log.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

std::string lines_of(LogSink::Options options, const std::function<void(Logger)>& use) {
  const FakeClock clock(Timestamp(std::chrono::milliseconds(1'700'000'000'123)));
  std::string out;
  auto sink =
      std::make_shared<LogSink>(options, clock, [&out](std::string_view line) { out += line; });
  use(Logger(sink));
  return out;
}

TEST(Logger, WritesConsoleLinesWithFields) {
  const std::string out = lines_of({}, [](const Logger& log) {
    log.named("scrape").with({{"job", "app"}}).warn("scrape failed", {{"status", 503}});
  });

  EXPECT_EQ(out,
            "2023-11-14T22:13:20.123Z\tWARN\tscrape\tscrape failed\t"
            "{\"job\":\"app\",\"status\":503}\n");
}

TEST(Logger, WritesJsonThatSurvivesAnyBytes) {
  const std::string out = lines_of({.encoding = LogEncoding::json}, [](const Logger& log) {
    log.info("a \"quote\"\n", {{"raw", std::string_view("\xff\x01", 2)}, {"ok", true}});
  });

  EXPECT_EQ(out,
            "{\"level\":\"info\",\"ts\":\"2023-11-14T22:13:20.123Z\","
            "\"msg\":\"a \\\"quote\\\"\\n\",\"raw\":\"\uFFFD\\u0001\",\"ok\":true}\n");
}

TEST(Logger, LeavesOutWhatIsBelowItsLevel) {
  const std::string out = lines_of({.level = LogLevel::warn}, [](const Logger& log) {
    log.info("quiet");
    log.error("loud");
  });

  EXPECT_EQ(out.find("quiet"), std::string::npos);
  EXPECT_NE(out.find("loud"), std::string::npos);
}

TEST(LogLimiter, LetsOneLineThroughPerIntervalAndCountsTheOthers) {
  LogLimiter limiter(10s);
  const Instant start{};

  EXPECT_TRUE(limiter.allow(start).allowed);
  EXPECT_FALSE(limiter.allow(start + 3s).allowed);
  EXPECT_FALSE(limiter.allow(start + 9s).allowed);
  const auto verdict = limiter.allow(start + 10s);

  EXPECT_TRUE(verdict.allowed);
  EXPECT_EQ(verdict.suppressed, 2U);
}

}  // namespace
}  // namespace tributary
