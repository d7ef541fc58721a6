// Which exposition formats a scrape asks for (collector-spec.md 2.3).
//
// Threads: pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "config/values.h"
#include "exposition/parser.h"

namespace tributary::collector::prometheus {

enum class ScrapeProtocol : std::uint8_t {
  prometheus_proto,
  prometheus_text_0_0_4,
  prometheus_text_1_0_0,
  openmetrics_0_0_1,
  openmetrics_1_0_0,
};

constexpr std::array<config::Choice<ScrapeProtocol>, 5> choices(ScrapeProtocol) {
  return {{{"PrometheusProto", ScrapeProtocol::prometheus_proto},
           {"PrometheusText0.0.4", ScrapeProtocol::prometheus_text_0_0_4},
           {"PrometheusText1.0.0", ScrapeProtocol::prometheus_text_1_0_0},
           {"OpenMetricsText0.0.1", ScrapeProtocol::openmetrics_0_0_1},
           {"OpenMetricsText1.0.0", ScrapeProtocol::openmetrics_1_0_0}}};
}

inline constexpr std::array<ScrapeProtocol, 4> kDefaultProtocols = {
    ScrapeProtocol::openmetrics_1_0_0, ScrapeProtocol::openmetrics_0_0_1,
    ScrapeProtocol::prometheus_text_1_0_0, ScrapeProtocol::prometheus_text_0_0_4};

// How a target should write names outside the classic character set.
enum class EscapingScheme : std::uint8_t { allow_utf_8, underscores, dots, values };

constexpr std::array<config::Choice<EscapingScheme>, 4> choices(EscapingScheme) {
  return {{{"allow-utf-8", EscapingScheme::allow_utf_8},
           {"underscores", EscapingScheme::underscores},
           {"dots", EscapingScheme::dots},
           {"values", EscapingScheme::values}}};
}

// In order of preference, weights falling from 0.6. Protobuf, which is not read yet, is left out.
std::string accept_header(std::span<const ScrapeProtocol> protocols, EscapingScheme escaping);

// Nothing for protobuf.
std::optional<exposition::Format> format_of(ScrapeProtocol protocol);

}  // namespace tributary::collector::prometheus
