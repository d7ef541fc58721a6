// Who a container runs as: "uid", "uid:gid" or names (ContainerDefinition.user), by the machine's
// passwd(5) and group(5).
//
// Pure. Read here, not by getpwnam(3), which a static program must not call.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::lab {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;

  bool operator==(const User&) const = default;
};

// `passwd` and `group` are those files' texts. A number needs no entry; its group then is 0, as
// Docker has it.
Result<User> find_user(std::string_view text, std::string_view passwd, std::string_view group);

}  // namespace tributary::lab
