#include "collector/receivers/prometheus/negotiation.h"

namespace tributary::collector::prometheus {
namespace {

struct MediaType {
  const char* text;
  bool takes_escaping;
};

MediaType media_type(ScrapeProtocol protocol) {
  switch (protocol) {
    case ScrapeProtocol::openmetrics_1_0_0:
      return {"application/openmetrics-text;version=1.0.0", true};
    case ScrapeProtocol::openmetrics_0_0_1:
      return {"application/openmetrics-text;version=0.0.1", false};
    case ScrapeProtocol::prometheus_text_1_0_0: return {"text/plain;version=1.0.0", true};
    case ScrapeProtocol::prometheus_text_0_0_4: return {"text/plain;version=0.0.4", false};
    case ScrapeProtocol::prometheus_proto: break;
  }
  return {"", false};
}

}  // namespace

std::string accept_header(std::span<const ScrapeProtocol> protocols, EscapingScheme escaping) {
  int weight = static_cast<int>(choices(ScrapeProtocol{}).size()) + 1;
  std::string out;
  for (const ScrapeProtocol protocol : protocols) {
    if (protocol == ScrapeProtocol::prometheus_proto) continue;
    const MediaType type = media_type(protocol);
    out += type.text;
    if (type.takes_escaping) {
      out += ";escaping=";
      for (const auto& choice : choices(escaping))
        if (choice.value == escaping) out += choice.name;
    }
    out += ";q=0." + std::to_string(weight--) + ",";
  }
  return out + "*/*;q=0." + std::to_string(weight);
}

std::optional<exposition::Format> format_of(ScrapeProtocol protocol) {
  switch (protocol) {
    case ScrapeProtocol::openmetrics_1_0_0:
    case ScrapeProtocol::openmetrics_0_0_1: return exposition::Format::openmetrics;
    case ScrapeProtocol::prometheus_text_1_0_0:
    case ScrapeProtocol::prometheus_text_0_0_4: return exposition::Format::prometheus_text;
    case ScrapeProtocol::prometheus_proto: break;
  }
  return std::nullopt;
}

}  // namespace tributary::collector::prometheus
