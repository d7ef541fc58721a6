// Vector selectors, lists of labels, and the modifiers of binary operators.
#include <utility>

#include "base/strings.h"
#include "promql/number_text.h"
#include "promql/parser_impl.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

constexpr std::string_view kMatching = "label matching";
constexpr std::string_view kGrouping = "grouping opts";

// Words that may be labels between the parentheses of by, on and the like.
bool is_label(TokenKind kind) {
  switch (kind) {
    case TokenKind::identifier:
    case TokenKind::metric_identifier:
    case TokenKind::atan2:
    case TokenKind::set_and:
    case TokenKind::set_or:
    case TokenKind::set_unless:
    case TokenKind::aggregator: return true;
    case TokenKind::without: return false;
    default: return kind >= TokenKind::bool_modifier;
  }
}

}  // namespace

// The name, if any, has been taken.
Result<ExpressionPtr> Parser::parse_selector(std::string_view name, Position name_position) {
  VectorSelector selector;
  selector.name = name;
  Position position = name_position;
  if (state_.at(TokenKind::left_brace)) {
    TRIBUTARY_TRY(selector.matchers, parse_matchers());
    position.end = state_.last_end();
  }
  if (!name.empty()) {
    selector.matchers.push_back(Matcher::equal(std::string(kMetricName), std::string(name)));
  }
  return make_expression(position, ValueType::vector, std::move(selector));
}

Result<Matchers> Parser::parse_matchers() {
  state_.take();
  Matchers matchers;
  while (!state_.at(TokenKind::right_brace)) {
    if (!matchers.empty()) {
      if (!state_.at(TokenKind::comma)) return state_.unexpected(kMatching, "\",\" or \"}\"");
      state_.take();
      if (state_.at(TokenKind::right_brace)) break;
    }
    TRIBUTARY_TRY(auto matcher, parse_matcher());
    matchers.push_back(std::move(matcher));
  }
  state_.take();
  return matchers;
}

// name="value", "any name"="value", or "any metric name" alone.
Result<Matcher> Parser::parse_matcher() {
  const Position position = state_.peek().position;
  const bool quoted = state_.at(TokenKind::string);
  std::string name;
  if (quoted) {
    TRIBUTARY_TRY(name, take_string());
  } else if (state_.at(TokenKind::identifier)) {
    name = state_.take().text;
  } else {
    return state_.unexpected(kMatching, "identifier or \"}\"");
  }
  MatchType type = MatchType::equal;
  switch (state_.peek().kind) {
    case TokenKind::assign: break;
    case TokenKind::not_equal: type = MatchType::not_equal; break;
    case TokenKind::regex: type = MatchType::regex; break;
    case TokenKind::not_regex: type = MatchType::not_regex; break;
    default:
      if (quoted) return Matcher::equal(std::string(kMetricName), std::move(name));
      return state_.unexpected(kMatching, "label matching operator");
  }
  state_.take();
  if (!state_.at(TokenKind::string)) return state_.unexpected(kMatching, "string");
  TRIBUTARY_TRY(auto value, take_string());
  auto matcher = Matcher::create(type, std::move(name), std::move(value));
  if (!matcher) return state_.failure(position, matcher.error().message());
  return matcher;
}

Result<std::string> Parser::take_string() {
  const Token token = state_.take();
  auto value = unquote(token.text);
  if (!value) {
    return state_.failure(token.position,
                          "error unquoting string " + quote(token.text) + ": invalid syntax");
  }
  return std::move(*value);
}

// (a, b), also empty or with a comma at the end.
Result<std::vector<std::string>> Parser::parse_labels() {
  if (!state_.at(TokenKind::left_paren)) return state_.unexpected(kGrouping, "\"(\"");
  state_.take();
  std::vector<std::string> labels;
  while (!state_.at(TokenKind::right_paren)) {
    if (!labels.empty()) {
      if (!state_.at(TokenKind::comma)) return state_.unexpected(kGrouping, "\",\" or \")\"");
      state_.take();
      if (state_.at(TokenKind::right_paren)) break;
    }
    TRIBUTARY_TRY(auto label, parse_label());
    labels.push_back(std::move(label));
  }
  state_.take();
  return labels;
}

Result<std::string> Parser::parse_label() {
  if (is_label(state_.peek().kind)) return std::string(state_.take().text);
  if (!state_.at(TokenKind::string)) return state_.unexpected(kGrouping, "label");
  const Position position = state_.peek().position;
  TRIBUTARY_TRY(auto label, take_string());
  if (label.empty() || !is_valid_utf8(label)) {
    return state_.failure(position, "invalid label name for grouping: " + quote(label));
  }
  return label;
}

Result<void> Parser::parse_binary_modifiers(Binary& binary) {
  VectorMatching& matching = binary.matching.emplace();
  if (state_.at(TokenKind::bool_modifier)) {
    state_.take();
    binary.return_bool = true;
  }
  if (state_.at(TokenKind::on) || state_.at(TokenKind::ignoring)) {
    matching.on = state_.take().kind == TokenKind::on;
    TRIBUTARY_TRY(matching.labels, parse_labels());
    if (state_.at(TokenKind::group_left) || state_.at(TokenKind::group_right)) {
      const bool left = state_.take().kind == TokenKind::group_left;
      matching.cardinality = left ? Cardinality::many_to_one : Cardinality::one_to_many;
      if (state_.at(TokenKind::left_paren) || !begins_operand(state_.peek().kind)) {
        TRIBUTARY_TRY(matching.include, parse_labels());
      }
    }
  }
  return parse_fill(matching);
}

// fill(x), or one or both of fill_left(x) and fill_right(x).
Result<void> Parser::parse_fill(VectorMatching& matching) {
  if (state_.at(TokenKind::fill)) {
    state_.take();
    TRIBUTARY_TRY(matching.fill_left, parse_fill_value());
    matching.fill_right = matching.fill_left;
    return {};
  }
  while ((state_.at(TokenKind::fill_left) && !matching.fill_left) ||
         (state_.at(TokenKind::fill_right) && !matching.fill_right)) {
    const bool left = state_.take().kind == TokenKind::fill_left;
    TRIBUTARY_TRY((left ? matching.fill_left : matching.fill_right), parse_fill_value());
  }
  return {};
}

Result<double> Parser::parse_fill_value() {
  if (!state_.at(TokenKind::left_paren)) return state_.unexpected();
  state_.take();
  const bool minus = state_.at(TokenKind::subtract);
  if (minus || state_.at(TokenKind::add)) state_.take();
  if (!state_.at(TokenKind::number) && !state_.at(TokenKind::duration)) return state_.unexpected();
  bool is_duration = false;
  TRIBUTARY_TRY(const double value, take_number(is_duration));
  if (!state_.at(TokenKind::right_paren)) return state_.unexpected();
  state_.take();
  return minus ? -value : value;
}

}  // namespace tributary::promql
