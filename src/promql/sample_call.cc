#include "promql/sample_call.h"

#include <utility>

#include "promql/function.h"

namespace tributary::promql {
namespace {

class SampleRows final : public MappedRows {
 public:
  SampleRows(Evaluator& evaluator, const Expression& call, RowsPtr inner,
             std::vector<std::vector<double>> arguments)
      : MappedRows(evaluator, std::move(inner), std::get<Call>(call.node).function->keeps_name),
        function_(std::get<SampleFunction>(std::get<Call>(call.node).function->implementation)),
        arguments_(std::move(arguments)),
        position_(call.position),
        type_and_unit_labels_(evaluator.query().features().type_and_unit_labels) {
    if (const auto& given = std::get<Call>(call.node).arguments; !given.empty()) {
      position_ = given[0]->position;
    }
  }

 protected:
  void map(std::size_t row, RowView in, RowBuffer& out, Worker& worker) const override;

 private:
  const SampleFunction function_;
  const std::vector<std::vector<double>> arguments_;  // per step the scalar arguments
  Position position_;
  const bool type_and_unit_labels_;
};

void SampleRows::map(std::size_t row, RowView in, RowBuffer& out, Worker& worker) const {
  const LabelsView own_labels = labels(row);
  FunctionNotes notes{
      worker.annotations, position_, own_labels.get(kMetricName), {}, type_and_unit_labels_};
  if (type_and_unit_labels_) notes.type_label = own_labels.get("__type__");
  Point point;
  for (std::size_t step = in.begin; step < in.end; ++step) {
    if (!in.has(step)) continue;
    point.value = in.value(step);
    const FloatHistogramPtr* const histogram = in.histogram(step);
    if (histogram != nullptr || point.histogram != nullptr) {
      point.histogram = histogram != nullptr ? *histogram : nullptr;
    }
    std::optional<Point> result =
        function_(point, grid().at(step),
                  arguments_.empty() ? std::span<const double>() : arguments_[step], notes);
    if (!result) continue;
    if (result->histogram != nullptr) {
      out.set(step, std::move(result->histogram));
    } else {
      out.set(step, result->value);
    }
  }
}

// One series without labels whose value is the time.
Matrix time_vector(const Grid& grid) {
  Matrix out(grid.count);
  MatrixRow& row = out.add({}, false);
  for (std::size_t step = 0; step < grid.count; ++step) {
    row.values[step] = static_cast<double>(grid.at(step)) / 1000;
  }
  return out;
}

}  // namespace

Result<RowsPtr> call_sample_function(Evaluator& evaluator, const Expression& expression) {
  RowsPtr vector;
  std::vector<std::vector<double>> arguments;
  for (const ExpressionPtr& argument : std::get<Call>(expression.node).arguments) {
    if (argument->type == ValueType::vector) {
      TRIBUTARY_TRY(vector, evaluator.rows(*argument));
      continue;
    }
    TRIBUTARY_TRY(const std::vector<double> values, evaluator.scalars(*argument));
    arguments.resize(values.size());
    for (std::size_t step = 0; step < values.size(); ++step) {
      arguments[step].push_back(values[step]);
    }
  }
  if (vector == nullptr) vector = rows_of(time_vector(evaluator.grid()));
  return settle_labels(
      evaluator,
      std::make_unique<SampleRows>(evaluator, expression, std::move(vector), std::move(arguments)),
      SameLabels::merge);
}

}  // namespace tributary::promql
