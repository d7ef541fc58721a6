#include "lab/runner/health.h"

#include <gtest/gtest.h>

namespace tributary::lab {
namespace {

using Words = std::vector<std::string>;

TEST(HealthRecord, NeedsSomeFailuresInARowToCallAContainerUnhealthy) {
  HealthRecord record({.retries = 2}, Instant{});
  EXPECT_EQ(record.add(true, Instant{}), Health::healthy);
  EXPECT_EQ(record.add(false, Instant{}), Health::healthy);
  EXPECT_EQ(record.add(true, Instant{}), Health::healthy);
  EXPECT_EQ(record.add(false, Instant{}), Health::healthy);

  EXPECT_EQ(record.add(false, Instant{}), Health::unhealthy);
  EXPECT_EQ(record.add(true, Instant{}), Health::healthy);
}

TEST(HealthRecord, ForgivesFailuresWhileAContainerStarts) {
  HealthRecord record({.retries = 1, .start_period = 10s}, Instant{});

  EXPECT_EQ(record.add(false, Instant{} + 9s), Health::unknown);
  EXPECT_EQ(record.add(false, Instant{} + 10s), Health::unhealthy);
}

TEST(HealthRecord, ForgivesNothingAfterTheFirstPass) {
  HealthRecord record({.retries = 1, .start_period = 10s}, Instant{});
  record.add(true, Instant{});

  EXPECT_EQ(record.add(false, Instant{} + 1s), Health::unhealthy);
}

TEST(HealthCommand, IsWordsOrALineForTheShell) {
  EXPECT_EQ(health_command({.command = {"CMD", "/healthcheck", "-port", "1"}}),
            (Words{"/healthcheck", "-port", "1"}));
  EXPECT_EQ(health_command({.command = {"CMD-SHELL", "curl -f x || exit 1"}}),
            (Words{"/bin/sh", "-c", "curl -f x || exit 1"}));
  EXPECT_EQ(health_command({.command = {"NONE"}}), Words{});
}

}  // namespace
}  // namespace tributary::lab
