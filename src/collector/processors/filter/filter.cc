#include "collector/processors/filter/filter.h"

#include "base/strings.h"

namespace tributary::collector::filter {

Filter::Filter(const Context& context, const Config& config)
    : rules_(config.metrics),
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
  const std::vector<std::string> names = rules_.unmatched();
  if (names.empty()) return;
  log_.warn("Names in this filter have matched no metric so far; are they spelt as intended?",
            {{"metric_names", join(names, ", ")}});
}

}  // namespace tributary::collector::filter
