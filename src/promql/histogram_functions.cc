// histogram_quantile, histogram_quantiles and histogram_fraction. A classic histogram is found by
// gathering the series that only differ in `le`.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "promql/go_text.h"
#include "promql/matrix_builder.h"
#include "promql/quantile.h"
#include "promql/special.h"

namespace tributary::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";

std::optional<double> parse_bound(std::string_view text) {
  const bool plus = text.starts_with('+');
  if (plus) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || (plus && text.front() == '-')) return std::nullopt;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// All histograms of a vector, native and classic, step by step.
class Histograms {
 public:
  Histograms(Evaluator& evaluator, const Expression& vector, const Matrix& matrix);

  // Calls native(row, histogram) and classic(group, buckets) for each at `step`.
  template <class Native, class Classic>
  Result<void> visit(std::size_t step, Native native, Classic classic);

  std::size_t group_count() const { return groups_.size(); }
  LabelsView group_labels(std::size_t group) const { return groups_[group].labels; }
  // Empty where the name is gone once the function is done.
  std::string_view metric_name(LabelsView labels) const {
    return query_.delays_name_removal() ? labels.get(kMetricName) : std::string_view();
  }

 private:
  struct Group {
    LabelsView labels;                   // without `le`
    std::vector<ClassicBucket> buckets;  // at the step at hand
    bool conflict = false;               // with a native histogram
  };
  void gather(std::size_t step);

  QueryState& query_;
  const Matrix& matrix_;
  const Position position_;
  std::vector<Group> groups_;
  // Of each row: its group, as a bucket, and of which bound; and that of its labels as they are.
  std::vector<std::uint32_t> group_of_;
  std::vector<std::optional<double>> bound_of_;
  std::vector<std::uint32_t> native_group_of_;
};

Histograms::Histograms(Evaluator& evaluator, const Expression& vector, const Matrix& matrix)
    : query_(evaluator.query()), matrix_(matrix), position_(vector.position) {
  LabelTable table;
  LabelEditor editor;
  for (const MatrixRow& row : matrix.rows()) {
    bound_of_.push_back(parse_bound(row.labels.get(kBucketLabel)));
    editor.reset(row.labels);
    editor.erase(kBucketLabel);
    group_of_.push_back(table.add(editor.packed().packed()));
  }
  for (const MatrixRow& row : matrix.rows()) {
    native_group_of_.push_back(row.histograms == nullptr ? LabelTable::kNone
                                                         : table.find(row.labels.packed()));
  }
  for (std::uint32_t id = 0; id < table.size(); ++id) {
    groups_.push_back({query_.arena().store(LabelsView(table.key(id))), {}, false});
  }
}

void Histograms::gather(std::size_t step) {
  for (Group& group : groups_) {
    group.buckets.clear();
    group.conflict = false;
  }
  for (std::size_t i = 0; i < matrix_.rows().size(); ++i) {
    const MatrixRow& row = matrix_.rows()[i];
    if (is_absent(row.value(step))) continue;
    if (bound_of_[i]) {
      groups_[group_of_[i]].buckets.push_back({*bound_of_[i], row.value(step)});
    } else {
      query_.annotations().add(
          position_, note::bad_bucket_label(metric_name(row.labels), row.labels.get(kBucketLabel)));
    }
  }
}

template <class Native, class Classic>
Result<void> Histograms::visit(std::size_t step, Native native, Classic classic) {
  gather(step);
  for (std::size_t i = 0; i < matrix_.rows().size(); ++i) {
    const MatrixRow& row = matrix_.rows()[i];
    const FloatHistogramPtr* const histogram = row.histogram(step);
    if (histogram == nullptr) continue;
    if (const std::uint32_t group = native_group_of_[i];
        group != LabelTable::kNone && !groups_[group].buckets.empty()) {
      query_.annotations().add(position_,
                               note::mixed_classic_native_histograms(metric_name(row.labels)));
      groups_[group].conflict = true;
      continue;
    }
    if (auto done = native(i, **histogram); !done) return done;
  }
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].buckets.empty() || groups_[i].conflict) continue;
    if (auto done = classic(i, groups_[i].buckets); !done) return done;
  }
  return {};
}

// The rows that come of each native row and each group, under the labels that `relabel` gives.
class Results {
 public:
  Results(Evaluator& evaluator, const Matrix& matrix, const Histograms& histograms)
      : query_(evaluator.query()),
        matrix_(matrix),
        histograms_(histograms),
        out_(query_, evaluator.steps()) {}

  Result<void> add_native(std::size_t row, std::size_t step, double value,
                          std::string_view extra_name = {}, std::string_view extra_value = {}) {
    return add(matrix_.rows()[row].labels, step, value, extra_name, extra_value);
  }
  Result<void> add_classic(std::size_t group, std::size_t step, double value,
                           std::string_view extra_name = {}, std::string_view extra_value = {}) {
    return add(histograms_.group_labels(group), step, value, extra_name, extra_value);
  }
  Result<RowsPtr> finish() {
    TRIBUTARY_TRY(Matrix matrix, out_.finish());
    return rows_of(std::move(matrix));
  }

 private:
  Result<void> add(LabelsView labels, std::size_t step, double value, std::string_view extra_name,
                   std::string_view extra_value) {
    editor_.reset(labels);
    if (!query_.delays_name_removal()) editor_.erase_metadata();
    if (!extra_name.empty()) editor_.set(extra_name, extra_value);
    return out_.add(out_.row(editor_.packed(), true), step, {value, nullptr});
  }

