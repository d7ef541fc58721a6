#include "promql/aggregation.h"

#include <cmath>
#include <utility>

#include "base/strings.h"
#include "promql/aggregation_fold.h"
#include "promql/histogram_buckets.h"
#include "promql/matrix_builder.h"
#include "promql/number_text.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

// The groups of a part of the rows, or of all.
struct Groups {
  Groups(Aggregator op, std::size_t steps, const std::vector<double>& parameters,
         std::size_t steps_counted)
      : fold(make_fold(op, steps, parameters)), worker(steps_counted) {}

  std::uint32_t group(LabelsView key) {
    const std::uint32_t id = keys.add(key.packed());
    if (id == drops_name.size()) {
      drops_name.push_back(false);
      fold->add_group();
    }
    return id;
  }
  void merge(Groups& other) {
    for (std::uint32_t from = 0; from < other.keys.size(); ++from) {
      const std::uint32_t into = group(LabelsView(other.keys.key(from)));
      fold->merge(into, *other.fold, from);
      if (other.drops_name[from]) drops_name[into] = true;
    }
  }

  // Accounts for the memory that has come since the last time.
  bool charge(SampleBudget& cells) {
    const std::uint64_t count = fold->cell_count();
    if (count == charged) return true;
    const std::uint64_t more = count - std::exchange(charged, count);
    cell_holds.emplace_back(cells, more);
    return cells.hold(more);
  }

  LabelTable keys;
  std::uint64_t charged = 0;
  std::vector<Hold> cell_holds;
  std::vector<bool> drops_name;
  std::unique_ptr<Fold> fold;
  Worker worker;
};

// Reads rows and folds each into its group at once, so that the rows are never held together.
class Folding {
 public:
  Folding(Evaluator& evaluator, const Expression& expression, std::vector<double> parameters)
      : evaluator_(evaluator),
        query_(evaluator.query()),
        aggregation_(std::get<Aggregation>(expression.node)),
        parameters_(std::move(parameters)),
        grouping_(grouping_of(aggregation_)) {}

  Result<Matrix> run(const Rows& rows);

 private:
  Result<void> fold_part(const Rows& rows, std::size_t begin, std::size_t end, Groups& groups);
  Matrix finish(Groups& groups);

  Evaluator& evaluator_;
  QueryState& query_;
  const Aggregation& aggregation_;
  const std::vector<double> parameters_;
  const LabelSelection grouping_;
};

Result<void> Folding::fold_part(const Rows& rows, std::size_t begin, std::size_t end,
                                Groups& groups) {
  const bool strips = rows.strips_metadata();
  std::string key;
  for (std::size_t i = begin; i < end; ++i) {
    TRIBUTARY_TRY(const RowView row, rows.compute(i, groups.worker));
    if (i % QueryState::kRowsPerCheck == 0) {
      if (auto checked = query_.check(groups.worker); !checked) return checked;
    }
    if (row.empty()) continue;
    const LabelsView labels = rows.labels(i);
    const std::uint32_t group = groups.group(grouping_.select(labels, strips, key));
    if (rows.drops_name(i)) groups.drops_name[group] = true;
    Fold::Notes notes{groups.worker.annotations, aggregation_.inner->position, {}};
    if (row.histograms != nullptr && !strips) notes.metric_name = labels.get(kMetricName);
    groups.fold->add(group, row, notes);
    if (!groups.charge(query_.cells())) return QueryState::too_many_samples();
  }
  groups.worker.release();
  return query_.check(groups.worker);
}

Result<Matrix> Folding::run(const Rows& rows) {
  std::vector<Groups> parts;
  for (std::size_t i = 0; i < QueryState::part_count(rows.size()); ++i) {
    parts.emplace_back(aggregation_.op, evaluator_.steps(), parameters_,
                       evaluator_.tally().per_step.size());
  }
  const auto done =
      query_.for_parts(rows.size(), [&](std::size_t part, std::size_t begin, std::size_t end) {
        return fold_part(rows, begin, end, parts[part]);
      });
  std::uint64_t held = 0;
  for (Groups& part : parts) {
    held += part.worker.held;
    query_.annotations().merge(part.worker.annotations);
    evaluator_.tally().merge(part.worker.tally);
  }
  const Hold hold(query_.budget(), held);  // until the groups are made
  if (!done) return done.error();
  for (std::size_t i = 1; i < parts.size(); ++i) parts.front().merge(parts[i]);
  Matrix out = finish(parts.front());
  const std::uint64_t samples = out.sample_count();
  const bool fits = query_.budget().hold(samples);
  out.keep(Hold(query_.budget(), samples));
  if (!fits) return QueryState::too_many_samples();
  return out;
}

