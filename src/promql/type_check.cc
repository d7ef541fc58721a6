#include "promql/type_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "promql/function.h"
#include "promql/parser_state.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

bool is_scalar_or_vector(ValueType type) {
  return type == ValueType::scalar || type == ValueType::vector;
}

class TypeCheck {
 public:
  explicit TypeCheck(std::string_view text) : text_(text) {}

  // One overload for each kind of node; `whole` is the expression around it.
  Result<void> check(Expression& whole) {
    return std::visit([&](auto& node) { return check(node, whole); }, whole.node);
  }

 private:
  Error failure(Position position, const std::string& message) const {
    return parse_error(text_, position, message);
  }

  Result<void> check(NumberLiteral&, Expression&) { return {}; }
  Result<void> check(StringLiteral&, Expression&) { return {}; }
  Result<void> check(Paren& paren, Expression&) { return check(*paren.inner); }
  Result<void> check(MatrixSelector& matrix, Expression&) { return check(*matrix.selector); }
  Result<void> check(VectorSelector& selector, Expression& whole);
  Result<void> check(Subquery& subquery, Expression& whole);
  Result<void> check(Unary& unary, Expression& whole);
  Result<void> check(Binary& binary, Expression& whole);
  Result<void> check(Call& call, Expression& whole);
  Result<void> check(Aggregation& aggregation, Expression& whole);

  Result<void> check_as(Expression& expression, ValueType wanted, const std::string& where);
  Result<void> check_operation(Binary& binary, Position position) const;
  Result<void> check_modifiers(const Binary& binary) const;
  Result<void> check_matching(Binary& binary, Position position) const;
  Result<void> check_set_matching(const Binary& binary, Position position) const;
  Result<void> check_argument_count(const Call& call, Position position) const;
  Result<void> check_info(const Call& call, Position position) const;
  Position operator_position(const Binary& binary) const;

  std::string_view text_;
};

Result<void> TypeCheck::check_as(Expression& expression, ValueType wanted,
                                 const std::string& where) {
  if (auto done = check(expression); !done) return done.error();
  if (expression.type == wanted) return {};
  return failure(expression.position, "expected type " + std::string(documented(wanted)) + " in " +
                                          where + ", got " +
                                          std::string(documented(expression.type)));
}

Result<void> TypeCheck::check(VectorSelector& selector, Expression& whole) {
  if (!selector.name.empty()) {
    const auto again = std::find_if(selector.matchers.begin(), selector.matchers.end() - 1,
                                    [](const Matcher& one) { return one.name() == kMetricName; });
    if (again == selector.matchers.end() - 1) return {};
    return failure(whole.position, "metric name must not be set twice: " + quote(selector.name) +
                                       " or " + quote(again->value()));
  }
  const bool selects = std::any_of(selector.matchers.begin(), selector.matchers.end(),
                                   [](const Matcher& one) { return !one.matches_empty(); });
  if (selects || selector.is_info_matcher) return {};
  return failure(whole.position, "vector selector must contain at least one non-empty matcher");
}

Result<void> TypeCheck::check(Subquery& subquery, Expression& whole) {
  if (auto done = check(*subquery.inner); !done) return done.error();
  if (subquery.inner->type == ValueType::vector) return {};
  return failure(whole.position, "subquery is only allowed on instant vector, got " +
                                     std::string(to_string(subquery.inner->type)) + " instead");
}

Result<void> TypeCheck::check(Unary& unary, Expression& whole) {
  if (auto done = check(*unary.operand); !done) return done.error();
  if (is_scalar_or_vector(unary.operand->type)) return {};
  return failure(whole.position,
                 "unary expression only allowed on expressions of type scalar or instant vector, "
                 "got " +
                     quote(documented(unary.operand->type)));
}

Result<void> TypeCheck::check(Binary&, Expression& whole) {
  std::vector<Expression*> chain;
  Expression* first = &whole;
  while (auto* const binary = std::get_if<Binary>(&first->node)) {
    chain.push_back(first);
    first = binary->left.get();
  }
  if (auto done = check(*first); !done) return done.error();
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    auto& binary = std::get<Binary>((*at)->node);
    if (auto done = check(*binary.right); !done) return done.error();
    if (auto done = check_operation(binary, (*at)->position); !done) return done.error();
  }
  return {};
}

// The operands have been checked.
Result<void> TypeCheck::check_operation(Binary& binary, Position position) const {
  if (is_set_operator(binary.op) && binary.matching->cardinality == Cardinality::one_to_one) {
    binary.matching->cardinality = Cardinality::many_to_many;
  }
  if (auto done = check_modifiers(binary); !done) return done.error();
  for (const Expression* const side : {binary.left.get(), binary.right.get()}) {
    if (!is_scalar_or_vector(side->type)) {
      return failure(side->position,
                     "binary expression must contain only scalar and instant vector types");
    }
  }
  return check_matching(binary, position);
}

