#include "collector/extensions/health_check/config.h"

#include "base/json_text.h"
#include "net/http.h"

namespace tributary::collector::health_check {

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (const auto address = net::parse_host_port(endpoint); !address)
    diagnostics.error(node.mark_of("endpoint"), "endpoint: " + address.error().message());
  if (!path.starts_with('/')) {
    diagnostics.error(node.mark_of("path"),
                      "path: got " + json_string(path) + ", want one that starts with /");
  }
}

}  // namespace tributary::collector::health_check
