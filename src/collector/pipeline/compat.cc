#include "collector/pipeline/compat.h"

#include <array>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector {
namespace {

constexpr std::array<Compat, 3> kAll = {Compat::adot_0_12, Compat::adot_0_35, Compat::adot_0_49};

struct OldName {
  std::string_view name;
  Compat stands_for;
};
constexpr std::array<OldName, 2> kOldNames = {
    {{"2021", Compat::adot_0_12}, {"current", Compat::adot_0_49}}};

}  // namespace

std::string_view name_of(Compat compat) {
  switch (compat) {
    case Compat::adot_0_12: return "adot-0.12";
    case Compat::adot_0_35: return "adot-0.35";
    case Compat::adot_0_49: return "adot-0.49";
  }
  return "?";
}

bool decode(const config::Node& node, CompatName& name, config::Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const Compat compat : kAll) {
    known.emplace_back(name_of(compat));
    if (node.text() != known.back()) continue;
    name.value = compat;
    return true;
  }
  for (const OldName& old : kOldNames) {
    if (node.text() != old.name) continue;
    name.value = old.stands_for;
    diagnostics.warning(node.mark(), json_string(old.name) + " is deprecated: write " +
                                         std::string(name_of(old.stands_for)));
    return true;
  }
  diagnostics.error(node.mark(),
                    "must be one of " + join(known, ", ") + ", got " + node.describe());
  return false;
}

config::Node encode(const CompatName& name) {
  return config::Node::scalar(std::string(name_of(name.value)), true);
}

}  // namespace tributary::collector
