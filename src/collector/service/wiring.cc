#include "collector/service/wiring.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector {
namespace {

template <class Kind>
const Configured<Kind>& find(const std::vector<Configured<Kind>>& all, const ComponentId& id) {
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
  TRIBUTARY_CHECK(at != all.end() && at->blueprint != nullptr);
  return *at;
}

bool contains(const std::vector<ComponentId>& ids, const ComponentId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// The exporters that a receiver feeds, each once.
std::vector<const Configured<Exporter>*> fed_by(const Document& document,
                                                const ComponentId& receiver) {
  std::vector<const Configured<Exporter>*> all;
  for (const PipelineConfig& pipeline : document.pipelines) {
    if (!contains(pipeline.receivers, receiver)) continue;
    for (const ComponentId& id : pipeline.exporters) {
      const Configured<Exporter>* const exporter = &find(document.exporters, id);
      if (std::find(all.begin(), all.end(), exporter) == all.end()) all.push_back(exporter);
    }
  }
  return all;
}

void warn_of_mixed_profiles(const Document& document, const Configured<Receiver>& receiver,
                            config::Diagnostics& diagnostics) {
  std::map<Compat, std::string> profiles;
  for (const Configured<Exporter>* exporter : fed_by(document, receiver.id))
    if (const auto profile = exporter->blueprint->profile())
      profiles.emplace(*profile, exporter->id.to_string());
  if (profiles.size() < 2) return;
  std::vector<std::string> texts;
  for (const auto& [profile, exporter] : profiles)
    texts.push_back(exporter + " sends " + std::string(name_of(profile)));
  diagnostics.warning(receiver.mark, json_string(receiver.id.to_string()) +
                                         ": its exporters differ in compat (" + join(texts, ", ") +
                                         "); what it makes is that of " +
                                         std::string(name_of(profiles.begin()->first)));
}

void warn_of_merged_series(const Document& document, const Configured<Receiver>& receiver,
                           config::Diagnostics& diagnostics) {
  const std::vector<std::string> identity = receiver.blueprint->identity();
  if (identity.empty()) return;
  for (const Configured<Exporter>* exporter : fed_by(document, receiver.id)) {
    const std::string mending = exporter->blueprint->lost_identity(identity);
    if (mending.empty()) continue;
    diagnostics.warning(exporter->mark,
                        json_string(exporter->id.to_string()) + ": the series of " +
                            json_string(receiver.id.to_string()) +
                            " have no label that tells one source from another, as in ADOT, so "
                            "those of several tasks or containers become one; to keep them apart, "
                            "add below it: " +
                            mending);
  }
}

}  // namespace

Compat compat_for(const Document& document, const ComponentId& receiver) {
  std::optional<Compat> oldest;
  for (const Configured<Exporter>* exporter : fed_by(document, receiver))
    if (const auto profile = exporter->blueprint->profile())
      oldest = std::min(oldest.value_or(*profile), *profile);
  return oldest.value_or(Compat::adot_0_49);
}

void warn_of_wiring(const Document& document, config::Diagnostics& diagnostics) {
  for (const Configured<Receiver>& receiver : document.receivers) {
    warn_of_mixed_profiles(document, receiver, diagnostics);
    warn_of_merged_series(document, receiver, diagnostics);
  }
}

}  // namespace tributary::collector
