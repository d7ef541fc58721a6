// Operators between two vectors, series matched by labels.
#include <algorithm>
#include <utility>

#include "promql/binary.h"
#include "promql/matrix_builder.h"

namespace tributary::promql {
namespace {

constexpr std::uint32_t kNoRow = UINT32_MAX;
constexpr std::size_t kPairsPerCheck = 4096;  // between two looks at the clock

// The "one" side has at most one series per match group and step; the other one may have many, if
// the operator says so.
class Join {
 public:
  Join(Evaluator& evaluator, const Expression& expression, Matrix left, Matrix right);

  Result<Matrix> run();

 private:
  // A series, or the value that fills in for a missing one.
  struct Side {
    std::uint32_t row = kNoRow;
    double fill = 0;
  };

  Result<void> run_group(std::uint32_t group);
  Result<void> run_step(std::uint32_t group, std::size_t step);
  // The group's series of the "one" side at this step, kNoRow where there is none.
  Result<std::uint32_t> find_one(std::uint32_t group, std::size_t step) const;
  Error duplicate(std::uint32_t group, std::uint32_t a, std::uint32_t b) const;
  Result<void> pair(std::uint32_t group, std::size_t step, Side many, Side one);
  std::uint32_t result_row(std::uint32_t group, Side many, Side one);
  Result<void> refuse_repeat(std::uint32_t row);
  Point point(const Matrix& matrix, Side side, std::size_t step) const;
  bool swapped() const { return matching_.cardinality == Cardinality::one_to_many; }
  bool one_to_one() const { return matching_.cardinality == Cardinality::one_to_one; }

