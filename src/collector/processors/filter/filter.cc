#include "collector/processors/filter/filter.h"

#include "base/strings.h"

namespace tributary::collector::filter {

Filter::Filter(const Context& context, const Config& config)
    : rules_(config.metrics),
      clock_(context.clock()),
      log_(context.log),
      filtered_(context.telemetry.counter("otelcol_processor_filter_datapoints_filtered",
                                          "Samples that the filter processor dropped.",
                                          {{"filter", context.id.to_string()}})) {}

void Filter::count(const Passed& passed) {
  filtered_.add(passed.in - passed.out);
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
