#include "collector/processors/filter/ottl.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"
#include "collector/processors/filter/ottl_value.h"
#include "collector/processors/filter/text_matcher.h"

namespace tributary::collector::filter {
namespace {

using Kind = OttlOperand::Kind;

constexpr std::string_view kFunctions = "IsMatch, HasPrefix and HasSuffix";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Field {
  OttlContext of;
  std::string_view name;
  Kind kind;
  bool has_key = false;
};

constexpr std::array<Field, 10> kFields = {{
    {OttlContext::resource, "attributes", Kind::resource_attribute, true},
    {OttlContext::scope, "name", Kind::scope_name},
    {OttlContext::scope, "version", Kind::scope_version},
    {OttlContext::scope, "attributes", Kind::scope_attribute, true},
    {OttlContext::metric, "name", Kind::metric_name},
    {OttlContext::metric, "description", Kind::metric_description},
    {OttlContext::metric, "unit", Kind::metric_unit},
    {OttlContext::metric, "type", Kind::metric_type},
    {OttlContext::metric, "is_monotonic", Kind::metric_is_monotonic},
    {OttlContext::datapoint, "attributes", Kind::datapoint_attribute, true},
}};

std::optional<OttlContext> prefix_of(std::string_view word) {
  if (word == "resource") return OttlContext::resource;
  if (word == "scope" || word == "instrumentation_scope") return OttlContext::scope;
  if (word == "metric") return OttlContext::metric;
  if (word == "datapoint") return OttlContext::datapoint;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(OttlContext context) {
  static constexpr std::array<std::string_view, 4> kNames = {"resource", "scope", "metric",
                                                             "datapoint"};
  return kNames[static_cast<std::size_t>(context)];
}

struct OttlCondition::Expression {
  enum class Type : std::uint8_t {
    constant,
    all,
    any,
    negation,
    comparison,
    match,
    prefix,
    suffix
  };

  bool holds(const SeriesView& series) const;

  Type type = Type::constant;
  bool constant = false;
  OttlOperator op = OttlOperator::equal;
  OttlOperand left;
  OttlOperand right;
  std::optional<TextMatcher> pattern;
  std::vector<Expression> parts;
};

bool OttlCondition::Expression::holds(const SeriesView& series) const {
  const auto part_holds = [&](const Expression& part) { return part.holds(series); };
  switch (type) {
    case Type::constant: return constant;
    case Type::all: return std::all_of(parts.begin(), parts.end(), part_holds);
    case Type::any: return std::any_of(parts.begin(), parts.end(), part_holds);
    case Type::negation: return !parts[0].holds(series);
    case Type::comparison: return compare(op, left.value(series), right.value(series));
    case Type::match:
    case Type::prefix:
    case Type::suffix: break;
  }
  const OttlValue target = left.value(series);
  if (std::holds_alternative<std::monostate>(target)) return false;
  std::string made;
  std::string_view text;
  if (const auto* string = std::get_if<std::string_view>(&target)) {
    text = *string;
  } else if (type != Type::match) {
    return false;
  } else {
    const auto* integer = std::get_if<std::int64_t>(&target);
    const auto* real = std::get_if<double>(&target);
    made = tributary::to_string(integer ? AttributeValue(*integer)
                                : real  ? AttributeValue(*real)
                                        : AttributeValue(std::get<bool>(target)));
    text = made;
  }
  if (type == Type::match) return pattern->matches(text);
  return type == Type::prefix ? text.starts_with(right.string) : text.ends_with(right.string);
}

// Recursive descent over the text; the grammar, from loosest to tightest: or, and, not, comparison.
class OttlCondition::Parser {
 public:
  Parser(std::string_view text, std::optional<OttlContext> context)
      : text_(text), context_(context) {}

  Result<Expression> parse() {
    if (text_.size() > kTextBytesMax)
      return Error(Code::limit_exceeded, "a condition of " + std::to_string(text_.size()) +
                                             " bytes: at most " + std::to_string(kTextBytesMax));
    TRIBUTARY_TRY(Expression root, parse_any(0));
    skip_space();
    if (at_ < text_.size()) return unexpected("the end, \"and\" or \"or\"");
    return root;
  }
  OttlContext innermost() const { return innermost_; }

 private:
  using Type = Expression::Type;

  Error wrong(const std::string& what) const {
    return Error(Code::invalid_argument, "condition " + json_string(text_) + ", column " +
                                             std::to_string(at_ + 1) + ": " + what);
  }
  Error unexpected(std::string_view wanted) const {
    const std::string_view rest = text_.substr(at_, 20);
    return wrong("got " + (rest.empty() ? std::string("the end") : json_string(rest)) + ", want " +
                 std::string(wanted));
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
  }
  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  std::string_view peek_word() {
    skip_space();
    std::size_t end = at_;
    while (end < text_.size() && (is_letter(text_[end]) || (end > at_ && is_digit(text_[end]))))
      ++end;
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view word) {
    if (peek_word() != word) return false;
    at_ += word.size();
    return true;
  }

  // Parts joined by a word; a single part stays itself.
  template <class Part>
  Result<Expression> joined(std::string_view word, Type type, Part part) {
    TRIBUTARY_TRY(Expression first, part());
    if (peek_word() != word) return first;
    Expression out;
    out.type = type;
    out.parts.push_back(std::move(first));
    while (take_word(word)) {
      TRIBUTARY_TRY(Expression next, part());
      out.parts.push_back(std::move(next));
    }
    return out;
  }
  Result<Expression> parse_any(std::size_t depth) {
    return joined("or", Type::any, [&] { return parse_all(depth); });
  }
  Result<Expression> parse_all(std::size_t depth) {
    return joined("and", Type::all, [&] { return parse_one(depth); });
  }
  Result<Expression> parse_one(std::size_t depth);
  Result<Expression> parse_comparison();
  Result<Expression> parse_function(std::string_view name);
  Result<OttlOperand> parse_operand();
  Result<OttlOperand> parse_path();
  Result<OttlOperand> parse_number();
  Result<std::string> parse_string();
  Result<OttlOperand> resolve(const std::vector<std::string>& words,
                              std::optional<std::string> key);

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<OttlContext> context_;  // none: every path says its own
  OttlContext innermost_ = OttlContext::resource;
};

Result<OttlCondition::Expression> OttlCondition::Parser::parse_one(std::size_t depth) {
  if (depth >= kDepthMax) return wrong("nested more than " + std::to_string(kDepthMax) + " deep");
  Expression out;
  if (take_word("not")) {
    TRIBUTARY_TRY(Expression part, parse_one(depth + 1));
    out.type = Type::negation;
    out.parts.push_back(std::move(part));
    return out;
  }
  if (take("(")) {
    TRIBUTARY_TRY(out, parse_any(depth + 1));
    if (!take(")")) return unexpected("\")\"");
    return out;
  }
  const std::string_view word = peek_word();
  const std::size_t behind = at_ + word.size();
  if (!word.empty() && word[0] >= 'A' && word[0] <= 'Z' && behind < text_.size() &&
      text_[behind] == '(')
    return parse_function(word);
  return parse_comparison();
}

Result<OttlCondition::Expression> OttlCondition::Parser::parse_comparison() {
  static constexpr std::array<std::pair<std::string_view, OttlOperator>, 6> kOperators = {
      {{"==", OttlOperator::equal},
       {"!=", OttlOperator::not_equal},
       {"<=", OttlOperator::less_or_equal},
       {">=", OttlOperator::greater_or_equal},
       {"<", OttlOperator::less},
       {">", OttlOperator::greater}}};
  Expression out;
  TRIBUTARY_TRY(out.left, parse_operand());
  for (const auto& [token, op] : kOperators) {
    if (!take(token)) continue;
    out.type = Type::comparison;
    out.op = op;
    TRIBUTARY_TRY(out.right, parse_operand());
    return out;
  }
  if (out.left.kind != Kind::boolean) return unexpected("a comparison");
  out.constant = out.left.boolean;
  return out;
}

Result<OttlCondition::Expression> OttlCondition::Parser::parse_function(std::string_view name) {
  Expression out;
  if (name == "IsMatch") {
    out.type = Type::match;
  } else if (name == "HasPrefix") {
    out.type = Type::prefix;
  } else if (name == "HasSuffix") {
    out.type = Type::suffix;
  } else if (name == "HasAttrKeyOnDatapoint" || name == "HasAttrOnDatapoint") {
    return wrong("function " + std::string(name) +
                 " is not supported: it drops a metric for one of its data points; use a condition "
                 "on datapoint.attributes, which drops those data points");
  } else {
    return wrong("function " + std::string(name) + " is not supported; there are " +
                 std::string(kFunctions));
  }
  at_ += name.size();
  take("(");
  TRIBUTARY_TRY(out.left, parse_operand());
  if (!take(",")) return unexpected("\",\"");
  skip_space();
  if (at_ >= text_.size() || text_[at_] != '"') return unexpected("a text in quotes");
  TRIBUTARY_TRY(out.right.string, parse_string());
  if (out.type == Type::match) {
    if (auto good = check_pattern(out.right.string); !good) return wrong(good.error().message());
    out.pattern.emplace(MatchType::regexp, out.right.string);
  }
  if (!take(")")) return unexpected("\")\"");
  return out;
}

Result<OttlOperand> OttlCondition::Parser::parse_operand() {
  skip_space();
  if (at_ >= text_.size()) return unexpected("a value");
  const char first = text_[at_];
  OttlOperand out;
  if (first == '"') {
    out.kind = Kind::text;
    TRIBUTARY_TRY(out.string, parse_string());
    return out;
  }
  if (is_digit(first) || first == '-' || first == '.') return parse_number();
  const std::string_view word = peek_word();
  if (word.empty()) return unexpected("a value");
  if (const auto type = ottl_metric_type(word)) {
    out.kind = Kind::integer;
    out.integer = *type;
  } else if (word == "true" || word == "false") {
    out.kind = Kind::boolean;
    out.boolean = word == "true";
  } else if (word != "nil") {
    return parse_path();
  }
  at_ += word.size();
  return out;
}

Result<OttlOperand> OttlCondition::Parser::parse_number() {
  std::size_t end = at_;
  while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '-' || text_[end] == '.'))
    ++end;
  const std::string_view digits = text_.substr(at_, end - at_);
  OttlOperand out;
  const char* const last = digits.data() + digits.size();
  if (const auto integer = parse_int64(digits)) {
    out.kind = Kind::integer;
    out.integer = *integer;
  } else if (const auto [stop, error] = std::from_chars(digits.data(), last, out.real);
             error == std::errc() && stop == last) {
    out.kind = Kind::real;
  } else {
    return unexpected("a number");
  }
  at_ = end;
  return out;
}

Result<std::string> OttlCondition::Parser::parse_string() {
  std::string out;
  for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
    char c = text_[i];
    if (c == '"') {
      at_ = i + 1;
      return out;
    }
    if (c == '\\') {
      static constexpr std::string_view kEscapes = "\\\"nrt";
      static constexpr std::string_view kMeanings = "\\\"\n\r\t";
      const std::size_t escape = ++i < text_.size() ? kEscapes.find(text_[i]) : kEscapes.npos;
      if (escape == kEscapes.npos)
        return wrong("a backslash stands before another, a quote, n, r or t");
      c = kMeanings[escape];
    }
    out.push_back(c);
  }
  return wrong("a text without its closing quote");
}

