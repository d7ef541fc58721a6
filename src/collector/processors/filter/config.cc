#include "collector/processors/filter/config.h"

#include "collector/processors/filter/conditions.h"
#include "collector/processors/filter/text_matcher.h"

namespace tributary::collector::filter {
namespace {

// Says which of the strings under `key` is no pattern.
void check_patterns(const config::Node* list, config::Diagnostics& diagnostics) {
  if (!list) return;
  for (const config::Node& element : list->elements()) {
    const config::Node* value = element.is_mapping() ? element.find("value") : &element;
    if (!value || !value->is_scalar()) continue;
    if (const auto good = check_pattern(value->text()); !good)
      diagnostics.error(value->mark(), good.error().message());
  }
}

}  // namespace

void MatchProperties::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (match_type == MatchType::expr) {
    diagnostics.error(node.mark_of("match_type"),
                      "match_type expr is not supported yet; use strict or regexp");
  } else if (!expressions.is_null() && !expressions.elements().empty()) {
    diagnostics.error(node.mark_of("expressions"),
                      "expressions belong to match_type expr, which is not supported yet");
  }
  if (match_type != MatchType::regexp) return;
  check_patterns(node.find("metric_names"), diagnostics);
  check_patterns(node.find("resource_attributes"), diagnostics);
}

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const bool has_lists = metrics.include || metrics.exclude;
  const bool has_conditions =
      !metrics.resource.is_null() || !metrics.metric.is_null() || !metrics.datapoint.is_null();
  if (has_lists && has_conditions) {
    diagnostics.error(node.mark_of("metrics"),
                      "metrics: include and exclude do not go with conditions (resource, metric, "
                      "datapoint); use one or the other");
  }
  if (!metric_conditions.is_null() && (has_lists || has_conditions)) {
    diagnostics.error(node.mark_of("metric_conditions"),
                      "metric_conditions do not go with metrics; use one or the other");
  }
  read_conditions(*this, diagnostics);
}

}  // namespace tributary::collector::filter
