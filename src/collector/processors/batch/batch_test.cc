#include "collector/processors/batch/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"

namespace tributary::collector::batch {
namespace {

using ::testing::HasSubstr;

TEST(Batch, PassesEveryRunThrough) {
  FakeContext fake;
  Passthrough processor(fake.make({"batch", ""}), Config{});
  const auto run = std::make_shared<const SeriesRun>(std::vector<Series>(2));

  const RunMap map = processor.map(run);

  EXPECT_EQ(map.run, run);
  EXPECT_TRUE(map.gather.empty());
}

TEST(Batch, TakesEverySettingOfTheOpenTelemetryCollector) {
  const FakeSettings<Config> settings(
      "{timeout: 60s, send_batch_size: 1000, send_batch_max_size: 2000, metadata_keys: [a],"
      " metadata_cardinality_limit: 5}");

  EXPECT_TRUE(settings.good()) << settings.messages();
}

TEST(Batch, RefusesAMaximumBelowTheSize) {
  const FakeSettings<Config> settings("{send_batch_size: 1000, send_batch_max_size: 10}");

  EXPECT_THAT(settings.messages(), HasSubstr("send_batch_max_size 10: must be 0 or at least"));
}

}  // namespace
}  // namespace tributary::collector::batch
