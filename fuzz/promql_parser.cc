// Any text either parses or is refused with a position.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "promql/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = tributary::promql::parse(text);
  if (parsed) {
    if ((*parsed)->begin > (*parsed)->end || (*parsed)->end > size) std::abort();
  } else if (parsed.error().message().find(": ") == std::string::npos) {
    std::abort();
  }
  static_cast<void>(tributary::promql::parse_selector(text));
  return 0;
}