Result<OttlOperand> OttlCondition::Parser::parse_path() {
  const std::size_t begin = at_;
  std::vector<std::string> words;
  do {
    const std::string_view word = peek_word();
    if (word.empty()) return unexpected("a name");
    words.emplace_back(word);
    at_ += word.size();
  } while (at_ < text_.size() && text_[at_] == '.' && ++at_ > 0);
  std::optional<std::string> key;
  if (at_ < text_.size() && text_[at_] == '[') {
    ++at_;
    if (at_ >= text_.size() || text_[at_] != '"') return unexpected("a key in quotes");
    TRIBUTARY_TRY(key, parse_string());
    if (!take("]")) return unexpected("\"]\"");
    if (at_ < text_.size() && text_[at_] == '[') return wrong("keys of keys are not supported");
  }
  const std::size_t end = std::exchange(at_, begin);
  auto found = resolve(words, std::move(key));
  if (found) at_ = end;
  return found;
}

Result<OttlOperand> OttlCondition::Parser::resolve(const std::vector<std::string>& words,
                                                   std::optional<std::string> key) {
  const std::string path = join(words, ".");
  const auto prefix = words.size() > 1 ? prefix_of(words[0]) : std::nullopt;
  if (!prefix && !context_)
    return wrong("path " + path + ": must begin with resource, scope, metric or datapoint");
  const OttlContext of = prefix ? *prefix : *context_;
  if (context_ && of > *context_)
    return wrong("path " + path + ": a condition on a " + std::string(to_string(*context_)) +
                 " sees no " + std::string(to_string(of)));
  if (words.size() == (prefix ? 2U : 1U)) {
    for (const Field& field : kFields) {
      if (field.of != of || field.name != words.back()) continue;
      if (field.has_key != key.has_value())
        return wrong("path " + path + (field.has_key ? ": wants a key" : ": has no keys"));
      innermost_ = std::max(innermost_, of);
      return OttlOperand{.kind = field.kind, .string = std::move(key).value_or("")};
    }
  }
  return wrong("path " + path +
               " is not supported: a filter here looks at attributes, at name, description, unit, "
               "type and is_monotonic of a metric, at name and version of a scope");
}

Result<OttlCondition> OttlCondition::parse(std::string_view text, OttlContext context) {
  Parser parser(text, context);
  TRIBUTARY_TRY(Expression root, parser.parse());
  return OttlCondition(std::make_shared<const Expression>(std::move(root)), context);
}

Result<OttlCondition> OttlCondition::parse(std::string_view text) {
  Parser parser(text, std::nullopt);
  TRIBUTARY_TRY(Expression root, parser.parse());
  const OttlContext context = parser.innermost();
  return OttlCondition(std::make_shared<const Expression>(std::move(root)), context);
}

bool OttlCondition::holds(const SeriesView& series) const { return root_->holds(series); }

}  // namespace tributary::collector::filter