  QueryState& query_;
  const Matrix& matrix_;
  const Histograms& histograms_;
  MatrixBuilder out_;
  LabelEditor editor_;
};

void warn_of_quantile(QueryState& query, Position position, double q) {
  if (std::isnan(q) || q < 0 || q > 1) {
    query.annotations().add(position, note::invalid_quantile(q));
  }
}

double classic_quantile(QueryState& query, Position position, std::string_view metric_name,
                        double q, std::int64_t time_ms, std::vector<ClassicBucket>& buckets) {
  BucketQuantile found = bucket_quantile(q, buckets);
  if (found.forced) {
    found.forced->min_time_ms = time_ms;
    found.forced->max_time_ms = time_ms;
    query.annotations().add(position, note::forced_monotonicity(metric_name, *found.forced));
  }
  return found.value;
}

// 0.5, 1.0, 1e-05: as a label has it.
std::string quantile_label(double q) {
  std::string text = shortest_text(q);
  if (std::isfinite(q) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

Result<RowsPtr> quantile_of_histograms(Evaluator& evaluator, const Call& call) {
  QueryState& query = evaluator.query();
  const Expression& vector = *call.arguments[1];
  TRIBUTARY_TRY(const std::vector<double> quantiles, evaluator.scalars(*call.arguments[0]));
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(vector));
  Histograms histograms(evaluator, vector, matrix);
  Results results(evaluator, matrix, histograms);
  for (std::size_t step = 0; step < evaluator.steps(); ++step) {
    if (auto checked = query.check(); !checked) return checked.error();
    const double q = quantiles[step];
    warn_of_quantile(query, call.arguments[0]->position, q);
    auto done = histograms.visit(
        step,
        [&](std::size_t row, const FloatHistogram& histogram) {
          const std::string_view name = histograms.metric_name(matrix.rows()[row].labels);
          return results.add_native(
              row, step,
              histogram_quantile(q, histogram, name, vector.position, query.annotations()));
        },
        [&](std::size_t group, std::vector<ClassicBucket>& buckets) {
          const std::string_view name = histograms.metric_name(histograms.group_labels(group));
          return results.add_classic(group, step,
                                     classic_quantile(query, vector.position, name, q,
                                                      evaluator.grid().at(step), buckets));
        });
    if (!done) return done.error();
  }
  return results.finish();
}

Result<RowsPtr> quantiles_of_histograms(Evaluator& evaluator, const Call& call) {
  QueryState& query = evaluator.query();
  const Expression& vector = *call.arguments[0];
  const std::string& label = std::get<StringLiteral>(without_parens(*call.arguments[1]).node).value;
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(vector));
  Histograms histograms(evaluator, vector, matrix);
  Results results(evaluator, matrix, histograms);
  for (std::size_t argument = 2; argument < call.arguments.size(); ++argument) {
    TRIBUTARY_TRY(const std::vector<double> quantiles,
                  evaluator.scalars(*call.arguments[argument]));
    for (std::size_t step = 0; step < evaluator.steps(); ++step) {
      if (auto checked = query.check(); !checked) return checked.error();
      const double q = quantiles[step];
      const std::string value = quantile_label(q);
      warn_of_quantile(query, call.arguments[argument]->position, q);
      auto done = histograms.visit(
          step,
          [&](std::size_t row, const FloatHistogram& histogram) {
            const std::string_view name = histograms.metric_name(matrix.rows()[row].labels);
            return results.add_native(
                row, step,
                histogram_quantile(q, histogram, name, vector.position, query.annotations()), label,
                value);
          },
          [&](std::size_t group, std::vector<ClassicBucket>& buckets) {
            const std::string_view name = histograms.metric_name(histograms.group_labels(group));
            return results.add_classic(group, step,
                                       classic_quantile(query, vector.position, name, q,
                                                        evaluator.grid().at(step), buckets),
                                       label, value);
          });
      if (!done) return done.error();
    }
  }
  return results.finish();
}

Result<RowsPtr> fraction_of_histograms(Evaluator& evaluator, const Call& call) {
  QueryState& query = evaluator.query();
  const Expression& vector = *call.arguments[2];
  TRIBUTARY_TRY(const std::vector<double> lower, evaluator.scalars(*call.arguments[0]));
  TRIBUTARY_TRY(const std::vector<double> upper, evaluator.scalars(*call.arguments[1]));
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(vector));
  Histograms histograms(evaluator, vector, matrix);
  Results results(evaluator, matrix, histograms);
  for (std::size_t step = 0; step < evaluator.steps(); ++step) {
    if (auto checked = query.check(); !checked) return checked.error();
    auto done = histograms.visit(
        step,
        [&](std::size_t row, const FloatHistogram& histogram) {
          const std::string_view name = histograms.metric_name(matrix.rows()[row].labels);
          return results.add_native(row, step,
                                    histogram_fraction(lower[step], upper[step], histogram, name,
                                                       vector.position, query.annotations()));
        },
        [&](std::size_t group, std::vector<ClassicBucket>& buckets) {
          return results.add_classic(group, step,
                                     bucket_fraction(lower[step], upper[step], buckets));
        });
    if (!done) return done.error();
  }
  return results.finish();
}

}  // namespace tributary::promql
