#include "aws/timestamps.h"

#include "base/time_text.h"

namespace tributary::aws {

std::string amz_date(Timestamp time) {
  std::string text = iso8601(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::optional<Timestamp> parse_amz_date(std::string_view text) {
  constexpr std::string_view kPattern = "yyyymmddThhmmssZ";
  if (text.size() != kPattern.size() || text.back() != 'Z') return std::nullopt;
  std::string extended(text);
  for (const std::size_t at : {13U, 11U}) extended.insert(at, 1, ':');
  for (const std::size_t at : {6U, 4U}) extended.insert(at, 1, '-');
  return parse_iso8601(extended);
}

}  // namespace tributary::aws