Matrix Folding::finish(Groups& groups) {
  Matrix out(evaluator_.steps());
  const Fold::Notes notes{query_.annotations(), aggregation_.inner->position, {}};
  RowBuffer row;
  for (std::uint32_t group = 0; group < groups.keys.size(); ++group) {
    row.reset(evaluator_.steps());
    groups.fold->finish(group, row, notes);
    if (row.view().empty()) continue;
    out.add(query_.arena().store(LabelsView(groups.keys.key(group))), groups.drops_name[group],
            row.view());
  }
  return out;
}

void warn_of_quantiles(Evaluator& evaluator, const Expression& parameter,
                       const std::vector<double>& quantiles) {
  double largest = -HUGE_VAL;
  double smallest = HUGE_VAL;
  bool nan = false;
  for (const double q : quantiles) {
    nan = nan || std::isnan(q);
    largest = std::fmax(largest, q);
    smallest = std::fmin(smallest, q);
  }
  Annotations& annotations = evaluator.query().annotations();
  if (nan) annotations.add(parameter.position, note::invalid_quantile(std::nan("")));
  if (largest > 1) annotations.add(parameter.position, note::invalid_quantile(largest));
  if (smallest < 0) annotations.add(parameter.position, note::invalid_quantile(smallest));
}

}  // namespace

LabelSelection grouping_of(const Aggregation& aggregation) {
  return aggregation.without ? LabelSelection::without(aggregation.grouping)
                             : LabelSelection::only(aggregation.grouping);
}

Result<RowsPtr> count_values(Evaluator& evaluator, const Expression& expression) {
  const auto& aggregation = std::get<Aggregation>(expression.node);
  const std::string& name =
      std::get<StringLiteral>(without_parens(*aggregation.parameter).node).value;
  if (name.empty() || !is_valid_utf8(name)) {
    return Error(Code::execution, "invalid label name " + quote(name));
  }
  std::vector<std::string> names = aggregation.grouping;
  if (!aggregation.without) names.push_back(name);
  const LabelSelection grouping = aggregation.without ? LabelSelection::without(std::move(names))
                                                      : LabelSelection::only(std::move(names));
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(*aggregation.inner));
  MatrixBuilder out(evaluator.query(), evaluator.steps());
  std::vector<double> counts;  // row * steps + step
  LabelEditor editor;
  std::string key;
  for (const MatrixRow& row : matrix.rows()) {
    if (auto checked = evaluator.query().check(); !checked) return checked.error();
    for (std::size_t step = row.begin; step < row.end; ++step) {
      if (!row.has(step)) continue;
      const FloatHistogramPtr* const histogram = row.histogram(step);
      const std::string value =
          histogram != nullptr ? to_string(**histogram) : format_number(row.value(step));
      editor.reset(row.labels);
      editor.set(name, value);
      const std::uint32_t group = out.row(grouping.select(editor.packed(), false, key), false);
      counts.resize(std::max(counts.size(), (group + 1) * matrix.steps()));
      out.set(group, step, ++counts[group * matrix.steps() + step]);
    }
  }
  TRIBUTARY_TRY(Matrix counted, out.finish());
  return rows_of(std::move(counted));
}

Result<RowsPtr> aggregate(Evaluator& evaluator, const Expression& expression) {
  const auto& aggregation = std::get<Aggregation>(expression.node);
  switch (aggregation.op) {
    case Aggregator::count_values: return count_values(evaluator, expression);
    case Aggregator::topk:
    case Aggregator::bottomk:
    case Aggregator::limitk:
    case Aggregator::limit_ratio: return choose_series(evaluator, expression);
    default: break;
  }
  std::vector<double> parameters;
  if (aggregation.op == Aggregator::quantile) {
    TRIBUTARY_TRY(parameters, evaluator.scalars(*aggregation.parameter));
    warn_of_quantiles(evaluator, without_parens(*aggregation.parameter), parameters);
  }
  TRIBUTARY_TRY(const RowsPtr rows, evaluator.rows(*aggregation.inner));
  TRIBUTARY_TRY(Matrix out, Folding(evaluator, expression, std::move(parameters)).run(*rows));
  return rows_of(std::move(out));
}

}  // namespace tributary::promql
