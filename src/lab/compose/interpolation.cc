#include "lab/compose/interpolation.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_text.h"

namespace tributary::lab::compose {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

std::size_t name_end(std::string_view text, std::size_t from) {
  if (from >= text.size() || !is_name_start(text[from])) return from;
  while (from < text.size() && is_name_char(text[from])) ++from;
  return from;
}

// The place of the brace that closes the expression whose inside begins at `from`.
std::size_t closing_brace(std::string_view text, std::size_t from) {
  std::size_t depth = 1;
  for (; from < text.size(); ++from) {
    if (text.substr(from, 2) == "${") ++depth;
    if (text[from] == '}' && --depth == 0) return from;
  }
  return std::string_view::npos;
}

class Interpolator {
 public:
  Interpolator(const Variables& variables, config::Diagnostics& diagnostics)
      : variables_(variables), diagnostics_(diagnostics) {}

  void visit(config::Node& node) {
    if (node.is_scalar()) return visit_text(node);
    for (config::Node& element : node.elements()) visit(element);
    for (config::Node::Item& item : node.items()) {
      const config::Diagnostics::Scope scope(diagnostics_, item.key);
      visit(item.value);
    }
  }

 private:
  void visit_text(config::Node& node) {
    if (node.text().find('$') == std::string::npos) return;
    mark_ = &node.mark();
    if (auto text = expand(node.text(), 0))
      node = config::Node::scalar(std::move(*text), node.quoted(), node.mark());
  }

  // Nothing where it said an error.
  std::optional<std::string> expand(std::string_view text, std::size_t depth) {
    if (depth > kInterpolationDepthMax) return refuse("variables are nested too deeply");
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t dollar = std::min(text.find('$', at), text.size());
      out += text.substr(at, dollar - at);
      at = dollar;
      if (at < text.size() && !take_expression(text, at, depth, out)) return {};
      if (bytes_ + out.size() > kInterpolatedBytesMax)
        return refuse("the variables come to more than " + std::to_string(kInterpolatedBytesMax) +
                      " bytes");
    }
    bytes_ += out.size();
    return out;
  }

  // At the '$' of `text`. Moves `at` behind the expression.
  bool take_expression(std::string_view text, std::size_t& at, std::size_t depth,
                       std::string& out) {
    if (text.substr(at, 2) == "$$") {
      out += '$';
      at += 2;
      return true;
    }
    if (text.substr(at, 2) != "${") {
      const std::size_t end = name_end(text, at + 1);
      if (end == at + 1) {
        refuse("invalid interpolation format " + json_string(text.substr(at, 16)) +
               ": a variable's name begins with a letter or \"_\"; write \"$$\" for a dollar sign");
        return false;
      }
      out += value_or_warning(text.substr(at + 1, end - at - 1));
      at = end;
      return true;
    }
    const std::size_t close = closing_brace(text, at + 2);
    if (close == std::string_view::npos) {
      refuse("invalid interpolation format " + json_string(text.substr(at, 32)) +
             ": there is no closing \"}\"");
      return false;
    }
    const auto value = braced(text.substr(at + 2, close - at - 2), depth);
    at = close + 1;
    if (value) out += *value;
    return value.has_value();
  }

  // The inside of ${...}.
  std::optional<std::string> braced(std::string_view inside, std::size_t depth) {
    const std::size_t end = name_end(inside, 0);
    const std::string_view name = inside.substr(0, end);
    std::string_view rest = inside.substr(end);
    if (!name.empty() && rest.empty()) return value_or_warning(name);
    const bool empty_counts_as_unset = rest.starts_with(':');
    if (empty_counts_as_unset) rest.remove_prefix(1);
    const char how = rest.empty() ? '\0' : rest.front();
    if (name.empty() || (how != '-' && how != '+' && how != '?'))
      return refuse("invalid interpolation format " +
                    json_string("${" + std::string(inside) + "}") +
                    ": must be ${NAME}, ${NAME:-default}, ${NAME:+instead} or ${NAME:?message}");
    rest.remove_prefix(1);
    auto value = variables_(std::string(name));
    if (value && empty_counts_as_unset && value->empty()) value.reset();
    if (how == '+') return value ? expand(rest, depth + 1) : std::string();
    if (value) return value;
    if (how == '-') return expand(rest, depth + 1);
    return refuse("the variable " + json_string(name) + " is required and not set" +
                  (rest.empty() ? "" : ": " + std::string(rest)));
  }

  std::string value_or_warning(std::string_view name) {
    if (auto value = variables_(std::string(name))) return *std::move(value);
    diagnostics_.warning(*mark_, "the variable " + json_string(name) + " is not set: it is empty");
    return {};
  }

  std::nullopt_t refuse(std::string message) {
    diagnostics_.error(*mark_, std::move(message));
    return std::nullopt;
  }

  const Variables& variables_;
  config::Diagnostics& diagnostics_;
  const config::Mark* mark_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace

void interpolate(config::Node& node, const Variables& variables, config::Diagnostics& diagnostics) {
  Interpolator(variables, diagnostics).visit(node);
}

}  // namespace tributary::lab::compose
