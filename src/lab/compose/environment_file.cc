#include "lab/compose/environment_file.h"

#include <memory>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::compose {

Environment parse_environment_file(std::string text, std::string name, const Variables& variables,
                                   config::Diagnostics& diagnostics) {
  const auto source = std::make_shared<const config::Source>(
      config::Source{.name = std::move(name), .text = std::move(text)});
  std::string_view rest = source->text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  Environment environment;
  std::uint32_t number = 0;
  for (std::string_view line : split(rest, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos || line[start] == '#') continue;
    line.remove_prefix(start);
    const config::Mark mark{
        .source = source, .line = number, .column = static_cast<std::uint32_t>(start + 1)};
    const std::size_t equals = line.find('=');
    const std::string_view variable = line.substr(0, equals);
    if (variable.empty() || variable.find_first_of(" \t") != std::string_view::npos ||
        !is_valid_utf8(line) || line.find('\0') != std::string_view::npos) {
      diagnostics.error(mark, "must be NAME=VALUE in UTF-8, the name without spaces");
      continue;
    }
    if (equals != std::string_view::npos) {
      environment.insert_or_assign(std::string(variable), std::string(line.substr(equals + 1)));
    } else if (auto value = variables(std::string(variable))) {
      environment.insert_or_assign(std::string(variable), *std::move(value));
    }
  }
  return environment;
}

}  // namespace tributary::lab::compose
