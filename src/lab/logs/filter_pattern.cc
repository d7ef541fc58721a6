#include "lab/logs/filter_pattern.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/strings.h"
#include "config/json.h"
#include "lab/logs/filter_expression.h"

namespace tributary::lab::logs {
namespace {

using Matcher = FilterPattern::Matcher;
using MatcherPtr = std::shared_ptr<const Matcher>;

constexpr std::string_view kBlanks = " \t\r\n";

using Term = std::variant<std::string, Pattern>;

bool stands_in(const Term& term, std::string_view message) {
  if (const auto* pattern = std::get_if<Pattern>(&term)) return pattern->matches(message);
  return message.find(std::get<std::string>(term)) != std::string_view::npos;
}

class TermsMatcher final : public Matcher {
 public:
  std::vector<Term> wanted;
  std::vector<Term> unwanted;
  std::vector<Term> alternatives;

  bool matches(std::string_view message) const override {
    const auto found = [&](const Term& term) { return stands_in(term, message); };
    if (std::any_of(unwanted.begin(), unwanted.end(), found)) return false;
    if (!std::all_of(wanted.begin(), wanted.end(), found)) return false;
    const bool alone = wanted.empty() && unwanted.empty();
    return !alone || alternatives.empty() ||
           std::any_of(alternatives.begin(), alternatives.end(), found);
  }
};

Result<MatcherPtr> parse_terms(std::string_view text) {
  auto matcher = std::make_shared<TermsMatcher>();
  Scanner scanner(text);
  for (scanner.skip_blanks(); !scanner.at_end(); scanner.skip_blanks()) {
    std::vector<Term>& terms = scanner.accept("?")   ? matcher->alternatives
                               : scanner.accept("-") ? matcher->unwanted
                                                     : matcher->wanted;
    const char first = scanner.peek();
    if (first == '%' && scanner.accept("%")) {
      TRIBUTARY_TRY(Pattern pattern, scanner.take_pattern());
      terms.emplace_back(std::move(pattern));
    } else if (first == '"' && scanner.accept("\"")) {
      TRIBUTARY_TRY(std::string term, scanner.take_quoted('"'));
      terms.emplace_back(std::move(term));
    } else {
      std::string term = scanner.take_until(" \t\r\n\"");
      if (term.empty()) return scanner.error("a term");
      terms.emplace_back(std::move(term));
    }
  }
  return MatcherPtr(std::move(matcher));
}

// Calls `visit` with each value that the steps lead to; true once it said true.
template <class Visit>
bool any_value(const config::Node& node, std::span<const Step> steps, Visit visit) {
  if (steps.empty()) return visit(node);
  const Step& step = steps.front();
  const auto rest = steps.subspan(1);
  if (step.is_any) {
    for (const config::Node& element : node.elements())
      if (any_value(element, rest, visit)) return true;
    for (const config::Node::Item& item : node.items())
      if (any_value(item.value, rest, visit)) return true;
    return false;
  }
  if (step.index)
    return *step.index < node.elements().size() &&
           any_value(node.elements()[*step.index], rest, visit);
  const config::Node* value = node.find(step.key);
  return value != nullptr && any_value(*value, rest, visit);
}

bool is_plain(const config::Node& node, std::string_view text) {
  return node.is_scalar() && !node.quoted() && node.text() == text;
}

bool holds_for(const Comparison& comparison, const config::Node& node) {
  using enum Comparison::Kind;
  switch (comparison.kind) {
    case exists: return true;
    case is_null: return node.is_null();
    case is_true: return is_plain(node, "true");
    case is_false: return is_plain(node, "false");
    default: break;
  }
  if (!node.is_scalar()) return comparison.kind == not_equal;
  if (!node.quoted()) return comparison.holds_for(node.text());
  // Text is not compared as a number, even where it looks like one.
  if (comparison.kind == equal) return comparison.equals_text(node.text());
  return comparison.kind == not_equal && !comparison.equals_text(node.text());
}

class JsonMatcher final : public Matcher {
 public:
  explicit JsonMatcher(Expression expression) : expression_(std::move(expression)) {}

