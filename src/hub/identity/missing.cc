#include "hub/identity/missing.h"

#include "base/json_writer.h"

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

std::string holder_text(std::string_view kind, std::string_view name, std::string_view account) {
  std::string text(kind);
  return text.append(" ").append(name).append(" of account ").append(account);
}

void write_missing(JsonWriter& out, const std::vector<Missing>& missing) {
  out.array("missing", missing, [&](const Missing& each) {
    out.object([&] {
      out.member("side", to_string(each.side));
      out.member("holder", each.holder);
      out.member("statement", each.statement);
      if (!each.near_miss.empty()) out.member("nearMiss", each.near_miss);
    });
  });
}

}  // namespace tributary::hub::identity
