#include "promql/parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/duration.h"
#include "base/strings.h"
#include "model/sample.h"
#include "promql/lexer.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

constexpr std::array<std::string_view, 90> kFunctions = {"abs",
                                                         "absent",
                                                         "absent_over_time",
                                                         "acos",
                                                         "acosh",
                                                         "asin",
                                                         "asinh",
                                                         "atan",
                                                         "atanh",
                                                         "avg_over_time",
                                                         "ceil",
                                                         "changes",
                                                         "clamp",
                                                         "clamp_max",
                                                         "clamp_min",
                                                         "cos",
                                                         "cosh",
                                                         "count_over_time",
                                                         "day_of_month",
                                                         "day_of_week",
                                                         "day_of_year",
                                                         "days_in_month",
                                                         "deg",
                                                         "delta",
                                                         "deriv",
                                                         "double_exponential_smoothing",
                                                         "end",
                                                         "exp",
                                                         "first_over_time",
                                                         "floor",
                                                         "histogram_avg",
                                                         "histogram_count",
                                                         "histogram_fraction",
                                                         "histogram_quantile",
                                                         "histogram_quantiles",
                                                         "histogram_stddev",
                                                         "histogram_stdvar",
                                                         "histogram_sum",
                                                         "hour",
                                                         "idelta",
                                                         "increase",
                                                         "info",
                                                         "irate",
                                                         "label_join",
                                                         "label_replace",
                                                         "last_over_time",
                                                         "ln",
                                                         "log10",
                                                         "log2",
                                                         "mad_over_time",
                                                         "max_of",
                                                         "max_over_time",
                                                         "min_of",
                                                         "min_over_time",
                                                         "minute",
                                                         "month",
                                                         "pi",
                                                         "predict_linear",
                                                         "present_over_time",
                                                         "quantile_over_time",
                                                         "rad",
                                                         "range",
                                                         "rate",
                                                         "resets",
                                                         "round",
                                                         "scalar",
                                                         "sgn",
                                                         "sin",
                                                         "sinh",
                                                         "sort",
                                                         "sort_by_label",
                                                         "sort_by_label_desc",
                                                         "sort_desc",
                                                         "sqrt",
                                                         "start",
                                                         "start_timestamp",
                                                         "stddev_over_time",
                                                         "stdvar_over_time",
                                                         "step",
                                                         "sum_over_time",
                                                         "tan",
                                                         "tanh",
                                                         "time",
                                                         "timestamp",
                                                         "ts_of_first_over_time",
                                                         "ts_of_last_over_time",
                                                         "ts_of_max_over_time",
                                                         "ts_of_min_over_time",
                                                         "vector",
                                                         "year"};

struct Precedence {
  int level;  // higher binds tighter
  bool right;
};

Precedence precedence_of(const Token& token) {
  switch (token.kind) {
    case TokenKind::set_operator: return {to_lower(token.text) == "or" ? 1 : 2, false};
    case TokenKind::equal_equal:
    case TokenKind::not_equal:
    case TokenKind::less:
    case TokenKind::less_equal:
    case TokenKind::greater:
    case TokenKind::greater_equal: return {3, false};
    case TokenKind::add:
    case TokenKind::subtract: return {4, false};
    case TokenKind::multiply:
    case TokenKind::divide:
    case TokenKind::modulo:
    case TokenKind::atan2: return {5, false};
    case TokenKind::power: return {7, true};  // 6 is the unary minus
    default: return {0, false};
  }
}

