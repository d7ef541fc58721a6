#include "collector/service/telemetry_config.h"

#include "base/json_text.h"
#include "net/http.h"

namespace tributary::collector {
namespace {

constexpr std::string_view kDefaultAddress = "localhost:8888";

}  // namespace

void LogsConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const config::Mark& mark = node.mark_of("output_paths");
  if (output_paths.size() != 1)
    diagnostics.error(
        mark, "output_paths must name one place, got " + std::to_string(output_paths.size()));
  else if (output_paths[0] != "stderr" && output_paths[0] != "stdout")
    diagnostics.error(mark,
                      "output_paths must be stderr or stdout, got " + json_string(output_paths[0]));
}

void MetricsConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (!address) return;
  if (const auto parsed = net::parse_host_port(*address); !parsed)
    diagnostics.error(node.mark_of("address"), parsed.error().message());
}

std::optional<std::string> MetricsConfig::listen_address() const {
  if (level == MetricsLevel::none) return {};
  if (address) return address;
  if (!readers) return std::string(kDefaultAddress);
  for (const MetricsReader& reader : *readers) {
    if (!reader.pull || !reader.pull->exporter.prometheus) continue;
    const PrometheusPull& pull = *reader.pull->exporter.prometheus;
    const bool is_ipv6 = pull.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + pull.host + "]" : pull.host) + ":" + std::to_string(pull.port);
  }
  return {};
}

}  // namespace tributary::collector
