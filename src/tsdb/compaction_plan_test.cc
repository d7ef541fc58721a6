#include "tsdb/compaction_plan.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tributary::tsdb {
namespace {

constexpr std::int64_t kHour = 3'600'000;
using Places = std::vector<std::size_t>;

// A block from hour to hour.
BlockMeta block(std::int64_t from, std::int64_t to) {
  static SeededRandom random(1);
  BlockMeta meta;
  meta.ulid = Ulid::make(to * kHour, random);
  meta.sources = {meta.ulid};
  meta.min_ms = from * kHour;
  meta.end_ms = to * kHour;
  meta.series = 100;
  return meta;
}

Places plan(const std::vector<BlockMeta>& blocks) {
  return plan_compaction(blocks, block_ranges(longest_block_ms(0)));
}

TEST(CompactionPlan, TriplesTheLengthUpToTheLongest) {
  EXPECT_EQ(block_ranges(54 * kHour),
            (std::vector<std::int64_t>{2 * kHour, 6 * kHour, 18 * kHour, 54 * kHour}));
  EXPECT_EQ(block_ranges(0), std::vector<std::int64_t>{2 * kHour});
  EXPECT_EQ(longest_block_ms(0), 31 * 24 * kHour);
  EXPECT_EQ(longest_block_ms(15 * 24 * kHour), 36 * kHour);
  EXPECT_EQ(longest_block_ms(1095 * 24 * kHour), 31 * 24 * kHour);
}

TEST(CompactionPlan, WaitsUntilARangeIsFullOrOver) {
  EXPECT_EQ(plan({}), Places());
  EXPECT_EQ(plan({block(0, 2)}), Places());
  EXPECT_EQ(plan({block(0, 2), block(2, 4), block(4, 6)}), Places()) << "the newest is left alone";
  EXPECT_EQ(plan({block(0, 2), block(2, 4), block(4, 6), block(6, 8)}), (Places{0, 1, 2}));
  EXPECT_EQ(plan({block(0, 2), block(4, 6), block(6, 8)}), (Places{0, 1})) << "with a gap";
  EXPECT_EQ(plan({block(0, 2), block(2, 4), block(6, 8), block(8, 10)}), (Places{0, 1}))
      << "nothing comes between any more";
  EXPECT_EQ(plan({block(2, 4), block(4, 6), block(6, 8)}), Places()) << "one may come before";
}

TEST(CompactionPlan, GoesOnToLongerRanges) {
  EXPECT_EQ(plan({block(0, 6), block(6, 12), block(12, 18), block(18, 20)}), (Places{0, 1, 2}));
  EXPECT_EQ(
      plan({block(0, 6), block(6, 12), block(12, 14), block(14, 16), block(16, 18), block(18, 20)}),
      (Places{2, 3, 4}));
}

TEST(CompactionPlan, MergesOverlapsFirst) {
  EXPECT_EQ(plan({block(0, 2), block(1, 3), block(4, 6)}), (Places{0, 1}));
  EXPECT_EQ(plan({block(0, 2), block(2, 8), block(3, 4), block(5, 6), block(8, 10)}),
            (Places{1, 2, 3}));
}

TEST(CompactionPlan, LeavesAloneWhatFailed) {
  std::vector<BlockMeta> blocks{block(0, 2), block(2, 4), block(4, 6), block(6, 8)};
  blocks[1].failed = true;
  EXPECT_EQ(plan(blocks), Places());
}

TEST(CompactionPlan, WritesAnewWhatIsMostlyDeleted) {
  std::vector<BlockMeta> blocks{block(0, 162), block(162, 164)};
  EXPECT_EQ(plan(blocks), Places());
  blocks[0].tombstones = 5;
  EXPECT_EQ(plan(blocks), Places()) << "not more than a twentieth";
  blocks[0].tombstones = 6;
  EXPECT_EQ(plan(blocks), Places{0});
}

TEST(CompactionPlan, TellsWhatABlockWasMadeOf) {
  const std::vector<BlockMeta> parents{block(0, 2), block(2, 4)};

  const BlockMeta merged = merged_meta(parents);

  EXPECT_EQ(merged.min_ms, 0);
  EXPECT_EQ(merged.end_ms, 4 * kHour);
  EXPECT_EQ(merged.level, 2U);
  EXPECT_EQ(merged.sources, (std::vector{parents[0].ulid, parents[1].ulid}));
  EXPECT_EQ(merged.parents[1], (BlockParent{parents[1].ulid, 2 * kHour, 4 * kHour}));
}

TEST(RetentionPlan, DropsTheOldestByTimeAndBySize) {
  const std::vector<SizedBlock> blocks{{10, 100}, {20, 100}, {30, 100}};

  EXPECT_EQ(plan_retention(blocks, {}), Places());
  EXPECT_EQ(plan_retention(blocks, {.oldest_ms = 20}), (Places{0, 1}));
  EXPECT_EQ(plan_retention(blocks, {.bytes_max = 250}), Places{0});
  EXPECT_EQ(plan_retention(blocks, {.oldest_ms = 10, .bytes_max = 200}), Places{0});
}

}  // namespace
}  // namespace tributary::tsdb
