#include "promql/printer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "base/strings.h"
#include "promql/function.h"
#include "promql/number_text.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

std::string number_text(double value, bool is_duration) {
  if (!is_duration) return format_number(value);
  return format_duration_ms(static_cast<std::int64_t>(std::round(value * 1000)));
}

// Quoted so that it reads back: the lexer takes U+FFFD itself for broken UTF-8.
std::string literal(std::string_view text) {
  constexpr std::string_view kReplacement = "\ufffd";
  std::string out = quote(text);
  for (std::size_t at = 0; (at = out.find(kReplacement, at)) != std::string::npos;) {
    out.replace(at, kReplacement.size(), "\\ufffd");
  }
  return out;
}

// As it may stand in by (...): quoted where it would not be taken for a label.
std::string label_text(const std::string& label) {
  const std::string lower = to_lower(label);
  const bool plain =
      is_valid_label_name(label) && lower != "without" && lower != "inf" && lower != "nan";
  return plain ? label : literal(label);
}

std::string labels_text(std::span<const std::string> labels) {
  std::string out = "(";
  for (const std::string& label : labels) {
    if (out.size() > 1) out += ", ";
    out += label_text(label);
  }
  return out + ")";
}

std::string matcher_text(const Matcher& matcher) {
  const std::string& name = matcher.name();
  return (is_valid_label_name(name) ? name : literal(name)) +
         std::string(to_string(matcher.type())) + literal(matcher.value());
}

std::string_view operator_text(DurationExpression::Kind kind) {
  using Kind = DurationExpression::Kind;
  switch (kind) {
    case Kind::add: return " + ";
    case Kind::subtract: return " - ";
    case Kind::multiply: return " * ";
    case Kind::divide: return " / ";
    case Kind::modulo: return " % ";
    case Kind::power: return " ^ ";
    default: return ", ";
  }
}

std::string duration_text(const DurationValue& value) {
  return value.expression ? to_string(*value.expression) : format_duration_ms(value.ms);
}

bool is_operation(const DurationExpression& expression) {
  using Kind = DurationExpression::Kind;
  return !expression.parenthesised && expression.kind >= Kind::add &&
         expression.kind <= Kind::power;
}

// Whether what stands behind `offset` is taken whole when it is read again. An operation is where
// it begins with parentheses or two signs, a sign where parentheses, a call or a sign follow.
bool reads_back_behind_offset(const DurationExpression& whole) {
  using Kind = DurationExpression::Kind;
  const DurationExpression* first = &whole;
  while (is_operation(*first)) first = first->left.get();
  if (first->parenthesised) return true;
  const bool minus = first->kind == Kind::minus;
  if (first != &whole) return minus && first->left->kind == Kind::minus;
  return !minus || !is_operation(*first->left);
}

std::string offset_text(const DurationValue& offset) {
  if (offset.ms == 0 && !offset.expression) return "";
  const std::string text = duration_text(offset);
  const bool whole = !offset.expression || reads_back_behind_offset(*offset.expression);
  return " offset " + (whole ? text : "(" + text + ")");
}

std::string at_text(const AtModifier& at) {
  switch (at.kind) {
    case AtModifier::Kind::none: return "";
    case AtModifier::Kind::start: return " @ start()";
    case AtModifier::Kind::end: return " @ end()";
    case AtModifier::Kind::timestamp: break;
  }
  char text[48];
  std::snprintf(text, sizeof text, " @ %.3f", static_cast<double>(at.timestamp_ms) / 1000.0);
  return text;
}

std::string extended_text(const VectorSelector& selector) {
  if (selector.anchored) return " anchored";
  return selector.smoothed ? " smoothed" : "";
}

// Without what stands behind it.
std::string selector_text(const VectorSelector& selector) {
  std::vector<std::string> matchers;
  for (const Matcher& matcher : selector.matchers) {
    const bool is_name = matcher.name() == kMetricName && matcher.type() == MatchType::equal &&
                         matcher.value() == selector.name && !selector.name.empty();
    if (!is_name) matchers.push_back(matcher_text(matcher));
  }
  if (matchers.empty() && !selector.name.empty()) return selector.name;
  std::sort(matchers.begin(), matchers.end());
  return selector.name + "{" + join(matchers, ",") + "}";
}

