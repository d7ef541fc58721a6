#include "collector/extensions/file_storage/config.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "base/json_text.h"

namespace tributary::collector::file_storage {
namespace {

std::optional<unsigned> parse_octal(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (error != std::errc() || end != text.data() + text.size() || value > 0777) return {};
  return value;
}

}  // namespace

unsigned Config::permissions() const { return parse_octal(directory_permissions).value_or(0750); }

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (directory.empty())
    diagnostics.error(node.mark_of("directory"), "directory: must not be empty");
  if (!parse_octal(directory_permissions)) {
    diagnostics.error(node.mark_of("directory_permissions"),
                      "directory_permissions: got " + json_string(directory_permissions) +
                          ", want an octal number up to 0777");
  }
}

}  // namespace tributary::collector::file_storage
