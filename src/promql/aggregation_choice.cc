// topk, bottomk, limitk and limit_ratio: some of the series of each group, as they are.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "promql/aggregation.h"
#include "promql/go_text.h"

namespace tributary::promql {
namespace {

class Choice {
 public:
  Choice(Evaluator& evaluator, const Expression& expression, std::vector<double> parameters)
      : query_(evaluator.query()),
        steps_(evaluator.steps()),
        aggregation_(std::get<Aggregation>(expression.node)),
        position_(expression.position),
        parameters_(std::move(parameters)) {}

  // False where no series can be chosen, whatever there is.
  Result<bool> check_parameters() const;
  Result<Matrix> run(const Matrix& matrix);

 private:
  void group(const Matrix& matrix);
  // The rows of the group that are chosen at this step, the best first.
  std::vector<std::uint32_t> choose(const Matrix& matrix, std::span<const std::uint32_t> rows,
                                    std::size_t step) const;
  std::vector<std::uint32_t> by_value(const Matrix& matrix, std::span<const std::uint32_t> rows,
                                      std::size_t step, std::size_t k) const;
  bool is_sampled(LabelsView labels, double ratio) const;

  QueryState& query_;
  const std::size_t steps_;
  const Aggregation& aggregation_;
  const Position position_;
  const std::vector<double> parameters_;
  std::vector<std::vector<std::uint32_t>> groups_;  // rows of each
};

bool takes_ratio(Aggregator op) { return op == Aggregator::limit_ratio; }

Result<bool> Choice::check_parameters() const {
  double largest = -std::numeric_limits<double>::max();
  double smallest = std::numeric_limits<double>::max();
  bool nan = false;
  for (const double value : parameters_) {
    nan = nan || std::isnan(value);
    largest = std::max(largest, value);
    smallest = std::min(smallest, value);
  }
  constexpr double kLimit = 9223372036854775808.0;
  if (takes_ratio(aggregation_.op)) {
    if (nan) return Error(Code::execution, "Ratio value is NaN");
    if (largest == 0 && smallest == 0) return false;
    const Position at = without_parens(*aggregation_.parameter).position;
    if (largest > 1) query_.annotations().add(at, note::invalid_ratio(largest, 1));
    if (smallest < -1) query_.annotations().add(at, note::invalid_ratio(smallest, -1));
    return true;
  }
  if (nan) return Error(Code::execution, "Parameter value is NaN");
  if (largest < 1) return false;
  if (smallest <= -kLimit) {
    return Error(Code::execution, "Scalar value " + shortest_text(smallest) + " underflows int64");
  }
  if (largest >= kLimit) {
    return Error(Code::execution, "Scalar value " + shortest_text(largest) + " overflows int64");
  }
  return true;
}

void Choice::group(const Matrix& matrix) {
  const LabelSelection grouping = grouping_of(aggregation_);
  LabelTable keys;
  std::string key;
  for (std::uint32_t row = 0; row < matrix.rows().size(); ++row) {
    const std::uint32_t id =
        keys.add(grouping.select(matrix.rows()[row].labels, false, key).packed());
    if (id == groups_.size()) groups_.emplace_back();
    groups_[id].push_back(row);
  }
}

// The same series are always chosen by the same ratio; r - 1 chooses those that r does not.
bool Choice::is_sampled(LabelsView labels, double ratio) const {
  const double at = static_cast<double>(labels.hash()) / 18446744073709551616.0;
  return ratio >= 0 ? at < ratio : at >= 1 + ratio;
}

std::vector<std::uint32_t> Choice::by_value(const Matrix& matrix,
                                            std::span<const std::uint32_t> rows, std::size_t step,
                                            std::size_t k) const {
  struct Candidate {
    double value;
    std::uint32_t row;
  };
  std::vector<Candidate> candidates;
  for (const std::uint32_t row : rows) {
    const RowView view = matrix.rows()[row].view();
    if (view.histogram(step) != nullptr) {
      query_.annotations().add(position_,
                               note::histogram_ignored_in_aggregation(to_string(aggregation_.op)));
    } else if (view.has(step)) {
      candidates.push_back({view.value(step), row});
    }
  }
  const bool largest = aggregation_.op == Aggregator::topk;
  const auto better = [largest](const Candidate& a, const Candidate& b) {
    if (std::isnan(a.value) != std::isnan(b.value)) return std::isnan(b.value);
    if (!std::isnan(a.value) && a.value != b.value) return (a.value > b.value) == largest;
    return a.row < b.row;
  };
  const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(std::min(k, candidates.size()));
  std::partial_sort(candidates.begin(), end, candidates.end(), better);
  std::vector<std::uint32_t> out;
  for (auto at = candidates.begin(); at != end; ++at) out.push_back(at->row);
  return out;
}

std::vector<std::uint32_t> Choice::choose(const Matrix& matrix, std::span<const std::uint32_t> rows,
                                          std::size_t step) const {
  std::vector<std::uint32_t> out;
  const double parameter = parameters_[step];
  if (takes_ratio(aggregation_.op)) {
    const double ratio = std::clamp(parameter, -1.0, 1.0);
    for (const std::uint32_t row : rows) {
      if (matrix.rows()[row].has(step) && is_sampled(matrix.rows()[row].labels, ratio)) {
        out.push_back(row);
      }
    }
    return out;
  }
  if (parameter < 1) return out;
  const auto k = static_cast<std::size_t>(parameter);
  if (aggregation_.op != Aggregator::limitk) return by_value(matrix, rows, step, k);
  for (const std::uint32_t row : rows) {
    if (out.size() == k) break;
    if (matrix.rows()[row].has(step)) out.push_back(row);
  }
  return out;
}

Result<Matrix> Choice::run(const Matrix& matrix) {
  group(matrix);
  constexpr std::size_t kNone = SIZE_MAX;
  Matrix out(steps_);
  std::vector<std::size_t> chosen(matrix.rows().size(), kNone);  // rows of `out`
  std::uint64_t samples = 0;
  for (std::size_t step = 0; step < steps_; ++step) {
    if (auto checked = query_.check(); !checked) return checked.error();
    for (const std::vector<std::uint32_t>& rows : groups_) {
      for (const std::uint32_t row : choose(matrix, rows, step)) {
        const MatrixRow& from = matrix.rows()[row];
        if (chosen[row] == kNone) {
          chosen[row] = out.rows().size();
          out.add(from.labels, from.drops_name);
        }
        MatrixRow& to = out.mutable_rows()[chosen[row]];
        if (const FloatHistogramPtr* histogram = from.histogram(step)) {
          out.set(to, step, *histogram);
        } else {
          out.set(to, step, from.value(step));
        }
        ++samples;
      }
    }
  }
  const bool fits = query_.budget().hold(samples);
  out.keep(Hold(query_.budget(), samples));
  if (!fits) return QueryState::too_many_samples();
  return out;
}

}  // namespace

Result<RowsPtr> choose_series(Evaluator& evaluator, const Expression& expression) {
  const auto& aggregation = std::get<Aggregation>(expression.node);
  TRIBUTARY_TRY(std::vector<double> parameters, evaluator.scalars(*aggregation.parameter));
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(*aggregation.inner));
  Choice choice(evaluator, expression, std::move(parameters));
  TRIBUTARY_TRY(const bool any, choice.check_parameters());
  if (!any) return rows_of(Matrix(evaluator.steps()));
  TRIBUTARY_TRY(Matrix chosen, choice.run(matrix));
  return rows_of(std::move(chosen));
}

}  // namespace tributary::promql
