// sort, sort_desc, sort_by_label and sort_by_label_desc: the order of an instant query's series.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "promql/special.h"

namespace tributary::promql {
namespace {

// Ranges of series have an order of their own.
void warn_in_range_query(Evaluator& evaluator, const Expression& call) {
  if (evaluator.steps() == 1) return;
  evaluator.query().annotations().add(call.position, note::sort_in_range_query());
}

void drop_histograms(Matrix& matrix) {
  for (MatrixRow& row : matrix.mutable_rows()) row.histograms = nullptr;
  matrix.drop_empty_rows();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The longest run of digits, or of anything else, at the beginning.
std::string_view first_chunk(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && is_digit(text[end]) == is_digit(text[0])) ++end;
  return text.substr(0, end);
}

// As a human sorts: runs of digits by the numbers that they are.
int compare_naturally(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view chunk_a = first_chunk(a);
    const std::string_view chunk_b = first_chunk(b);
    std::int64_t number_a = 0;
    std::int64_t number_b = 0;
    const auto read = [](std::string_view chunk, std::int64_t& number) {
      return std::from_chars(chunk.data(), chunk.data() + chunk.size(), number).ec == std::errc();
    };
    if (is_digit(a[0]) && is_digit(b[0]) && read(chunk_a, number_a) && read(chunk_b, number_b)) {
      if (number_a != number_b) return number_a < number_b ? -1 : 1;
    } else if (const int order = chunk_a.compare(chunk_b); order != 0) {
      return order;
    }
    a.remove_prefix(chunk_a.size());
    b.remove_prefix(chunk_b.size());
  }
  if (a.empty() && b.empty()) return 0;
  return a.empty() ? -1 : 1;
}

}  // namespace

Result<RowsPtr> sort_by_value(Evaluator& evaluator, const Expression& expression, bool descending) {
  warn_in_range_query(evaluator, expression);
  TRIBUTARY_TRY(Matrix matrix, evaluator.matrix(*std::get<Call>(expression.node).arguments[0]));
  drop_histograms(matrix);
  if (evaluator.steps() > 1) return rows_of(std::move(matrix));
  std::ranges::stable_sort(matrix.mutable_rows(), [&](const MatrixRow& a, const MatrixRow& b) {
    if (std::isnan(a.value(0))) return false;  // last, either way
    if (std::isnan(b.value(0))) return true;
    return descending ? a.value(0) > b.value(0) : a.value(0) < b.value(0);
  });
  return rows_of(std::move(matrix));
}

Result<RowsPtr> sort_by_label(Evaluator& evaluator, const Expression& expression, bool descending) {
  const Call& call = std::get<Call>(expression.node);
  warn_in_range_query(evaluator, expression);
  TRIBUTARY_TRY(Matrix matrix, evaluator.matrix(*call.arguments[0]));
  std::vector<std::string_view> names;
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    names.push_back(std::get<StringLiteral>(without_parens(*call.arguments[i]).node).value);
  }
  std::ranges::stable_sort(matrix.mutable_rows(), [&](const MatrixRow& a, const MatrixRow& b) {
    int order = 0;
    for (std::size_t i = 0; i < names.size() && order == 0; ++i) {
      const std::string_view left = a.labels.get(names[i]);
      const std::string_view right = b.labels.get(names[i]);
      if (left != right) order = compare_naturally(left, right);
    }
    if (order == 0) order = compare(a.labels, b.labels);
    return descending ? order > 0 : order < 0;
  });
  return rows_of(std::move(matrix));
}

}  // namespace tributary::promql
