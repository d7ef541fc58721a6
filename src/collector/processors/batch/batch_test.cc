#include "collector/processors/batch/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"

namespace tributary::collector::batch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Batch, PassesEveryShapeThrough) {
  FakeContext fake;
  Passthrough processor(fake.make({"batch", ""}), Config{});
  const auto series = std::make_shared<const Series>();
  const auto shape = std::make_shared<const Shape>(std::vector<SeriesPtr>{series, series});

  const ShapeMap map = processor.map(shape);

  EXPECT_EQ(map.shape, shape);
  EXPECT_THAT(map.gather, ElementsAre(0, 1));
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