BinaryOperator operator_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::subtract: return BinaryOperator::subtract;
    case TokenKind::multiply: return BinaryOperator::multiply;
    case TokenKind::divide: return BinaryOperator::divide;
    case TokenKind::modulo: return BinaryOperator::modulo;
    case TokenKind::power: return BinaryOperator::power;
    case TokenKind::atan2: return BinaryOperator::atan2;
    case TokenKind::equal_equal: return BinaryOperator::equal;
    case TokenKind::not_equal: return BinaryOperator::not_equal;
    case TokenKind::less: return BinaryOperator::less;
    case TokenKind::less_equal: return BinaryOperator::less_equal;
    case TokenKind::greater: return BinaryOperator::greater;
    case TokenKind::greater_equal: return BinaryOperator::greater_equal;
    default: return BinaryOperator::add;
  }
}

bool is_vector(ValueType type) { return type == ValueType::vector; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) { advance(); }

  Result<ExpressionPtr> parse_all() {
    if (token_.kind == TokenKind::end) return failure(0, "no expression found in input");
    TRIBUTARY_TRY(auto expression, parse_binary(1));
    if (token_.kind != TokenKind::end) return unexpected("", "");
    return expression;
  }

  // A name, matchers, or both, and nothing else.
  Result<Matchers> parse_selector_alone() {
    std::optional<std::string> name;
    if (is_word()) {
      name = token_.text;
      take();
    } else if (!at(TokenKind::left_brace)) {
      if (at(TokenKind::end)) return failure(0, "unexpected end of input");
      return unexpected("", "");
    }
    TRIBUTARY_TRY(const auto expression, parse_selector(std::move(name)));
    if (token_.kind != TokenKind::end) return unexpected("", "");
    return std::move(std::get<VectorSelector>(expression->node).matchers);
  }

 private:
  void advance() { token_ = lexer_.next(); }
  bool at(TokenKind kind) const { return token_.kind == kind; }
  bool is_word() const {
    return at(TokenKind::identifier) || at(TokenKind::metric_identifier) ||
           at(TokenKind::aggregator) || at(TokenKind::set_operator) || at(TokenKind::keyword);
  }
  bool at_keyword(std::string_view word) const {
    return token_.kind == TokenKind::keyword && to_lower(token_.text) == word;
  }

  Error positioned(Code code, std::size_t position, std::string_view message) const {
    const std::string_view before = text_.substr(0, position);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    return Error(code, std::to_string(line) + ':' + std::to_string(position - line_start + 1) +
                           ": " + std::string(message));
  }
  Error failure(std::size_t position, std::string_view message) const {
    return positioned(Code::invalid_argument, position, "parse error: " + std::string(message));
  }
  Error unsupported(std::size_t position, std::string_view what) const {
    return positioned(
        Code::unsupported, position,
        "not supported yet: " + std::string(what) + " (all of PromQL comes with the next release)");
  }
  Error unexpected(std::string_view context, std::string_view expected) const {
    if (token_.kind == TokenKind::error) return failure(token_.begin, token_.text);
    std::string message = "unexpected " + describe(token_);
    if (!context.empty()) message += " in " + std::string(context);
    if (!expected.empty()) message += ", expected " + std::string(expected);
    return failure(token_.begin, message);
  }

  ExpressionPtr make(std::size_t begin, ValueType type, Expression::Node node) const {
    return std::make_unique<Expression>(
        Expression{std::move(node), type, begin, std::max(begin, last_end_)});
  }

  Result<ExpressionPtr> parse_binary(int level);
  Result<ExpressionPtr> combine(ExpressionPtr left, const Token& op, bool is_bool,
                                ExpressionPtr right);
  Result<ExpressionPtr> parse_unary();
  Result<ExpressionPtr> parse_postfix();
  Result<ExpressionPtr> parse_primary();
  Result<ExpressionPtr> parse_word();
  Result<ExpressionPtr> parse_number();
  Result<ExpressionPtr> parse_string();
  Result<ExpressionPtr> parse_selector(std::optional<std::string> name);
  Result<void> parse_matchers(std::size_t begin, bool named, Matchers& matchers);
  Result<Matcher> parse_matcher(bool& quoted_name);
  Result<ExpressionPtr> parse_range(ExpressionPtr expression);
  Result<ExpressionPtr> parse_offset(ExpressionPtr expression);
  Result<std::int64_t> parse_duration_ms(std::string_view context, std::string_view expected);
  Result<double> number_value(const Token& token) const;
  void take() {
    last_end_ = token_.end;
    advance();
  }

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  std::size_t last_end_ = 0;
  unsigned depth_ = 0;
  unsigned operators_ = 0;
};

