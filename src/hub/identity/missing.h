// What would have to be there for a refused request to be allowed: which statement, on which side,
// and in whose hands it is. Carried by denials, and by the broken edges of the topology.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {
class JsonWriter;
}

namespace tributary::hub::identity {

enum class Side : std::uint8_t {
  identity_policy,
  permissions_boundary,
  session_policy,
  trust_policy,
  resource_policy,  // of a resource in another account; there are none yet
  root_user,
};

std::string_view to_string(Side side);  // "identity_policy"

struct Missing {
  Side side;
  std::string holder;     // "role ecs-xaccount-task-role of account 111111111111"
  std::string statement;  // JSON, ready to be added; "" where none would help
  std::string near_miss;  // the statement that came nearest and why it did not match, or ""

  bool operator==(const Missing&) const = default;
};

// Who holds a policy: "role ecs-xaccount-task-role of account 111111111111".
std::string holder_text(std::string_view kind, std::string_view name, std::string_view account);

// The member "missing", as the console reads it (web/src/api/types.ts).
void write_missing(JsonWriter& out, const std::vector<Missing>& missing);

}  // namespace tributary::hub::identity