// Where the operator, or a comment before it, begins.
Position TypeCheck::operator_position(const Binary& binary) const {
  const std::size_t begin = text_.find_first_not_of(" \t\n\r", binary.left->position.end);
  return {begin, binary.operator_position.end};
}

Result<void> TypeCheck::check_modifiers(const Binary& binary) const {
  if (binary.return_bool && !is_comparison(binary.op)) {
    return failure(operator_position(binary),
                   "bool modifier can only be used on comparison operators");
  }
  const bool scalars =
      binary.left->type == ValueType::scalar && binary.right->type == ValueType::scalar;
  if (is_comparison(binary.op) && !binary.return_bool && scalars) {
    return failure(operator_position(binary), "comparisons between scalars must use BOOL modifier");
  }
  if (!binary.matching->on) return {};
  const std::vector<std::string>& include = binary.matching->include;
  for (const std::string& label : binary.matching->labels) {
    if (std::find(include.begin(), include.end(), label) != include.end()) {
      return failure(operator_position(binary), "label " + quote(label) +
                                                    " must not occur in ON and GROUP clause at "
                                                    "once");
    }
  }
  return {};
}

Result<void> TypeCheck::check_matching(Binary& binary, Position position) const {
  const bool vectors =
      binary.left->type == ValueType::vector && binary.right->type == ValueType::vector;
  if (vectors) return check_set_matching(binary, position);
  if (!binary.matching->labels.empty()) {
    return failure(position, "vector matching only allowed between instant vectors");
  }
  if (binary.matching->fill_left || binary.matching->fill_right) {
    return failure(position, "filling in missing series only allowed between instant vectors");
  }
  binary.matching.reset();
  if (!is_set_operator(binary.op)) return {};
  return failure(position, "set operator " + quote(to_string(binary.op)) +
                               " not allowed in binary scalar expression");
}

Result<void> TypeCheck::check_set_matching(const Binary& binary, Position position) const {
  if (!is_set_operator(binary.op)) return {};
  if (binary.matching->cardinality != Cardinality::many_to_many) {
    return failure(position,
                   "no grouping allowed for " + quote(to_string(binary.op)) + " operation");
  }
  if (binary.matching->fill_left || binary.matching->fill_right) {
    return failure(position, "filling in missing series not allowed for set operators");
  }
  return {};
}

Result<void> TypeCheck::check_argument_count(const Call& call, Position position) const {
  const Function& function = *call.function;
  const std::size_t declared = function.arguments.size();
  const std::size_t got = call.arguments.size();
  const auto wrong = [&](std::string_view how, std::size_t wanted) {
    return failure(position, "expected " + std::string(how) + std::to_string(wanted) +
                                 " argument(s) in call to " + quote(function.name) + ", got " +
                                 std::to_string(got));
  };
  if (function.variadic == 0) return got == declared ? Result<void>() : wrong("", declared);
  const std::size_t least = declared - 1;
  if (got < least) return wrong("at least ", least);
  if (function.variadic < 0) return {};
  const std::size_t most = least + static_cast<std::size_t>(function.variadic);
  return got <= most ? Result<void>() : wrong("at most ", most);
}

// The second argument of info(): labels to add.
Result<void> TypeCheck::check_info(const Call& call, Position position) const {
  Expression& labels = *call.arguments[1];
  if (labels.type != ValueType::vector) {
    return failure(position, "expected type instant vector in call to function \"info\", got " +
                                 std::string(documented(labels.type)));
  }
  auto* const selector = std::get_if<VectorSelector>(&labels.node);
  if (selector == nullptr) return failure(labels.position, "expected label selectors only");
  if (!selector->name.empty()) {
    return failure(labels.position, "expected label selectors only, got vector selector instead");
  }
  selector->is_info_matcher = true;
  return {};
}

Result<void> TypeCheck::check(Call& call, Expression& whole) {
  if (auto done = check_argument_count(call, whole.position); !done) return done.error();
  if (call.function->name == "info" && call.arguments.size() > 1) {
    if (auto done = check_info(call, whole.position); !done) return done.error();
  }
  const std::string where = "call to function " + quote(call.function->name);
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const std::vector<ValueType>& types = call.function->arguments;
    const ValueType wanted = types[std::min(i, types.size() - 1)];
    if (auto done = check_as(*call.arguments[i], wanted, where); !done) return done.error();
  }
  return {};
}

Result<void> TypeCheck::check(Aggregation& aggregation, Expression&) {
  auto done = check_as(*aggregation.inner, ValueType::vector, "aggregation expression");
  if (!done || aggregation.parameter == nullptr) return done;
  const bool names_label = aggregation.op == Aggregator::count_values;
  return check_as(*aggregation.parameter, names_label ? ValueType::string : ValueType::scalar,
                  "aggregation parameter");
}

}  // namespace

Result<void> check_types(Expression& expression, std::string_view text) {
  return TypeCheck(text).check(expression);
}

}  // namespace tributary::promql