Result<ExpressionPtr> Parser::parse_binary(int level) {
  if (++depth_ > kExpressionDepthMax) {
    return failure(token_.begin, "expression is nested deeper than " +
                                     std::to_string(kExpressionDepthMax) + " levels");
  }
  TRIBUTARY_TRY(auto left, parse_unary());
  while (true) {
    const Precedence precedence = precedence_of(token_);
    if (precedence.level < level || precedence.level == 0) break;
    const Token op = token_;
    if (++operators_ > kExpressionOperatorsMax) {
      return failure(op.begin, "expression has more than " +
                                   std::to_string(kExpressionOperatorsMax) + " operators");
    }
    take();
    const bool is_bool = at_keyword("bool");
    if (is_bool) take();
    if (at_keyword("on") || at_keyword("ignoring") || at_keyword("group_left") ||
        at_keyword("group_right")) {
      return unsupported(token_.begin, "vector matching (" + to_lower(token_.text) + ")");
    }
    TRIBUTARY_TRY(auto right,
                  parse_binary(precedence.right ? precedence.level : precedence.level + 1));
    TRIBUTARY_TRY(left, combine(std::move(left), op, is_bool, std::move(right)));
  }
  --depth_;
  return left;
}

Result<ExpressionPtr> Parser::combine(ExpressionPtr left, const Token& op, bool is_bool,
                                      ExpressionPtr right) {
  for (const Expression* const side : {left.get(), right.get()}) {
    if (side->type != ValueType::scalar && !is_vector(side->type)) {
      return failure(side->begin,
                     "binary expression must contain only scalar and instant vector types");
    }
  }
  const bool is_set = op.kind == TokenKind::set_operator;
  const bool scalars = !is_vector(left->type) && !is_vector(right->type);
  const bool comparison = precedence_of(op).level == 3;
  if (is_bool && !comparison) {
    return failure(op.begin, "bool modifier can only be used on comparison operators");
  }
  if (scalars && comparison && !is_bool) {
    return failure(op.begin, "comparisons between scalars must use BOOL modifier");
  }
  if (is_set && !(is_vector(left->type) && is_vector(right->type))) {
    return failure(left->begin, "set operator \"" + to_lower(op.text) +
                                    "\" not allowed in binary scalar expression");
  }
  if (!scalars) return unsupported(op.begin, "operators on vectors (" + op.text + ")");
  const std::size_t begin = left->begin;
  return make(begin, ValueType::scalar,
              Binary{operator_of(op.kind), std::move(left), std::move(right)});
}

Result<ExpressionPtr> Parser::parse_unary() {
  if (!at(TokenKind::add) && !at(TokenKind::subtract)) return parse_postfix();
  const Token sign = token_;
  take();
  TRIBUTARY_TRY(auto operand, parse_binary(7));  // binds looser than ^, tighter than *
  if (operand->type != ValueType::scalar && !is_vector(operand->type)) {
    return failure(sign.begin,
                   "unary expression only allowed on expressions of type scalar or instant "
                   "vector, got \"" +
                       std::string(documented(operand->type)) + "\"");
  }
  if (sign.kind == TokenKind::add) return operand;
  if (is_vector(operand->type)) return unsupported(sign.begin, "operators on vectors (-)");
  return make(sign.begin, ValueType::scalar, UnaryMinus{std::move(operand)});
}

