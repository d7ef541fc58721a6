#include "lab/driver/processes/user.h"

#include <limits>
#include <optional>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab {
namespace {

std::optional<std::uint32_t> id_of(std::string_view text) {
  const auto number = parse_uint64(text);
  if (!number || *number >= std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// The fields of the line whose field `at` is `value`.
std::vector<std::string_view> find_line(std::string_view file, std::size_t at,
                                        std::string_view value) {
  for (const std::string_view line : split(file, '\n')) {
    std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() >= 3 && fields[at] == value) return fields;
  }
  return {};
}

}  // namespace

Result<User> find_user(std::string_view text, std::string_view passwd, std::string_view group) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto number = id_of(name);
  const auto line = find_line(passwd, number ? 2 : 0, name);
  User user;
  if (number) {
    user.uid = *number;
  } else if (line.size() < 4 || !id_of(line[2])) {
    return Error(Code::not_found, "user " + json_string(name) + ": no such user on this machine");
  } else {
    user.uid = *id_of(line[2]);
  }
  if (line.size() >= 4) user.gid = id_of(line[3]).value_or(0);
  if (colon == std::string_view::npos) return user;
  const std::string_view group_name = text.substr(colon + 1);
  if (const auto gid = id_of(group_name)) {
    user.gid = *gid;
    return user;
  }
  const auto entry = find_line(group, 0, group_name);
  if (entry.size() < 3 || !id_of(entry[2]))
    return Error(Code::not_found,
                 "group " + json_string(group_name) + ": no such group on this machine");
  user.gid = *id_of(entry[2]);
  return user;
}

}  // namespace tributary::lab
