// Whose data a pipeline sends. Names, units, labels and the meaning of some numbers differ between
// the releases of ADOT (collector-spec.md, section 0), and a dashboard is written for one of them.
// An exporter's type has a default, its setting `compat` says otherwise, and the receivers of its
// pipelines follow it.
//
// Values, no threads.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/diagnostics.h"
#include "config/node.h"

namespace tributary::collector {

// In the order of their release.
enum class Compat : std::uint8_t {
  adot_0_12,  // August 2021, the walkthrough's: characters are replaced, nothing is added
  adot_0_35,  // November 2023: units and _total at names, target_info
  adot_0_49,  // July 2026: MiB, ephemeral storage, otel_scope_* labels
};

std::string_view name_of(Compat compat);

// As configuration spells it. `2021` and `current`, which came before, are taken with a warning.
struct CompatName {
  static constexpr std::string_view kTypeName = "one of adot-0.12, adot-0.35, adot-0.49";
  Compat value = Compat::adot_0_49;
};
bool decode(const config::Node& node, CompatName& name, config::Diagnostics& diagnostics);
config::Node encode(const CompatName& name);

}  // namespace tributary::collector
