// A parsed and checked PromQL expression.
//
// Each node knows the bytes of the text it comes from, and the type of its value.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "model/matcher.h"

namespace tributary::promql {

enum class ValueType : std::uint8_t { scalar, string, vector, matrix };

std::string_view to_string(ValueType type);   // scalar, string, vector, matrix: as in the API
std::string_view documented(ValueType type);  // scalar, string, instant vector, range vector

enum class BinaryOperator : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  atan2,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
};

inline bool is_comparison(BinaryOperator op) { return op >= BinaryOperator::equal; }

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct NumberLiteral {
  double value = 0;
};
struct StringLiteral {
  std::string value;
};
struct VectorSelector {
  Matchers matchers;  // the metric name is one of them
  std::int64_t offset_ms = 0;
};
struct MatrixSelector {
  VectorSelector selector;
  std::int64_t range_ms = 0;
};
struct UnaryMinus {
  ExpressionPtr operand;
};
struct Binary {
  BinaryOperator op = BinaryOperator::add;
  ExpressionPtr left;
  ExpressionPtr right;
};
struct Paren {
  ExpressionPtr inner;
};

struct Expression {
  using Node = std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector,
                            UnaryMinus, Binary, Paren>;

  Node node;
  ValueType type = ValueType::scalar;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
};

}  // namespace tributary::promql
