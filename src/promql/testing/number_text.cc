#include "promql/testing/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "model/sample.h"

namespace tributary::promql::testing {

std::optional<double> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  if (equals_ignore_case(text, "nan")) {
    value = kNormalNaN;
  } else if (equals_ignore_case(text, "inf") || equals_ignore_case(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) text.remove_prefix(2);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value,
                        hex ? std::chars_format::hex : std::chars_format::general);
    if (text.empty() || text.starts_with('-') || end != text.data() + text.size()) return {};
    if (error == std::errc::result_out_of_range) {
      value = std::numeric_limits<double>::infinity();
    } else if (error != std::errc()) {
      return {};
    }
  }
  return negative ? -value : value;
}

std::string number_text(double value) {
  if (is_stale_marker(value)) return "stale";
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!(text = trim(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace tributary::promql::testing