Result<ExpressionPtr> Parser::parse_postfix() {
  TRIBUTARY_TRY(auto expression, parse_primary());
  while (true) {
    if (at(TokenKind::left_bracket)) {
      TRIBUTARY_TRY(expression, parse_range(std::move(expression)));
    } else if (at_keyword("offset")) {
      TRIBUTARY_TRY(expression, parse_offset(std::move(expression)));
    } else if (at(TokenKind::at)) {
      return unsupported(token_.begin, "the @ modifier");
    } else {
      return expression;
    }
  }
}

Result<ExpressionPtr> Parser::parse_primary() {
  switch (token_.kind) {
    case TokenKind::number:
    case TokenKind::duration: return parse_number();
    case TokenKind::string: return parse_string();
    case TokenKind::left_brace: return parse_selector(std::nullopt);
    case TokenKind::identifier:
    case TokenKind::metric_identifier:
    case TokenKind::aggregator:
    case TokenKind::set_operator:
    case TokenKind::keyword: return parse_word();
    case TokenKind::left_paren: break;
    default: return unexpected("", "");
  }
  const std::size_t begin = token_.begin;
  take();
  TRIBUTARY_TRY(auto inner, parse_binary(1));
  if (!at(TokenKind::right_paren)) return unexpected("", "");
  take();
  const ValueType type = inner->type;
  return make(begin, type, Paren{std::move(inner)});
}

// A metric name, unless what follows says that it is a function or an aggregation.
Result<ExpressionPtr> Parser::parse_word() {
  const Token word = token_;
  take();
  const bool call = at(TokenKind::left_paren);
  if (word.kind == TokenKind::aggregator && (call || at_keyword("by") || at_keyword("without"))) {
    return unsupported(word.begin, "aggregation operators (" + to_lower(word.text) + ")");
  }
  if (call && word.kind != TokenKind::metric_identifier) {
    if (std::find(kFunctions.begin(), kFunctions.end(), word.text) == kFunctions.end()) {
      return failure(word.begin, "unknown function with name \"" + word.text + "\"");
    }
    return unsupported(word.begin, "functions (" + word.text + ")");
  }
  if (word.kind == TokenKind::keyword && to_lower(word.text) != "offset" &&
      to_lower(word.text) != "start" && to_lower(word.text) != "end") {
    token_ = word;
    return unexpected("", "");
  }
  return parse_selector(word.text);
}

Result<double> Parser::number_value(const Token& token) const {
  std::string digits = to_lower(token.text);
  std::erase(digits, '_');
  if (digits == "inf") return std::numeric_limits<double>::infinity();
  if (digits == "nan") return kNormalNaN;
  double value = 0;
  if (digits.starts_with("0x")) {
    std::uint64_t integer = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data() + 2, end, integer, 16);
    if (error == std::errc() && stop == end) return static_cast<double>(integer);
  } else {
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (stop == end && error == std::errc()) return value;
    if (stop == end && error == std::errc::result_out_of_range) {
      const bool small = digits.find("e-") != std::string::npos;
      return small ? 0 : std::numeric_limits<double>::infinity();
    }
  }
  return failure(token.begin, "error parsing number: strconv.ParseFloat: parsing \"" + token.text +
                                  "\": invalid syntax");
}

Result<ExpressionPtr> Parser::parse_number() {
  const Token number = token_;
  double value = 0;
  if (number.kind == TokenKind::duration) {
    TRIBUTARY_TRY(const std::int64_t ms, parse_duration_ms("", ""));
    value = static_cast<double>(ms) / 1000;
  } else {
    TRIBUTARY_TRY(value, number_value(number));
    take();
  }
  return make(number.begin, ValueType::scalar, NumberLiteral{value});
}

Result<ExpressionPtr> Parser::parse_string() {
  auto value = unquote(token_.text);
  if (!value) return failure(token_.begin, value.error().message());
  const std::size_t begin = token_.begin;
  take();
  return make(begin, ValueType::string, StringLiteral{std::move(*value)});
}

