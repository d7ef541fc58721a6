#include "collector/pipeline/component_id.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector {
namespace {

constexpr std::size_t kTypeMax = 63;
constexpr std::size_t kNameMax = 1024;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_type_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

Result<ComponentId> parse_component_id(std::string_view text) {
  const auto bad = [text](std::string_view why) {
    return Error(Code::invalid_argument,
                 "component id " + json_string(text) + ": " + std::string(why));
  };
  const std::size_t slash = text.find('/');
  const std::string_view type = trim(text.substr(0, slash));
  if (type.empty()) return bad("the type before \"/\" must not be empty");
  if (type.size() > kTypeMax || !is_letter(type.front()) ||
      !std::all_of(type.begin(), type.end(), is_type_char))
    return bad("a type is a letter and up to 62 letters, digits or \"_\"");
  ComponentId id{.type = std::string(type), .name = {}};
  if (slash == std::string_view::npos) return id;
  const std::string_view name = trim(text.substr(slash + 1));
  if (name.empty()) return bad("the name after \"/\" must not be empty");
  if (name.size() > kNameMax) return bad("a name has at most 1024 bytes");
  id.name = name;
  return id;
}

}  // namespace tributary::collector
