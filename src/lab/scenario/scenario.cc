#include "lab/scenario/scenario.h"

#include "base/duration.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::lab::scenario {

void Scenario::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const auto within = [&](const char* key, std::uint64_t got, std::uint64_t most) {
    if (got == 0 || got > most)
      diagnostics.error(node.mark_of(key), std::string(key) + " must be from 1 to " +
                                               std::to_string(most) + ", got " +
                                               std::to_string(got));
  };
  const auto at_least = [&](const char* key, Duration got, Duration least) {
    if (got < least)
      diagnostics.error(node.mark_of(key), std::string(key) + " must be at least " +
                                               go_duration(least) + ", got " + go_duration(got));
  };
  within("accounts", accounts, kAccountsMax);
  within("tasks", tasks, kTasksMax);
  const std::uint64_t all = std::uint64_t{accounts} * tasks;
  if (accounts <= kAccountsMax && tasks <= kTasksMax && all > kTasksMax)
    diagnostics.error(node.mark_of("tasks"), "accounts x tasks must be at most " +
                                                 std::to_string(kTasksMax) + ", got " +
                                                 std::to_string(all));
  at_least("scrape_interval", scrape_interval, 100ms);
  at_least("collection_interval", collection_interval, 500ms);
  at_least("duration", duration, 2 * scrape_interval);
  if (outage && (outage->after < 0s || outage->length < 0s || outage->after > duration ||
                 outage->length > duration - outage->after))
    diagnostics.error(node.mark_of("outage"),
                      "the outage must lie within the duration of " + go_duration(duration));
}

std::optional<Scenario> parse_scenario(std::string text, const std::string& name,
                                       config::Diagnostics& diagnostics) {
  const config::Node node = config::parse(std::move(text), name, diagnostics);
  if (diagnostics.has_errors()) return {};
  Scenario scenario;
  if (!config::decode(node, scenario, diagnostics)) return {};
  return scenario;
}

}  // namespace tributary::lab::scenario
