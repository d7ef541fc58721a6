#include "promql/ast.h"

#include <array>

namespace tributary::promql {
namespace {

template <class Enum, std::size_t N>
std::string_view name_of(Enum value, const std::array<std::string_view, N>& names) {
  return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view to_string(ValueType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"scalar", "string", "vector",
                                                             "matrix"};
  return name_of(type, kNames);
}

std::string_view documented(ValueType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"scalar", "string", "instant vector",
                                                             "range vector"};
  return name_of(type, kNames);
}

std::string_view to_string(BinaryOperator op) {
  static constexpr std::array<std::string_view, 18> kNames = {
      "+",  "-",  "*", "/",  "%", "^",  "atan2", "</", ">/",
      "==", "!=", "<", "<=", ">", ">=", "and",   "or", "unless"};
  return name_of(op, kNames);
}

std::string_view to_string(Aggregator op) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "sum",    "avg",  "count",   "min",          "max",      "group",  "stddev",
      "stdvar", "topk", "bottomk", "count_values", "quantile", "limitk", "limit_ratio"};
  return name_of(op, kNames);
}

std::string_view to_string(Cardinality cardinality) {
  static constexpr std::array<std::string_view, 4> kNames = {"one-to-one", "many-to-one",
                                                             "one-to-many", "many-to-many"};
  return name_of(cardinality, kNames);
}

std::vector<const Binary*> chain_of(const Expression& expression) {
  std::vector<const Binary*> chain;
  const auto* binary = std::get_if<Binary>(&expression.node);
  while (binary != nullptr) {
    chain.push_back(binary);
    binary = std::get_if<Binary>(&binary->left->node);
  }
  return chain;
}

}  // namespace tributary::promql
