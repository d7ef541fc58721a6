#include "collector/processors/filter/config.h"

#include "collector/processors/filter/rules.h"

namespace tributary::collector::filter {
namespace {

constexpr std::string_view kInstead =
    "; use metrics.include or metrics.exclude with match_type strict or regexp";

void refuse_conditions(const config::Node& node, std::string_view key,
                       config::Diagnostics& diagnostics) {
  const config::Node* conditions = node.find(key);
  if (!conditions || conditions->is_null()) return;
  diagnostics.error(conditions->mark(), "\"" + std::string(key) +
                                            "\": OTTL conditions are not supported yet" +
                                            std::string(kInstead));
}

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

void MetricRules::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  for (const std::string_view key : {"resource", "metric", "datapoint"})
    refuse_conditions(node, key, diagnostics);
}

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  refuse_conditions(node, "metric_conditions", diagnostics);
}

}  // namespace tributary::collector::filter
