// and, or, unless: series of one side by what the other side has.
#include <utility>

#include "promql/binary.h"
#include "promql/matrix_builder.h"

namespace tributary::promql {
namespace {

// Per match group and step whether a row has a value.
class Presence {
 public:
  Presence(std::size_t groups, const std::vector<std::uint32_t>& group_of, const Matrix& matrix)
      : steps_(matrix.steps()), has_(groups * steps_) {
    for (std::size_t i = 0; i < group_of.size(); ++i) {
      const RowView row = matrix.rows()[i].view();
      for (std::size_t step = row.begin; step < row.end; ++step) {
        if (row.has(step)) has_[group_of[i] * steps_ + step] = true;
      }
    }
  }
  bool has(std::uint32_t group, std::size_t step) const { return has_[group * steps_ + step]; }

 private:
  const std::size_t steps_;
  std::vector<bool> has_;
};

// Takes the values out where the other side's presence is not `wanted`.
void filter(Matrix& matrix, const std::vector<std::uint32_t>& group_of, const Presence& other,
            bool wanted) {
  for (std::size_t i = 0; i < group_of.size(); ++i) {
    MatrixRow& row = matrix.mutable_rows()[i];
    for (std::size_t step = row.begin; step < row.end; ++step) {
      if (other.has(group_of[i], step) == wanted) continue;
      row.erase(step);
    }
  }
  matrix.drop_empty_rows();
}

}  // namespace

Result<RowsPtr> combine_sets(const Expression& expression, Matrix left, Matrix right) {
  const auto& binary = std::get<Binary>(expression.node);
  const MatchGroups groups = match_groups(*binary.matching, left, right);
  if (binary.op != BinaryOperator::set_or) {
    const Presence on_right(groups.count(), groups.right, right);
    filter(left, groups.left, on_right, binary.op == BinaryOperator::set_and);
    return rows_of(std::move(left));
  }
  const Presence on_left(groups.count(), groups.left, left);
  filter(right, groups.right, on_left, false);
  left.append(std::move(right));
  TRIBUTARY_TRY(Matrix merged, merge_same_labels(std::move(left)));
  return rows_of(std::move(merged));
}

}  // namespace tributary::promql