  QueryState& query_;
  const Binary& binary_;
  const VectorMatching& matching_;
  const Position position_;
  Matrix many_;
  Matrix one_;
  MatchGroups groups_;                               // left: many, right: one
  std::vector<std::vector<std::uint32_t>> many_of_;  // rows of each group
  std::vector<std::vector<std::uint32_t>> one_of_;
  MatrixBuilder out_;
  LabelEditor editor_;
  // Of each many-row the result row with the one-row that it met last.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> met_;
  // The number of the group and step at hand, of each result row the last such number that it had a
  // match at, and how many matches there are.
  std::uint64_t round_ = 0;
  std::vector<std::uint64_t> matched_in_;
  std::size_t match_count_ = 0;
  std::size_t unchecked_pairs_ = kPairsPerCheck;
  std::vector<bool> matches_at_;  // steps at which there is anything to match
  // The last pair's of a step, as in Prometheus.
  std::vector<std::optional<Annotation>> notes_;
};

Join::Join(Evaluator& evaluator, const Expression& expression, Matrix left, Matrix right)
    : query_(evaluator.query()),
      binary_(std::get<Binary>(expression.node)),
      matching_(*binary_.matching),
      position_(expression.position),
      many_(std::move(left)),
      one_(std::move(right)),
      out_(query_, evaluator.steps()),
      matches_at_(evaluator.steps(), true),
      notes_(evaluator.steps()) {
  if (swapped()) std::swap(many_, one_);
  groups_ = match_groups(matching_, many_, one_);
  many_of_.resize(groups_.count());
  one_of_.resize(groups_.count());
  for (std::uint32_t i = 0; i < groups_.left.size(); ++i) many_of_[groups_.left[i]].push_back(i);
  for (std::uint32_t i = 0; i < groups_.right.size(); ++i) one_of_[groups_.right[i]].push_back(i);
  met_.assign(groups_.left.size(), {kNoRow, kNoRow});
}

Result<Matrix> Join::run() {
  if (!matching_.fill_left && !matching_.fill_right) {
    // Where one side has nothing at all, even series that could not be matched are no error.
    const std::vector<bool> one_steps = steps_with_values(one_);
    matches_at_ = steps_with_values(many_);
    for (std::size_t i = 0; i < one_steps.size(); ++i) {
      matches_at_[i] = matches_at_[i] && one_steps[i];
    }
  }
  for (std::uint32_t group = 0; group < groups_.count(); ++group) {
    if (auto done = run_group(group); !done) return done.error();
  }
  for (std::optional<Annotation>& note : notes_) {
    if (note) query_.annotations().add(position_, std::move(*note));
  }
  return out_.finish();
}

Result<void> Join::run_group(std::uint32_t group) {
  if (many_of_[group].empty() && !matching_.fill_left && one_of_[group].size() < 2) return {};
  if (one_of_[group].empty() && !matching_.fill_right) return {};
  std::size_t begin = many_.steps();
  std::size_t end = 0;
  const auto cover = [&](const Matrix& matrix, const std::vector<std::uint32_t>& rows) {
    for (const std::uint32_t row : rows) {
      begin = std::min(begin, matrix.rows()[row].begin);
      end = std::max(end, matrix.rows()[row].end);
    }
  };
  cover(many_, many_of_[group]);
  cover(one_, one_of_[group]);
  for (std::size_t step = begin; step < end; ++step) {
    if (!matches_at_[step]) continue;
    unchecked_pairs_ += 1 + many_of_[group].size();
    if (unchecked_pairs_ >= kPairsPerCheck) {
      if (auto checked = query_.check(); !checked) return checked;
      unchecked_pairs_ = 0;
    }
    if (auto done = run_step(group, step); !done) return done;
  }
  return {};
}

Result<void> Join::run_step(std::uint32_t group, std::size_t step) {
  TRIBUTARY_TRY(const std::uint32_t one, find_one(group, step));
  ++round_;
  match_count_ = 0;
  for (const std::uint32_t many : many_of_[group]) {
    if (!many_.rows()[many].has(step)) continue;
    Side other{one, 0};
    if (one == kNoRow) {
      if (!matching_.fill_right) continue;
      other.fill = *matching_.fill_right;
    }
    if (auto done = pair(group, step, {many, 0}, other); !done) return done;
  }
  if (one == kNoRow || !matching_.fill_left || match_count_ > 0) return {};
  return pair(group, step, {kNoRow, *matching_.fill_left}, {one, 0});
}

Result<std::uint32_t> Join::find_one(std::uint32_t group, std::size_t step) const {
  std::uint32_t found = kNoRow;
  for (const std::uint32_t one : one_of_[group]) {
    if (!one_.rows()[one].has(step)) continue;
    if (found != kNoRow) return duplicate(group, found, one);
    found = one;
  }
  return found;
}

Error Join::duplicate(std::uint32_t group, std::uint32_t a, std::uint32_t b) const {
  std::string first = quoted_labels(one_.rows()[a].labels);
  std::string second = quoted_labels(one_.rows()[b].labels);
  if (second < first) std::swap(first, second);
  return Error(Code::execution,
               "found duplicate series for the match group " +
                   quoted_labels(LabelsView(groups_.labels.key(group))) + " on the " +
                   (swapped() ? "left" : "right") + " hand-side of the operation: [" + first +
                   ", " + second +
                   "];many-to-many matching not allowed: matching labels must be unique on one "
                   "side");
}

Point Join::point(const Matrix& matrix, Side side, std::size_t step) const {
  if (side.row == kNoRow) return {side.fill, nullptr};
  const RowView row = matrix.rows()[side.row].view();
  const FloatHistogramPtr* const histogram = row.histogram(step);
  return {row.value(step), histogram == nullptr ? nullptr : *histogram};
}

Result<void> Join::pair(std::uint32_t group, std::size_t step, Side many, Side one) {
  Point left = point(many_, many, step);
  Point right = point(one_, one, step);
  if (swapped()) std::swap(left, right);
  BinaryOutcome outcome = compute_element(binary_.op, left, right);
  if (outcome.note) notes_[step] = std::move(outcome.note);
  if (outcome.failed) return {};
  const std::uint32_t row = result_row(group, many, one);
  if (auto done = refuse_repeat(row); !done) return done;
  if (binary_.return_bool) return out_.add(row, step, {outcome.keep ? 1.0 : 0.0, nullptr});
  if (!outcome.keep) return {};
  return out_.add(row, step, outcome.point);
}

Result<void> Join::refuse_repeat(std::uint32_t row) {
  if (one_to_one() && match_count_ > 0) {
    return Error(Code::execution,
                 "multiple matches for labels: many-to-one matching must be explicit "
                 "(group_left/group_right)");
  }
  if (row >= matched_in_.size()) matched_in_.resize(row + 1, 0);
  if (matched_in_[row] == round_) {
    return Error(Code::execution,
                 "multiple matches for labels: grouping labels must ensure unique matches");
  }
  matched_in_[row] = round_;
  ++match_count_;
  return {};
}

std::uint32_t Join::result_row(std::uint32_t group, Side many, Side one) {
  if (many.row != kNoRow && met_[many.row].second != kNoRow && met_[many.row].first == one.row) {
    return met_[many.row].second;
  }
  const LabelsView common(groups_.labels.key(group));
  const LabelsView one_labels = one.row == kNoRow ? common : one_.rows()[one.row].labels;
  editor_.reset(many.row == kNoRow ? common : many_.rows()[many.row].labels);
  if (changes_metric(binary_.op) || (binary_.return_bool && !query_.delays_name_removal())) {
    editor_.erase_metadata();
  }
  if (one_to_one()) {
    if (matching_.on) {
      editor_.keep_only(matching_.labels);
    } else {
      for (const std::string& name : matching_.labels) editor_.erase(name);
    }
  }
  for (const std::string& name : matching_.include) editor_.set(name, one_labels.get(name));
  const std::uint32_t row = out_.row(editor_.packed(), binary_.return_bool);
  if (many.row != kNoRow) met_[many.row] = {one.row, row};
  return row;
}

}  // namespace

Result<RowsPtr> match_vectors(Evaluator& evaluator, const Expression& expression, Matrix left,
                              Matrix right) {
  Join join(evaluator, expression, std::move(left), std::move(right));
  TRIBUTARY_TRY(Matrix joined, join.run());
  return rows_of(std::move(joined));
}

}  // namespace tributary::promql