Result<ExpressionPtr> Parser::parse_selector(std::optional<std::string> name) {
  const std::size_t begin = name ? last_end_ - name->size() : token_.begin;
  VectorSelector selector;
  if (name) selector.matchers.push_back(Matcher::equal(std::string(kMetricName), *name));
  if (at(TokenKind::left_brace)) {
    auto done = parse_matchers(begin, name.has_value(), selector.matchers);
    if (!done) return done.error();
  }
  const bool selective =
      std::any_of(selector.matchers.begin(), selector.matchers.end(),
                  [](const Matcher& matcher) { return !matcher.matches_empty(); });
  if (!selective) {
    return failure(begin, "vector selector must contain at least one non-empty matcher");
  }
  return make(begin, ValueType::vector, std::move(selector));
}

Result<void> Parser::parse_matchers(std::size_t begin, bool named, Matchers& matchers) {
  take();
  bool quoted_before = false;
  while (!at(TokenKind::right_brace)) {
    bool quoted_name = false;
    TRIBUTARY_TRY(Matcher matcher, parse_matcher(quoted_name));
    const bool names_metric = matcher.name() == kMetricName && matcher.type() == MatchType::equal;
    if (names_metric && (named || (quoted_name && quoted_before))) {
      const auto first = std::find_if(matchers.begin(), matchers.end(), [](const Matcher& other) {
        return other.name() == kMetricName;
      });
      return failure(begin, "metric name must not be set twice: \"" + first->value() + "\" or \"" +
                                matcher.value() + "\"");
    }
    quoted_before = quoted_before || quoted_name;
    matchers.push_back(std::move(matcher));
    if (at(TokenKind::comma)) {
      take();
    } else if (!at(TokenKind::right_brace)) {
      return unexpected("label matching", "\",\" or \"}\"");
    }
  }
  take();
  return {};
}

// name="value", "utf-8 name"="value", or "utf-8 metric name" alone (`quoted_name`).
Result<Matcher> Parser::parse_matcher(bool& quoted_name) {
  if (!at(TokenKind::identifier) && !at(TokenKind::string)) {
    return unexpected("label matching", "identifier or \"}\"");
  }
  const Token name_token = token_;
  std::string name = name_token.text;
  if (name_token.kind == TokenKind::string) {
    auto unquoted = unquote(name_token.text);
    if (!unquoted) return failure(name_token.begin, unquoted.error().message());
    name = std::move(*unquoted);
  }
  take();
  MatchType type = MatchType::equal;
  switch (token_.kind) {
    case TokenKind::equal: break;
    case TokenKind::not_equal: type = MatchType::not_equal; break;
    case TokenKind::equal_regex: type = MatchType::regex; break;
    case TokenKind::not_regex: type = MatchType::not_regex; break;
    default:
      quoted_name = name_token.kind == TokenKind::string &&
                    (at(TokenKind::comma) || at(TokenKind::right_brace));
      if (quoted_name) return Matcher::equal(std::string(kMetricName), std::move(name));
      return unexpected("label matching", "label matching operator");
  }
  take();
  if (!at(TokenKind::string)) return unexpected("label matching", "string");
  auto value = unquote(token_.text);
  if (!value) return failure(token_.begin, value.error().message());
  take();
  auto matcher = Matcher::create(type, std::move(name), std::move(*value));
  if (!matcher) return failure(name_token.begin, matcher.error().message());
  return matcher;
}

