#include "collector/processors/filter/filter.h"

#include "base/strings.h"

namespace tributary::collector::filter {

Filter::Filter(const Context& context, const Config& config)
    : rules_(config),
      clock_(context.clock()),
      log_(context.log),
      filtered_(context.telemetry.counter("otelcol_processor_filter_datapoints_filtered",
                                          "Samples that the filter processor dropped.",
                                          {{"filter", context.id.to_string()}})) {
  for (const std::string& rule : rules_.names()) {
    filtered_by_.push_back(&context.telemetry.counter(
        "tributary_processor_filtered_samples", "Samples that a processor dropped, by its rule.",
        {{"processor", context.id.to_string()}, {"rule", rule}}));
  }
}

void Filter::count(const Passed& passed) {
  filtered_.add(passed.in - passed.out);
  for (const RunMap::Dropped& by : passed.dropped) filtered_by_[by.rule]->add(by.series);
  if (reported_) return;
  const Instant now = clock_.monotonic();
  if (!first_batch_) first_batch_ = now;
  if (now - *first_batch_ < kUnmatchedAfter) return;
  reported_ = true;
  const auto warn = [this](std::string_view what, const char* key,
                           const std::vector<std::string>& unmatched) {
    if (unmatched.empty()) return;
    log_.warn(std::string(what) +
                  " in this filter have matched no metric so far; are they spelt as intended?",
              {{key, join(unmatched, ", ")}});
  };
  warn("Names", "metric_names", rules_.unmatched_names());
  warn("Conditions", "conditions", rules_.unmatched_conditions());
}

}  // namespace tributary::collector::filter
