// Any text either parses or is refused with a place in it. What parses prints, in one line and in
// several, as text that parses to what prints the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "promql/ast_json.h"
#include "promql/parser.h"
#include "promql/printer.h"

namespace {

using tributary::promql::Expression;
using tributary::promql::Features;

void check_prints(const Expression& expression, const Features& features) {
  const std::string line = tributary::promql::to_string(expression);
  for (const std::string& text : {line, tributary::promql::to_pretty_string(expression)}) {
    const auto again = tributary::promql::parse(text, features);
    if (again) {
      if (tributary::promql::to_string(**again) != line) std::abort();
      continue;
    }
    // Ranges below a millisecond print as 0s; Inf prints as +Inf, a byte and a level more.
    const std::string& message = again.error().message();
    if (message.find("duration must be greater than 0") == std::string::npos &&
        message.find("is longer than") == std::string::npos &&
        message.find("is nested deeper than") == std::string::npos) {
      std::abort();
    }
  }
  std::string json;
  tributary::promql::append_json(json, expression);
  if (json.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Features all;
  all.experimental_functions = true;
  all.duration_expressions = true;
  all.extended_range_selectors = true;
  all.binop_fill_modifiers = true;
  const auto parsed = tributary::promql::parse(text, all);
  if (parsed) {
    const auto position = (*parsed)->position;
    if (position.begin > position.end || position.end > size) std::abort();
    check_prints(**parsed, all);
  } else if (parsed.error().message().find(": parse error: ") == std::string::npos) {
    std::abort();
  }
  if (tributary::promql::parse(text) && !parsed) std::abort();
  static_cast<void>(tributary::promql::parse_selector(text));
  return 0;
}
