#include "config/substitution.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "config/yaml.h"

namespace tributary::config {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }

bool is_name(std::string_view text) {
  return !text.empty() && is_name_start(text.front()) &&
         std::all_of(text.begin(), text.end(), is_name_char);
}

// The offset of the brace that closes the expression whose text begins at `from`.
std::size_t find_closing(std::string_view text, std::size_t from) {
  std::size_t depth = 1;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      ++depth;
      ++i;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

bool is_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// The text of the mark's source from the mark on.
std::string_view text_at(const Mark& mark) {
  std::string_view rest = mark.source->text;
  for (std::uint32_t line = 1; line < mark.line; ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return "";
    rest.remove_prefix(end + 1);
  }
  std::uint32_t column = 1;
  while (!rest.empty() && column < mark.column) {
    rest.remove_prefix(1);
    if (rest.empty() || is_character(rest.front())) ++column;
  }
  return rest;
}

// The character at `offset` of a scalar's text. Its mark is worked out only for messages.
struct Place {
  const Node& scalar;
  std::size_t offset;

  // Where the scalar begins, if its text is not written there as it is (escapes, folded lines).
  Mark mark() const {
    Mark mark = scalar.mark();
    if (!mark.source || mark.line == 0) return mark;
    std::string_view written = text_at(mark);
    std::uint32_t quote = 0;
    if (scalar.quoted() && (written.starts_with('"') || written.starts_with('\''))) {
      written.remove_prefix(1);
      quote = 1;
    }
    const std::string_view before = std::string_view(scalar.text()).substr(0, offset);
    if (before.find('\n') != std::string_view::npos || !written.starts_with(before)) return mark;
    mark.column += quote + static_cast<std::uint32_t>(
                               std::count_if(before.begin(), before.end(), is_character));
    return mark;
  }
};

void set_marks(Node& node, const Mark& mark) {
  node.set_mark(mark);
  for (Node& element : node.elements()) set_marks(element, mark);
  for (Node::Item& item : node.items()) {
    item.key_mark = mark;
    set_marks(item.value, mark);
  }
}

class Substituter {
 public:
  Substituter(const Outside& outside, Diagnostics& diagnostics)
      : outside_(outside), diagnostics_(diagnostics) {}

  void node(Node& node, std::size_t depth) {
    if (node.is_scalar()) {
      scalar(node, depth);
      return;
    }
    for (Node& element : node.elements()) this->node(element, depth);
    for (Node::Item& item : node.items()) {
      const Diagnostics::Scope scope(diagnostics_, item.key);
      this->node(item.value, depth);
    }
  }

 private:
  // What an expression gives, not expanded itself. No text: a variable that is not set.
  struct Value {
    std::optional<std::string> text;
    std::string file;  // the path it was read from, if any
  };
  // One `$...` in a text, at text[begin..end). A literal one has its text in `body`.
  struct Expression {
    std::size_t begin;
    std::size_t end;
    enum class Kind { literal, variable, braces } kind;
    std::string_view body;
  };
  // Whether $NAME and $$ mean anything, or only ${...}: see the header.
  enum class Syntax { full, braces_only };

  void scalar(Node& node, std::size_t depth);
  void replace_whole(Node& node, const Expression& expression, std::size_t depth);
  std::optional<Expression> find_expression(std::string_view text, std::size_t from,
                                            Syntax syntax) const;
  std::string expand(std::string_view text, Syntax syntax, const Place& place, std::size_t depth);
  Value evaluate(const Expression& expression, const Place& place, std::size_t depth);
  Value evaluate_braces(const std::string& body, const Place& place);
  Value variable(std::string_view name, std::optional<std::string_view> otherwise,
                 const Place& place);
  Value file(const std::string& path, const Place& place);
  Value fail(const Place& place, const std::string& message);

  const Outside& outside_;
  Diagnostics& diagnostics_;
  std::size_t expressions_ = 0;
  std::size_t expanded_bytes_ = 0;
  bool exhausted_ = false;  // a limit was met and said; nothing more is evaluated
};

Substituter::Value Substituter::fail(const Place& place, const std::string& message) {
  diagnostics_.error(place.mark(), message);
  return {.text = "", .file = {}};
}

std::optional<Substituter::Expression> Substituter::find_expression(std::string_view text,
                                                                    std::size_t from,
                                                                    Syntax syntax) const {
  for (std::size_t at = text.find('$', from); at != std::string_view::npos && at + 1 < text.size();
       at = text.find('$', at + 1)) {
    const char next = text[at + 1];
    if (next == '{') {
      const std::size_t close = find_closing(text, at + 2);
      if (close == std::string_view::npos) return {};
      const std::string_view body = text.substr(at + 2, close - at - 2);
      const bool is_group = !body.empty() && std::all_of(body.begin(), body.end(), is_digit);
      if (!is_group) return Expression{at, close + 1, Expression::Kind::braces, body};
      at = close;
    } else if (syntax == Syntax::braces_only) {
      if (next == '$') ++at;
    } else if (next == '$') {
      return Expression{at, at + 2, Expression::Kind::literal, "$"};
    } else if (is_name_start(next)) {
      std::size_t end = at + 2;
      while (end < text.size() && is_name_char(text[end])) ++end;
      return Expression{at, end, Expression::Kind::variable, text.substr(at + 1, end - at - 1)};
    }
  }
  return {};
}

void Substituter::scalar(Node& node, std::size_t depth) {
  const auto first = find_expression(node.text(), 0, Syntax::full);
  if (!first) return;
  if (first->begin == 0 && first->end == node.text().size() &&
      first->kind != Expression::Kind::literal) {
    replace_whole(node, *first, depth);
    return;
  }
  std::string out;
  std::size_t done = 0;
  while (const auto next = find_expression(node.text(), done, Syntax::full)) {
    const Place place{node, next->begin};
    out += std::string_view(node.text()).substr(done, next->begin - done);
    const Value value = evaluate(*next, place, depth);
    if (value.text) out += expand(*value.text, Syntax::braces_only, place, depth + 1);
    done = next->end;
  }
  out += std::string_view(node.text()).substr(done);
  node = Node::scalar(std::move(out), node.quoted(), node.mark());
}

void Substituter::replace_whole(Node& node, const Expression& expression, std::size_t depth) {
  const Place place{node, 0};
  const Mark mark = node.mark();
  const Value value = evaluate(expression, place, depth);
  if (!value.text) {
    node = Node::null(mark);
    return;
  }
  Diagnostics unread;
  Node parsed = parse(*value.text, value.file.empty() ? "expression" : value.file, unread);
  if (!unread.has_errors() && (parsed.is_sequence() || parsed.is_mapping())) {
    if (value.file.empty()) set_marks(parsed, mark);
    this->node(parsed, depth + 1);
    node = std::move(parsed);
    node.set_original(*value.text);
    return;
  }
  std::string text = expand(*value.text, Syntax::braces_only, place, depth + 1);
  Diagnostics still_unread;
  if (text != *value.text) parsed = parse(text, "expression", still_unread);
  if (unread.has_errors() || still_unread.has_errors()) parsed = Node::scalar(text, true);
  set_marks(parsed, mark);
  node = std::move(parsed);
  node.set_original(std::move(text));
}

// The text with what its expressions give put in their places.
std::string Substituter::expand(std::string_view text, Syntax syntax, const Place& place,
                                std::size_t depth) {
  std::string out;
  std::size_t done = 0;
  while (const auto next = find_expression(text, done, syntax)) {
    out += text.substr(done, next->begin - done);
    const Value value = evaluate(*next, place, depth);
    if (value.text) out += expand(*value.text, Syntax::braces_only, place, depth + 1);
    done = next->end;
  }
  out += text.substr(done);
  return out;
}

Substituter::Value Substituter::evaluate(const Expression& expression, const Place& place,
                                         std::size_t depth) {
  if (expression.kind == Expression::Kind::literal)
    return {.text = std::string(expression.body), .file = {}};
  if (exhausted_) return {};
  if (depth >= kExpressionDepthMax) {
    exhausted_ = true;
    return fail(place, "expressions are nested deeper than " + std::to_string(kExpressionDepthMax) +
                           "; does one lead to itself?");
  }
  Value value =
      expression.kind == Expression::Kind::variable
          ? variable(expression.body, std::nullopt, place)
          : evaluate_braces(expand(expression.body, Syntax::full, place, depth + 1), place);
  expanded_bytes_ += value.text ? value.text->size() : 0;
  exhausted_ = ++expressions_ > kExpressionsMax || expanded_bytes_ > kExpandedBytesMax;
  if (exhausted_)
    return fail(place, "more than " + std::to_string(kExpressionsMax) + " expressions or " +
                           std::to_string(kExpandedBytesMax) + " bytes from them");
  return value;
}

Substituter::Value Substituter::evaluate_braces(const std::string& body, const Place& place) {
  constexpr std::string_view kNameRule = ": the name of a variable is letters, digits and \"_\"";
  const std::string_view text = body;
  if (is_name(text)) return variable(text, std::nullopt, place);
  const auto refuse = [&](const std::string& why) {
    return fail(place, json_string("${" + body + "}") + why);
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return refuse(std::string(kNameRule));
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (scheme == "file") return file(std::string(rest), place);
  if (scheme == "yaml") return {.text = std::string(rest), .file = {}};
  // ${NAME:-default} means ${env:NAME:-default}.
  if (scheme != "env" && !rest.starts_with('-'))
    return refuse(": unknown scheme " + json_string(scheme) + "; there are env, file and yaml");
  const std::string_view name_and_default = scheme == "env" ? rest : text;
  const std::size_t separator = name_and_default.find(":-");
  const std::string_view name = name_and_default.substr(0, separator);
  std::optional<std::string_view> otherwise;
  if (separator != std::string_view::npos) otherwise = name_and_default.substr(separator + 2);
  if (!is_name(name)) return refuse(std::string(kNameRule));
  return variable(name, otherwise, place);
}

Substituter::Value Substituter::variable(std::string_view name,
                                         std::optional<std::string_view> otherwise,
                                         const Place& place) {
  if (auto value = outside_.env(std::string(name))) return {.text = std::move(value), .file = {}};
  if (otherwise) return {.text = std::string(*otherwise), .file = {}};
  diagnostics_.warning(place.mark(),
                       "the environment variable " + json_string(name) + " is not set");
  return {};
}

Substituter::Value Substituter::file(const std::string& path, const Place& place) {
  auto text = outside_.read_file(path);
  if (!text) return fail(place, text.error().message());
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return {.text = std::move(*text), .file = path};
}

}  // namespace

void substitute(Node& node, const Outside& outside, Diagnostics& diagnostics) {
  Substituter(outside, diagnostics).node(node, 0);
}

}  // namespace tributary::config
