#include "collector/extensions/sigv4auth/config.h"

#include <array>
#include <utility>

#include "aws/arn.h"
#include "aws/sts_protocol.h"
#include "base/json_text.h"

namespace tributary::collector::sigv4auth {

void AssumeRole::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (arn.empty()) {
    const std::array<std::pair<std::string_view, const std::string*>, 4> pointless = {
        {{"session_name", &session_name},
         {"sts_region", &sts_region},
         {"web_identity_token_file", &web_identity_token_file},
         {"external_id", &external_id}}};
    for (const auto& [key, value] : pointless) {
      if (!value->empty())
        diagnostics.error(node.mark_of(key), std::string(key) + ": needs arn as well");
    }
    return;
  }
  if (const auto parsed = aws::parse_arn(arn); !parsed)
    diagnostics.error(node.mark_of("arn"), "arn: " + parsed.error().message());
  const bool too_short = session_name.size() == 1;
  if (too_short || aws::session_name_from(session_name) != session_name) {
    diagnostics.error(node.mark_of("session_name"),
                      "session_name: got " + json_string(session_name) +
                          ", want 2 to 64 letters, digits or any of _+=,.@-");
  }
}

}  // namespace tributary::collector::sigv4auth
