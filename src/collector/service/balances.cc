#include "collector/service/balances.h"

#include <utility>

namespace tributary::collector {

void Balances::add(std::string exporter, const Exporter& component, std::vector<Feed> feeds,
                   Telemetry& telemetry) {
  Balance ignored;
  if (!component.report(ignored)) return;
  auto account =
      std::make_unique<const Account>(Account{std::move(exporter), &component, std::move(feeds)});
  telemetry.gauge_function(
      "tributary_ledger_difference",
      "Samples that came to an exporter's pipelines less those that are accounted for: always 0.",
      {{"exporter", account->exporter}},
      [known = account.get()] { return static_cast<double>(balance_of(*known).difference()); });
  accounts_.push_back(std::move(account));
}

Balance Balances::balance_of(const Account& account) {
  Balance out;
  for (const Feed& feed : account.feeds) {
    out.came("scraped", feed.counts->received());
    out.went("refused", feed.counts->refused());
    for (std::size_t i = 0; i < feed.processors.size(); ++i)
      out.went("filtered(" + feed.processors[i] + ")", feed.counts->filtered()[i]);
  }
  account.component->report(out);
  return out;
}

void Balances::check(const Logger& log) const {
  for (const auto& account : accounts_) {
    const Balance balance = balance_of(*account);
    const std::vector<LogField> fields = {{"exporter", account->exporter}};
    if (balance.difference() != 0) {
      log.error("Balance of samples is not even, by " + std::to_string(balance.difference()) +
                    ": " + balance.to_string(),
                fields);
    } else if (!balance.empty()) {
      log.info("Balance of samples: " + balance.to_string(), fields);
    }
  }
}

void show_pipeline(const Balances::Feed& feed, Telemetry& telemetry) {
  telemetry.counter_function(
      "tributary_pipeline_samples_refused", "Samples that memory_limiter did not let in.",
      {{"pipeline", feed.pipeline}},
      [counts = feed.counts] { return static_cast<double>(counts->refused()); });
  telemetry.counter_function(
      "tributary_pipeline_samples_received", "Samples that receivers handed to a pipeline.",
      {{"pipeline", feed.pipeline}},
      [counts = feed.counts] { return static_cast<double>(counts->received()); });
  for (std::size_t i = 0; i < feed.processors.size(); ++i) {
    telemetry.counter_function(
        "tributary_pipeline_samples_filtered", "Samples that a processor took out of a pipeline.",
        {{"pipeline", feed.pipeline}, {"processor", feed.processors[i]}},
        [counts = feed.counts, i] { return static_cast<double>(counts->filtered()[i]); });
  }
}

}  // namespace tributary::collector
