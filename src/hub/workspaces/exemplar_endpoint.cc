// query_exemplars: the exemplars of every series that an expression selects.
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"
#include "hub/workspaces/endpoints.h"
#include "promql/parser.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

// The selectors of an expression, wherever they stand.
class Selectors {
 public:
  static std::vector<Matchers> of(const promql::Expression& expression) {
    Selectors selectors;
    selectors.gather(expression);
    return std::move(selectors.found_);
  }

 private:
  void gather(const promql::Expression& expression) {
    std::visit([this](const auto& node) { gather_from(node); }, expression.node);
  }
  void gather(const promql::ExpressionPtr& expression) {
    if (expression) gather(*expression);
  }

  template <class Node>
  void gather_from(const Node& node) {
    using namespace promql;
    if constexpr (std::is_same_v<Node, VectorSelector>) {
      found_.push_back(node.matchers);
    } else if constexpr (std::is_same_v<Node, MatrixSelector>) {
      gather(node.selector);
    } else if constexpr (std::is_same_v<Node, Subquery> || std::is_same_v<Node, Paren>) {
      gather(node.inner);
    } else if constexpr (std::is_same_v<Node, Unary>) {
      gather(node.operand);
    } else if constexpr (std::is_same_v<Node, Binary>) {
      gather(node.left);
      gather(node.right);
    } else if constexpr (std::is_same_v<Node, Call>) {
      for (const ExpressionPtr& argument : node.arguments) gather(argument);
    } else if constexpr (std::is_same_v<Node, Aggregation>) {
      gather(node.inner);
      gather(node.parameter);
    }
  }

  std::vector<Matchers> found_;
};

void append_exemplar(std::string& out, const tsdb::StoredExemplar& exemplar) {
  out += "{\"labels\":";
  append_labels(out, LabelsView(exemplar.packed_labels));
  out += ",\"value\":\"";
  append_float(out, exemplar.sample.value);
  out += "\",\"timestamp\":";
  append_seconds(out, exemplar.sample.timestamp_ms);
  out += '}';
}

}  // namespace

Result<Answer> answer_query_exemplars(const ApiCall& call, const ApiContext& context) {
  TRIBUTARY_TRY(const TimeSpan span, time_span_parameters(call.params));
  if (span.end_ms < span.start_ms)
    return Error(Code::invalid_argument, "end timestamp must not be before start timestamp");
  TRIBUTARY_TRY(const auto expression,
                promql::parse(parameter(call.params, "query"), context.engine.options().features));
  const std::vector<Matchers> selectors = Selectors::of(*expression);
  if (selectors.empty()) return Answer{.status = 204};
  std::string data = "[";
  for (const auto& series : context.db.exemplars(selectors, span.start_ms, span.end_ms)) {
    data += data.size() > 1 ? ",{\"seriesLabels\":" : "{\"seriesLabels\":";
    append_labels(data, LabelsView(series.packed_series));
    data += ",\"exemplars\":[";
    for (const tsdb::StoredExemplar& exemplar : series.exemplars) {
      if (&exemplar != &series.exemplars.front()) data += ',';
      append_exemplar(data, exemplar);
    }
    data += "]}";
  }
  return success(data + "]");
}

}  // namespace tributary::hub::workspaces