Result<std::int64_t> Parser::parse_duration_ms(std::string_view context,
                                               std::string_view expected) {
  const std::size_t begin = token_.begin;
  bool negative = false;
  if (context == "offset" && (at(TokenKind::subtract) || at(TokenKind::add))) {
    negative = at(TokenKind::subtract);
    take();
  }
  double ms = 0;
  if (at(TokenKind::number)) {
    TRIBUTARY_TRY(const double seconds, number_value(token_));
    ms = seconds * 1000;
  } else if (at(TokenKind::duration)) {
    std::string digits = token_.text;
    std::erase(digits, '_');
    const auto duration = parse_prometheus_duration(digits);
    if (!duration) {
      return failure(token_.begin, "not a valid duration string: \"" + token_.text + "\"");
    }
    ms = static_cast<double>(to_ms(*duration));
  } else if (at(TokenKind::left_paren) || at(TokenKind::identifier) || at_keyword("range")) {
    const bool expression = at(TokenKind::left_paren) || token_.text == "step" ||
                            token_.text == "range" || token_.text == "min_of" ||
                            token_.text == "max_of";
    if (expression) return unsupported(token_.begin, "duration expressions");
    return unexpected(context, expected);
  } else {
    return unexpected(context, expected);
  }
  constexpr double kMsMax = 9.2e15;  // nanoseconds of it still fit 64 bits, nearly
  if (!(std::abs(ms) <= kMsMax)) return failure(begin, "duration out of range");
  take();
  return static_cast<std::int64_t>(negative ? -ms : ms);
}

Result<ExpressionPtr> Parser::parse_range(ExpressionPtr expression) {
  const std::size_t bracket = token_.begin;
  take();
  const std::size_t range_begin = token_.begin;
  TRIBUTARY_TRY(
      const std::int64_t range_ms,
      parse_duration_ms("subquery or range selector", "number, duration, step(), or range()"));
  if (range_ms <= 0) return failure(range_begin, "duration must be greater than 0");
  if (at(TokenKind::colon)) return unsupported(token_.begin, "subqueries");
  if (!at(TokenKind::right_bracket)) {
    if (precedence_of(token_).level > 0) return unsupported(token_.begin, "duration expressions");
    return unexpected("subquery or range", "\":\" or \"]\"");
  }
  take();
  auto* const selector = std::get_if<VectorSelector>(&expression->node);
  if (selector == nullptr) return failure(bracket, "ranges only allowed for vector selectors");
  if (selector->offset_ms != 0) {
    return failure(bracket, "no offset modifiers allowed before range");
  }
  return make(expression->begin, ValueType::matrix, MatrixSelector{std::move(*selector), range_ms});
}

Result<ExpressionPtr> Parser::parse_offset(ExpressionPtr expression) {
  take();
  TRIBUTARY_TRY(const std::int64_t offset_ms,
                parse_duration_ms("offset", "number, duration, step(), or range()"));
  VectorSelector* selector = std::get_if<VectorSelector>(&expression->node);
  if (auto* const matrix = std::get_if<MatrixSelector>(&expression->node)) {
    selector = &matrix->selector;
  }
  if (selector == nullptr) {
    return failure(expression->begin,
                   "offset modifier must be preceded by an instant vector selector or range "
                   "vector selector or a subquery");
  }
  if (selector->offset_ms != 0) {
    return failure(expression->begin, "offset may not be set multiple times");
  }
  selector->offset_ms = offset_ms;
  expression->end = last_end_;
  return expression;
}

Result<void> check_size(std::string_view text) {
  if (text.size() <= kExpressionBytesMax) return {};
  return Error(Code::invalid_argument, "1:1: parse error: expression of " +
                                           std::to_string(text.size()) + " bytes is longer than " +
                                           std::to_string(kExpressionBytesMax));
}

}  // namespace

std::string_view to_string(ValueType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"scalar", "string", "vector",
                                                             "matrix"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view documented(ValueType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"scalar", "string", "instant vector",
                                                             "range vector"};
  return kNames[static_cast<std::size_t>(type)];
}

Result<ExpressionPtr> parse(std::string_view text) {
  if (auto done = check_size(text); !done) return done.error();
  return Parser(text).parse_all();
}

Result<Matchers> parse_selector(std::string_view text) {
  if (auto done = check_size(text); !done) return done.error();
  return Parser(text).parse_selector_alone();
}

}  // namespace tributary::promql