  bool matches(std::string_view message) const override {
    const std::size_t first = message.find_first_not_of(kBlanks);
    if (first == std::string_view::npos || (message[first] != '{' && message[first] != '['))
      return false;
    config::Diagnostics diagnostics;
    const config::Node node = config::parse_json(std::string(message), "message", diagnostics);
    if (diagnostics.has_errors()) return false;
    return expression_.holds([&](const Expression& one) {
      const bool found = any_value(node, one.subject, [&](const config::Node& value) {
        return holds_for(one.comparison, value) ||
               one.comparison.kind == Comparison::Kind::not_exists;
      });
      return one.comparison.kind == Comparison::Kind::not_exists ? !found : found;
    });
  }

 private:
  Expression expression_;
};

Result<MatcherPtr> parse_json_pattern(std::string_view text) {
  Scanner scanner(text);
  scanner.accept("{");
  TRIBUTARY_TRY(Expression expression, parse_expression(scanner, SubjectForm::selector));
  if (!scanner.accept("}")) return scanner.error("&&, || or \"}\"");
  scanner.skip_blanks();
  if (!scanner.at_end()) return scanner.error("its end");
  return MatcherPtr(std::make_shared<JsonMatcher>(std::move(expression)));
}

// What stands in quotes or brackets is one field.
std::vector<std::string_view> split_fields(std::string_view message) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t begin = message.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return fields;
    message.remove_prefix(begin);
    const char close = message.front() == '"' ? '"' : message.front() == '[' ? ']' : '\0';
    const std::size_t closed = close == '\0' ? std::string_view::npos : message.find(close, 1);
    if (closed == std::string_view::npos) {
      const std::size_t end = std::min(message.find_first_of(kBlanks), message.size());
      fields.push_back(message.substr(0, end));
      message.remove_prefix(end);
    } else {
      fields.push_back(message.substr(1, closed - 1));
      message.remove_prefix(closed + 1);
    }
  }
}

class FieldsMatcher final : public Matcher {
 public:
  struct Field {
    bool is_rest = false;  // "...": any number of fields
    std::optional<Expression> expression;
  };
  std::vector<Field> fields;

  bool matches(std::string_view message) const override {
    const std::vector<std::string_view> values = split_fields(message);
    const auto rest = std::find_if(fields.begin(), fields.end(),
                                   [](const Field& field) { return field.is_rest; });
    const bool open = rest != fields.end();
    const std::size_t named = fields.size() - (open ? 1 : 0);
    if (values.size() < named || (!open && values.size() > named)) return false;
    const auto before = static_cast<std::size_t>(rest - fields.begin());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!fields[i].expression) continue;
      const std::size_t at = i < before ? i : values.size() - (fields.size() - i);
      const bool holds = fields[i].expression->holds(
          [&](const Expression& one) { return one.comparison.holds_for(values[at]); });
      if (!holds) return false;
    }
    return true;
  }
};

// Whether the field at the front has a condition, or is only a name.
bool has_condition(Scanner scanner) {
  scanner.skip_blanks();
  scanner.take_until(" \t\r\n=!<>()&|,]");
  scanner.skip_blanks();
  return scanner.peek() != ',' && scanner.peek() != ']';
}

Result<MatcherPtr> parse_fields(std::string_view text) {
  auto matcher = std::make_shared<FieldsMatcher>();
  Scanner scanner(text);
  scanner.accept("[");
  bool open = false;
  do {
    FieldsMatcher::Field field;
    if (scanner.accept("...")) {
      if (std::exchange(open, true)) return scanner.error("\"...\" only once");
      field.is_rest = true;
    } else if (has_condition(scanner)) {
      TRIBUTARY_TRY(field.expression, parse_expression(scanner, SubjectForm::name));
    } else {
      scanner.skip_blanks();
      if (scanner.take_until(" \t\r\n,]").empty()) return scanner.error("a field's name");
    }
    matcher->fields.push_back(std::move(field));
  } while (scanner.accept(","));
  if (!scanner.accept("]")) return scanner.error("\",\" or \"]\"");
  scanner.skip_blanks();
  if (!scanner.at_end()) return scanner.error("its end");
  return MatcherPtr(std::move(matcher));
}

}  // namespace

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  if (text.size() > kBytesMax)
    return Error(Code::invalid_argument, "Invalid filter pattern: " + std::to_string(text.size()) +
                                             " bytes are more than 1024");
  const std::string_view trimmed = trim(text);
  TRIBUTARY_TRY(MatcherPtr matcher, trimmed.starts_with('{')   ? parse_json_pattern(trimmed)
                                    : trimmed.starts_with('[') ? parse_fields(trimmed)
                                                               : parse_terms(trimmed));
  return FilterPattern(std::move(matcher));
}

}  // namespace tributary::lab::logs
