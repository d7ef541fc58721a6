#include "promql/step_vector.h"

#include <gtest/gtest.h>

namespace tributary::promql {
namespace {

FloatHistogramPtr some_histogram() { return std::make_shared<const FloatHistogram>(); }

TEST(RowBuffer, IsEmptyUntilAStepIsSet) {
  RowBuffer row;
  row.reset(3);

  EXPECT_TRUE(row.view().empty());

  row.set(1, 0.0);

  EXPECT_TRUE(row.view().has(1));
  EXPECT_FALSE(row.view().has(0));
}

TEST(RowBuffer, HasAFloatOrAHistogramAtAStep) {
  RowBuffer row;
  row.reset(2);
  row.set(0, 1.0);
  row.set(1, 1.0);

  row.set(1, some_histogram());

  EXPECT_EQ(row.view().histogram(0), nullptr);
  EXPECT_NE(row.view().histogram(1), nullptr);
  EXPECT_TRUE(is_absent(row.view().value(1)));

  row.set(1, 2.0);

  EXPECT_EQ(row.view().histogram(1), nullptr);
  EXPECT_EQ(row.view().value(1), 2);
}

TEST(Matrix, KeepsARowFromItsFirstValueToItsLast) {
  RowBuffer row;
  row.reset(100);
  row.set(40, some_histogram());
  row.set(42, 1.0);
  Matrix matrix(100);

  matrix.add({}, false, row.view());

  const MatrixRow& kept = matrix.rows().front();
  EXPECT_EQ(kept.begin, 40);
  EXPECT_EQ(kept.end, 43);
  EXPECT_NE(kept.histogram(40), nullptr);
  EXPECT_FALSE(kept.has(41));
  EXPECT_EQ(kept.value(42), 1);
  EXPECT_FALSE(kept.has(43));
}

TEST(Matrix, WidensARowToAllSteps) {
  RowBuffer row;
  row.reset(10);
  row.set(5, some_histogram());
  row.set(6, 1.0);
  Matrix matrix(10);
  matrix.add({}, false, row.view());
  MatrixRow& wide = matrix.mutable_rows().front();

  matrix.widen(wide);
  matrix.set(wide, 9, 2.0);

  EXPECT_NE(wide.histogram(5), nullptr);
  EXPECT_EQ(wide.value(6), 1);
  EXPECT_EQ(wide.value(9), 2);
  EXPECT_FALSE(wide.has(0));
}

TEST(Matrix, LeavesOutRowsWithoutValues) {
  Matrix matrix(4);
  matrix.add({}, false);
  matrix.set(matrix.add({}, false), 3, 1.0);
  matrix.add({}, false, RowView{});

  matrix.drop_empty_rows();

  EXPECT_EQ(matrix.rows().size(), 1);
  EXPECT_EQ(matrix.sample_count(), 1);
}

TEST(Matrix, ReleasesWhatItHoldsWhenItGoes) {
  SampleBudget budget(10);
  ASSERT_TRUE(budget.hold(7));
  {
    Matrix matrix(1);
    matrix.keep(Hold(budget, 7));
    const Matrix moved = std::move(matrix);
    EXPECT_EQ(budget.held(), 7);
  }

  EXPECT_EQ(budget.held(), 0);
  EXPECT_EQ(budget.peak(), 7);
}

TEST(Tally, CountsPerStepWhereAskedFor) {
  Tally counted(2);
  Tally plain;
  counted.add(1, 5);
  plain.add(1, 5);

  EXPECT_EQ(counted.per_step[1], 5);
  EXPECT_TRUE(plain.per_step.empty());
  EXPECT_EQ(plain.total, 5);
}

}  // namespace
}  // namespace tributary::promql