std::string subquery_suffix(const Subquery& subquery) {
  const bool has_step = subquery.step.ms != 0 || subquery.step.expression;
  return "[" + duration_text(subquery.range) + ":" +
         (has_step ? duration_text(subquery.step) : "") + "]" + at_text(subquery.at) +
         offset_text(subquery.offset);
}

std::string fill_text(const VectorMatching& matching) {
  const auto one = [](std::string_view name, double value) {
    return " " + std::string(name) + " (" + format_number_shortest(value) + ")";
  };
  const auto& left = matching.fill_left;
  const auto& right = matching.fill_right;
  if (left && right && *left == *right) return one("fill", *left);
  return (left ? one("fill_left", *left) : "") + (right ? one("fill_right", *right) : "");
}

// The operator with what stands behind it.
std::string operator_text(const Binary& binary) {
  std::string out(to_string(binary.op));
  if (binary.return_bool) out += " bool";
  if (!binary.matching) return out;
  const VectorMatching& matching = *binary.matching;
  const bool grouped = matching.cardinality == Cardinality::many_to_one ||
                       matching.cardinality == Cardinality::one_to_many;
  if (!matching.labels.empty() || matching.on || grouped) {
    out += (matching.on ? " on " : " ignoring ") + labels_text(matching.labels);
  }
  if (grouped) {
    const bool left = matching.cardinality == Cardinality::many_to_one;
    out += (left ? " group_left " : " group_right ") + labels_text(matching.include);
  }
  return out + fill_text(matching);
}

std::string aggregation_head(const Aggregation& aggregation) {
  std::string out(to_string(aggregation.op));
  if (aggregation.without) return out + " without " + labels_text(aggregation.grouping) + " ";
  if (aggregation.grouping.empty()) return out;
  return out + " by " + labels_text(aggregation.grouping) + " ";
}

// In one line. Stops early once there is more than `limit`: then the text is of no use.
class Line {
 public:
  explicit Line(std::size_t limit) : limit_(limit) {}

  void append(const Expression& expression) {
    if (!fits()) return;
    std::visit(
        [&](const auto& node) {
          if constexpr (std::is_same_v<decltype(node), const Binary&>) {
            append_chain(chain_of(expression));
          } else {
            append(node);
          }
        },
        expression.node);
  }
  bool fits() const { return text_.size() <= limit_; }
  std::string take() { return std::move(text_); }

 private:
  void append(const NumberLiteral& number) {
    text_ += number_text(number.value, number.is_duration);
  }
  void append(const StringLiteral& string) { text_ += literal(string.value); }
  void append(const VectorSelector& selector) {
    text_ += selector_text(selector) + at_text(selector.at) + extended_text(selector) +
             offset_text(selector.offset);
  }
  void append(const MatrixSelector& matrix) {
    const VectorSelector& selector = selector_of(matrix);
    text_ += selector_text(selector) + "[" + duration_text(matrix.range) + "]" +
             extended_text(selector) + at_text(selector.at) + offset_text(selector.offset);
  }
  void append(const Subquery& subquery) {
    append(*subquery.inner);
    text_ += subquery_suffix(subquery);
  }
  void append(const Unary& unary) {
    text_ += unary.minus ? '-' : '+';
    append(*unary.operand);
  }
  void append_chain(const std::vector<const Binary*>& chain) {
    // A sign in front of the first operand would be one of the whole power.
    const Binary& first = *chain.back();
    const auto* const number = std::get_if<NumberLiteral>(&first.left->node);
    if (first.op == BinaryOperator::power && number != nullptr &&
        number->value == std::numeric_limits<double>::infinity()) {
      text_ += "Inf";
    } else {
      append(*first.left);
    }
    for (auto at = chain.rbegin(); at != chain.rend() && fits(); ++at) {
      text_ += " " + operator_text(**at) + " ";
      append(*(*at)->right);
    }
  }
  void append(const Paren& paren) {
    text_ += '(';
    append(*paren.inner);
    text_ += ')';
  }
  void append(const Call& call) {
    text_ += std::string(call.function->name) + "(";
    for (const ExpressionPtr& argument : call.arguments) {
      if (&argument != &call.arguments.front()) text_ += ", ";
      append(*argument);
    }
    text_ += ')';
  }
  void append(const Aggregation& aggregation) {
    text_ += aggregation_head(aggregation) + "(";
    if (aggregation.parameter) {
      append(*aggregation.parameter);
      text_ += ", ";
    }
    append(*aggregation.inner);
    text_ += ')';
  }

  const std::size_t limit_;
  std::string text_;
};

