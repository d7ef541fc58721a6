#include "model/series.h"

#include <array>
#include <charconv>

namespace tributary {

std::string_view to_string(MetricType type) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "unknown",        "gauge",   "counter", "sum",     "histogram",
      "gaugehistogram", "summary", "info",    "stateset"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view suffix_of(Role role) {
  static constexpr std::array<std::string_view, 9> kSuffixes = {
      "", "_bucket", "_sum", "_count", "", "_created", "_gsum", "_gcount", "_info"};
  return kSuffixes[static_cast<std::size_t>(role)];
}

std::string to_string(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  char text[32];
  const auto [end, ec] = std::to_chars(text, text + sizeof text, std::get<double>(value));
  return std::string(text, end);
}

const AttributeValue* Resource::find(std::string_view key) const {
  for (const Attribute& attribute : attributes)
    if (attribute.key == key) return &attribute.value;
  return nullptr;
}

}  // namespace tributary
