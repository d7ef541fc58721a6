#include "model/batch.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Apply, GathersTheColumnAndRenumbersSideColumns) {
  Batch batch;
  batch.timestamp_ms = 7;
  batch.values = {10, 11, 12, 13};
  batch.timestamps = {{1, 100}, {3, 300}};
  batch.exemplars = {{3, {.value = 1}}, {3, {.value = 2}}};
  const ShapeMap map{.shape = nullptr, .gather = {3, 0, 1}};

  const Batch out = apply(map, batch);

  EXPECT_EQ(out.timestamp_ms, 7);
  EXPECT_EQ(out.values, (std::vector<double>{13, 10, 11}));
  ASSERT_EQ(out.timestamps.size(), 2U);
  EXPECT_EQ(out.timestamps[0].index, 0U);
  EXPECT_EQ(out.timestamps[0].value, 300);
  EXPECT_EQ(out.timestamps[1].index, 2U);
  ASSERT_EQ(out.exemplars.size(), 2U);
  EXPECT_EQ(out.exemplars[1].index, 0U);
  EXPECT_EQ(out.exemplars[1].value.value, 2);
}

}  // namespace
}  // namespace tributary
