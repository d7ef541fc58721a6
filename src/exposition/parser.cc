#include "exposition/parser.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "exposition/openmetrics.h"
#include "exposition/prometheus_text.h"

namespace tributary::exposition {
namespace {

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

// Takes `name=value` off the front, where the value is a token or quoted.
bool take_parameter(std::string_view& rest, std::string& name) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos || !is_token(rest.substr(0, equals))) return false;
  name = to_lower(rest.substr(0, equals));
  rest.remove_prefix(equals + 1);
  if (!rest.starts_with('"')) {
    const std::string_view value = rest.substr(0, rest.find_first_of("; \t"));
    rest.remove_prefix(value.size());
    return is_token(value);
  }
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool parameters_are_valid(std::string_view rest) {
  std::vector<std::string> names;
  while (!(rest = trim(rest)).empty()) {
    if (rest.front() != ';') return false;
    rest = trim(rest.substr(1));
    if (rest.empty()) return true;  // a semicolon at the end does no harm
    std::string name;
    if (!take_parameter(rest, name)) return false;
    if (std::find(names.begin(), names.end(), name) != names.end()) return false;
    names.push_back(std::move(name));
  }
  return true;
}

}  // namespace

std::optional<Format> format_of(std::string_view content_type) {
  const std::size_t end = std::min(content_type.find(';'), content_type.size());
  const std::string media_type = to_lower(trim(content_type.substr(0, end)));
  if (!parameters_are_valid(content_type.substr(end))) return std::nullopt;
  if (media_type == "text/plain") return Format::prometheus_text;
  if (media_type == "application/openmetrics-text") return Format::openmetrics;
  return std::nullopt;
}

std::unique_ptr<Parser> make_parser(Format format, std::string_view page) {
  if (format == Format::openmetrics) return std::make_unique<OpenMetricsParser>(page);
  return std::make_unique<PrometheusTextParser>(page);
}

}  // namespace tributary::exposition
