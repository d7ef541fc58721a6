#include "config/text_position.h"

#include <algorithm>

#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::config {

Mark mark_of_offset(const std::shared_ptr<const Source>& source, std::size_t offset) {
  const std::string_view before = std::string_view(source->text).substr(0, offset);
  const std::size_t line_start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const std::string_view line = before.substr(line_start);
  return {source, static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<std::uint32_t>(std::count_if(line.begin(), line.end(), is_character) + 1)};
}

std::size_t invalid_utf8_offset(std::string_view text) {
  std::size_t good = 0;
  std::size_t bad = text.size();  // the prefix of this size is known to be invalid
  while (bad - good > 1) {
    std::size_t middle = good + (bad - good) / 2;
    const std::size_t probe = middle;
    while (middle > good && (static_cast<unsigned char>(text[middle]) & 0xC0U) == 0x80U) --middle;
    if (middle == good) middle = probe;
    (is_valid_utf8(text.substr(0, middle)) ? good : bad) = middle;
  }
  return good;
}

}  // namespace tributary::config
