#include "hub/identity/missing.h"

#include "base/json_text.h"

namespace tributary::hub::identity {

std::string_view to_string(Side side) {
  switch (side) {
    case Side::identity_policy: return "identity_policy";
    case Side::permissions_boundary: return "permissions_boundary";
    case Side::session_policy: return "session_policy";
    case Side::trust_policy: return "trust_policy";
    case Side::resource_policy: return "resource_policy";
    case Side::root_user: return "root_user";
  }
  return "";
}

void append_json(std::string& out, const std::vector<Missing>& missing) {
  out += '[';
  for (const Missing& each : missing) {
    if (out.back() != '[') out += ',';
    out.append(R"({"side":")").append(to_string(each.side)).append(R"(","holder":)");
    append_json_string(out, each.holder);
    out += R"(,"statement":)";
    append_json_string(out, each.statement);
    if (!each.near_miss.empty()) {
      out += R"(,"nearMiss":)";
      append_json_string(out, each.near_miss);
    }
    out += '}';
  }
  out += ']';
}

}  // namespace tributary::hub::identity
