// A parsed and checked PromQL expression, as Prometheus 3 has them.
//
// A node knows the bytes of the text it comes from (for errors, annotations and printing) and the
// type of its value. Times are milliseconds. What the user wrote is kept apart from what evaluation
// needs, so that the printer gives the expression back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/matcher.h"

namespace tributary::promql {

struct Function;  // promql/function.h

enum class ValueType : std::uint8_t { scalar, string, vector, matrix };

std::string_view to_string(ValueType type);   // scalar, string, vector, matrix: as in the API
std::string_view documented(ValueType type);  // scalar, string, instant vector, range vector

// Bytes of the expression's text, [begin, end).
struct Position {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const Position&) const = default;
};

enum class BinaryOperator : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  atan2,
  trim_upper,  // </, histograms
  trim_lower,  // >/
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  set_and,
  set_or,
  set_unless,
};

inline bool is_comparison(BinaryOperator op) {
  return op >= BinaryOperator::equal && op <= BinaryOperator::greater_equal;
}
inline bool is_set_operator(BinaryOperator op) { return op >= BinaryOperator::set_and; }
std::string_view to_string(BinaryOperator op);  // +, and, </

enum class Aggregator : std::uint8_t {
  sum,
  avg,
  count,
  min,
  max,
  group,
  stddev,
  stdvar,
  topk,
  bottomk,
  count_values,
  quantile,
  limitk,       // experimental
  limit_ratio,  // experimental
};

// topk, quantile, ...: with an argument in front of the vector.
inline bool takes_parameter(Aggregator op) { return op >= Aggregator::topk; }
std::string_view to_string(Aggregator op);

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

// An experimental duration: [5m*2], offset step(), ... Its value depends on the query's range and
// step, so it is worked out at the start of a query (resolve_durations in promql/preprocess.h).
struct DurationExpression;
using DurationExpressionPtr = std::unique_ptr<DurationExpression>;
struct DurationExpression {
  enum class Kind : std::uint8_t {
    literal,  // seconds
    add,
    subtract,
    multiply,
    divide,
    modulo,
    power,
    plus,   // unary: `left` as it is
    minus,  // unary: of `left`
    step,   // step(): the query's
    range,  // range(): from the query's start to its end
    min_of,
    max_of,
  };
  Kind kind = Kind::literal;
  double seconds = 0;        // of a literal; may be negative
  bool is_duration = false;  // a literal written as 5m rather than 300
  bool parenthesised = false;
  DurationExpressionPtr left;
  DurationExpressionPtr right;
  Position position;
};

// `@ 123.4`, `@ start()`, `@ end()`.
struct AtModifier {
  enum class Kind : std::uint8_t { none, timestamp, start, end };
  Kind kind = Kind::none;
  std::int64_t timestamp_ms = 0;  // of a timestamp
};

// A duration as written: a plain one in `ms`, or an expression, whose value goes into `ms` when a
// query begins.
struct DurationValue {
  std::int64_t ms = 0;
  DurationExpressionPtr expression;  // null where plain
};

struct NumberLiteral {
  double value = 0;
  bool is_duration = false;  // written as 5m
};
struct StringLiteral {
  std::string value;
};
struct VectorSelector {
  std::string name;   // as written in front of the braces, or empty
  Matchers matchers;  // as written, then one of __name__ where `name` is given
  DurationValue offset;
  AtModifier at;
  bool anchored = false;  // experimental range modifiers, meant for the matrix around it
  bool smoothed = false;
  bool is_info_matcher = false;  // the second argument of info(): labels to add, selects nothing
};
struct MatrixSelector {
  ExpressionPtr selector;  // a VectorSelector
  DurationValue range;
};
struct Subquery {
  ExpressionPtr inner;
  DurationValue range;
  DurationValue step;  // 0 without expression: the default resolution
  DurationValue offset;
  AtModifier at;
};
struct Unary {
  bool minus = true;  // else plus
  ExpressionPtr operand;
};

enum class Cardinality : std::uint8_t { one_to_one, many_to_one, one_to_many, many_to_many };
std::string_view to_string(Cardinality cardinality);  // one-to-one, many-to-one, ...
struct VectorMatching {
  Cardinality cardinality = Cardinality::one_to_one;
  bool on = false;                   // else ignoring
  std::vector<std::string> labels;   // of on or ignoring
  std::vector<std::string> include;  // of group_left or group_right
  std::optional<double> fill_left;   // experimental fill modifiers
  std::optional<double> fill_right;
};
struct Binary {
  BinaryOperator op = BinaryOperator::add;
  ExpressionPtr left;
  ExpressionPtr right;
  bool return_bool = false;
  std::optional<VectorMatching> matching;  // between two vectors only
  Position operator_position;
};
struct Paren {
  ExpressionPtr inner;
};
struct Call {
  const Function* function = nullptr;
  std::vector<ExpressionPtr> arguments;
};
struct Aggregation {
  Aggregator op = Aggregator::sum;
  ExpressionPtr inner;
  ExpressionPtr parameter;  // of topk, bottomk, limitk, limit_ratio, quantile, count_values
  std::vector<std::string> grouping;
  bool without = false;
};

struct Expression {
  using Node = std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, Subquery,
                            Unary, Binary, Paren, Call, Aggregation>;

  Node node;
  ValueType type = ValueType::scalar;
  Position position;
};

// What `matrix` selects from.
inline VectorSelector& selector_of(const MatrixSelector& matrix) {
  return std::get<VectorSelector>(matrix.selector->node);
}

// A chain a + b + c ... leans to the left and may be thousands of operators long, so that it is
// walked in a loop: its operations, the last and outermost first. Empty where `expression` is none.
std::vector<const Binary*> chain_of(const Expression& expression);

}  // namespace tributary::promql