// Over several lines: each level of what is split is indented by two spaces.
class Lines {
 public:
  void append(const Expression& expression, std::size_t level) {
    if (std::holds_alternative<Unary>(expression.node) || !append_line(expression, level)) {
      std::visit([&](const auto& node) { append_split(node, expression, level); }, expression.node);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t kLineBytesMax = 100;

  void indent(std::size_t level) { text_.append(2 * level, ' '); }

  bool append_line(const Expression& expression, std::size_t level) {
    Line line(kLineBytesMax);
    line.append(expression);
    if (!line.fits()) return false;
    // A subquery that fits begins where it is, as Prometheus has it.
    if (!std::holds_alternative<Subquery>(expression.node)) indent(level);
    text_ += line.take();
    return true;
  }

  // Those that cannot be split.
  template <class Node>
  void append_split(const Node&, const Expression& whole, std::size_t level) {
    indent(level);
    text_ += to_string(whole);
  }
  void append_split(const Subquery& subquery, const Expression&, std::size_t level) {
    append(*subquery.inner, level);
    text_ += subquery_suffix(subquery);
  }
  void append_split(const Unary& unary, const Expression&, std::size_t level) {
    Lines operand;
    operand.append(*unary.operand, level);
    indent(level);
    text_ += unary.minus ? '-' : '+';
    text_ += trim(operand.text_);
  }
  void append_split(const Binary& binary, const Expression&, std::size_t level) {
    // Down on the left as far as there is something to split, then up again.
    std::vector<const Binary*> chain = {&binary};
    const Expression* left = binary.left.get();
    while (!append_line(*left, level + chain.size())) {
      const auto* const inner = std::get_if<Binary>(&left->node);
      if (inner == nullptr) {
        append(*left, level + chain.size());
        break;
      }
      chain.push_back(inner);
      left = inner->left.get();
    }
    while (!chain.empty()) {
      text_ += '\n';
      indent(level + chain.size() - 1);
      text_ += operator_text(*chain.back()) + "\n";
      append(*chain.back()->right, level + chain.size());
      chain.pop_back();
    }
  }
  void append_split(const Paren& paren, const Expression&, std::size_t level) {
    indent(level);
    text_ += "(\n";
    append(*paren.inner, level + 1);
    close(level);
  }
  void append_split(const Call& call, const Expression&, std::size_t level) {
    indent(level);
    text_ += std::string(call.function->name) + "(\n";
    for (const ExpressionPtr& argument : call.arguments) {
      if (&argument != &call.arguments.front()) text_ += ",\n";
      append(*argument, level + 1);
    }
    close(level);
  }
  void append_split(const Aggregation& aggregation, const Expression&, std::size_t level) {
    indent(level);
    text_ += aggregation_head(aggregation) + "(\n";
    if (aggregation.parameter) {
      append(*aggregation.parameter, level + 1);
      text_ += ",\n";
    }
    append(*aggregation.inner, level + 1);
    close(level);
  }
  void close(std::size_t level) {
    text_ += '\n';
    indent(level);
    text_ += ')';
  }

  std::string text_;
};

}  // namespace

std::string to_string(const DurationExpression& expression) {
  using Kind = DurationExpression::Kind;
  std::string out;
  const auto append_both = [&] {
    out += to_string(*expression.left);
    out += operator_text(expression.kind);
    out += to_string(*expression.right);
  };
  switch (expression.kind) {
    case Kind::literal: out = number_text(expression.seconds, expression.is_duration); break;
    case Kind::minus: out = "-" + to_string(*expression.left); break;
    case Kind::plus:
      // In front of a call it means nothing; parentheses alone would be read with what follows.
      out = (expression.left->parenthesised ? "+" : "") + to_string(*expression.left);
      break;
    case Kind::step: out = "step()"; break;
    case Kind::range: out = "range()"; break;
    case Kind::min_of:
    case Kind::max_of:
      out = expression.kind == Kind::min_of ? "min_of(" : "max_of(";
      append_both();
      out += ')';
      break;
    default: append_both();
  }
  return expression.parenthesised ? "(" + out + ")" : out;
}

std::string to_string(const Expression& expression) {
  Line line(std::numeric_limits<std::size_t>::max());
  line.append(expression);
  return line.take();
}

std::string to_pretty_string(const Expression& expression) {
  Lines lines;
  lines.append(expression, 0);
  return lines.take();
}

}  // namespace tributary::promql
