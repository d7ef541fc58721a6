#include "promql/ast_json.h"

#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/json_text.h"
#include "promql/function.h"
#include "promql/number_text.h"

namespace tributary::promql {
namespace {

// Appends one object, member by member.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // Then the value is appended to the text.
  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void integer(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void expression(std::string_view name, const ExpressionPtr& value) {
    key(name);
    if (value) {
      append_json(out_, *value);
    } else {
      out_ += "null";
    }
  }

 private:
  std::string& out_;
  bool first_ = true;
};

template <class List, class Append>
void append_list(std::string& out, const List& list, Append append) {
  out += '[';
  bool first = true;
  for (const auto& one : list) {
    if (!first) out += ',';
    first = false;
    append(one);
  }
  out += ']';
}

void append_texts(std::string& out, std::span<const std::string> texts) {
  append_list(out, texts, [&out](const std::string& text) { append_json_string(out, text); });
}

void append_matchers(std::string& out, const Matchers& matchers) {
  append_list(out, matchers, [&out](const Matcher& matcher) {
    Object object(out);
    object.text("name", matcher.name());
    object.text("type", to_string(matcher.type()));
    object.text("value", matcher.value());
  });
}

// JSON knows neither infinities nor NaN.
void append_optional(std::string& out, std::optional<double> value) {
  out += value && std::isfinite(*value) ? format_number_shortest(*value) : "null";
}

std::string_view operator_name(DurationExpression::Kind kind) {
  using Kind = DurationExpression::Kind;
  switch (kind) {
    case Kind::literal:
    case Kind::plus:
    case Kind::add: return "+";
    case Kind::subtract:
    case Kind::minus: return "-";
    case Kind::multiply: return "*";
    case Kind::divide: return "/";
    case Kind::modulo: return "%";
    case Kind::power: return "^";
    case Kind::step: return "step";
    case Kind::range: return "range";
    case Kind::min_of: return "min_of";
    case Kind::max_of: return "max_of";
  }
  return "";
}

void append_literal(std::string& out, const DurationExpression& literal) {
  Object object(out);
  object.boolean("duration", literal.is_duration);
  object.text("type", "numberLiteral");
  object.text("val", format_number(literal.seconds));
}

// A number in parentheses is the operand of a plus; a plus in front of parentheses is lost.
void append_duration(std::string& out, const DurationExpression* expression) {
  using Kind = DurationExpression::Kind;
  if (expression == nullptr) {
    out += "null";
    return;
  }
  const bool is_literal = expression->kind == Kind::literal;
  if (is_literal && !expression->parenthesised) return append_literal(out, *expression);
  const bool is_sign = expression->kind == Kind::minus || expression->kind == Kind::plus;
  if (expression->kind == Kind::plus && expression->left->parenthesised) {
    return append_duration(out, expression->left.get());
  }
  Object object(out);
  append_duration(object.key("lhs"), is_sign ? nullptr : expression->left.get());
  object.text("op", operator_name(expression->kind));
  object.key("rhs");
  if (is_literal) {
    append_literal(out, *expression);
  } else {
    append_duration(out, is_sign ? expression->left.get() : expression->right.get());
  }
  object.text("type", "durationExpr");
  object.boolean("wrapped", expression->parenthesised);
}

void add_duration(Object& object, std::string_view name, const DurationValue& value) {
  object.integer(name, value.expression ? 0 : value.ms);
  append_duration(object.key(std::string(name) + "Expr"), value.expression.get());
}

void add_at(Object& object, const AtModifier& at) {
  using Kind = AtModifier::Kind;
  if (at.kind == Kind::start || at.kind == Kind::end) {
    object.text("startOrEnd", at.kind == Kind::start ? "start" : "end");
  } else {
    object.key("startOrEnd") += "null";
  }
  object.key("timestamp") += at.kind == Kind::timestamp ? std::to_string(at.timestamp_ms) : "null";
}

// Of a vector selector, or of a matrix selector with its range.
void append_selector(std::string& out, const VectorSelector& selector, const DurationValue* range) {
  Object object(out);
  object.boolean("anchored", selector.anchored);
  append_matchers(object.key("matchers"), selector.matchers);
  object.text("name", selector.name);
  add_duration(object, "offset", selector.offset);
  if (range != nullptr) add_duration(object, "range", *range);
  object.boolean("smoothed", selector.smoothed);
  add_at(object, selector.at);
  object.text("type", range == nullptr ? "vectorSelector" : "matrixSelector");
}

void append_node(std::string& out, const VectorSelector& selector) {
  append_selector(out, selector, nullptr);
}

void append_node(std::string& out, const MatrixSelector& matrix) {
  append_selector(out, selector_of(matrix), &matrix.range);
}

void append_node(std::string& out, const NumberLiteral& number) {
  Object object(out);
  object.text("type", "numberLiteral");
  object.text("val", format_number(number.value));
}

void append_node(std::string& out, const StringLiteral& string) {
  Object object(out);
  object.text("type", "stringLiteral");
  object.text("val", string.value);
}

void append_node(std::string& out, const Subquery& subquery) {
  Object object(out);
  object.expression("expr", subquery.inner);
  add_duration(object, "offset", subquery.offset);
  add_duration(object, "range", subquery.range);
  add_at(object, subquery.at);
  add_duration(object, "step", subquery.step);
  object.text("type", "subquery");
}

void append_node(std::string& out, const Unary& unary) {
  Object object(out);
  object.expression("expr", unary.operand);
  object.text("op", unary.minus ? "-" : "+");
  object.text("type", "unaryExpr");
}

void append_matching(std::string& out, const VectorMatching& matching) {
  Object object(out);
  object.text("card", to_string(matching.cardinality));
  {
    Object fill(object.key("fillValues"));
    append_optional(fill.key("lhs"), matching.fill_left);
    append_optional(fill.key("rhs"), matching.fill_right);
  }
  append_texts(object.key("include"), matching.include);
  append_texts(object.key("labels"), matching.labels);
  object.boolean("on", matching.on);
}

// What follows the left side in the object of an operation, to its end.
void append_behind_left(std::string& out, const Binary& binary) {
  out += ",\"matching\":";
  if (binary.matching) {
    append_matching(out, *binary.matching);
  } else {
    out += "null";
  }
  out += ",\"op\":";
  append_json_string(out, to_string(binary.op));
  out += ",\"rhs\":";
  append_json(out, *binary.right);
  out += ",\"type\":\"binaryExpr\"}";
}

void append_chain(std::string& out, const std::vector<const Binary*>& chain) {
  for (const Binary* const binary : chain) {
    out += binary->return_bool ? "{\"bool\":true,\"lhs\":" : "{\"bool\":false,\"lhs\":";
  }
  append_json(out, *chain.back()->left);
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) append_behind_left(out, **at);
}

void append_node(std::string& out, const Paren& paren) {
  Object object(out);
  object.expression("expr", paren.inner);
  object.text("type", "parenExpr");
}

void append_function(std::string& out, const Function& function) {
  Object object(out);
  append_list(object.key("argTypes"), function.arguments,
              [&out](ValueType type) { append_json_string(out, to_string(type)); });
  object.text("name", function.name);
  object.text("returnType", to_string(function.result));
  object.integer("variadic", function.variadic);
}

void append_node(std::string& out, const Call& call) {
  Object object(out);
  append_list(object.key("args"), call.arguments,
              [&out](const ExpressionPtr& argument) { append_json(out, *argument); });
  append_function(object.key("func"), *call.function);
  object.text("type", "call");
}

void append_node(std::string& out, const Aggregation& aggregation) {
  Object object(out);
  object.expression("expr", aggregation.inner);
  append_texts(object.key("grouping"), aggregation.grouping);
  object.text("op", to_string(aggregation.op));
  object.expression("param", aggregation.parameter);
  object.text("type", "aggregation");
  object.boolean("without", aggregation.without);
}

}  // namespace

void append_json(std::string& out, const Expression& expression) {
  std::visit(
      [&](const auto& node) {
        if constexpr (std::is_same_v<decltype(node), const Binary&>) {
          append_chain(out, chain_of(expression));
        } else {
          append_node(out, node);
        }
      },
      expression.node);
}

}  // namespace tributary::promql
