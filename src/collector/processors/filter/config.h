// Settings of the filter processor, as the OpenTelemetry Collector spells them: the form with
// `include` and `exclude`, and the two forms with conditions (OTTL), of which a part is supported:
// see ottl.h.
//
// Values, no threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"

namespace tributary::collector::filter {

enum class MatchType : std::uint8_t { strict, regexp, expr };
constexpr std::array<config::Choice<MatchType>, 3> choices(MatchType) {
  return {
      {{"strict", MatchType::strict}, {"regexp", MatchType::regexp}, {"expr", MatchType::expr}}};
}

enum class ErrorMode : std::uint8_t { ignore, silent, propagate };
constexpr std::array<config::Choice<ErrorMode>, 3> choices(ErrorMode) {
  return {{{"ignore", ErrorMode::ignore},
           {"silent", ErrorMode::silent},
           {"propagate", ErrorMode::propagate}}};
}

struct AttributeMatch {
  std::string key;
  config::Node value;  // null: the key alone must be there

  template <class Fields>
  void describe(Fields& f) {
    f.required("key", key, "of the resource attribute");
    f.optional("value", value, "to compare with; without it the key must merely be there");
  }
};

struct MatchProperties {
  MatchType match_type = MatchType::strict;
  std::vector<std::string> metric_names;
  std::vector<AttributeMatch> resource_attributes;
  config::Node expressions;

  template <class Fields>
  void describe(Fields& f) {
    f.required("match_type", match_type, "how names and values are compared; expr: not yet");
    f.optional("metric_names", metric_names, "names, or RE2 patterns that match any part of one");
    f.optional("resource_attributes", resource_attributes, "all of which a resource must have");
    f.optional("expressions", expressions, "for match_type expr; not supported yet");
    f.ignored("regexp", "a metric's name is matched once, so there is nothing to cache");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct MetricRules {
  std::optional<MatchProperties> include;
  std::optional<MatchProperties> exclude;
  config::Node resource;
  config::Node metric;
  config::Node datapoint;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("include", include, "what does not match is dropped");
    f.optional("exclude", exclude, "what matches is dropped");
    f.optional("resource", resource, "OTTL conditions: resources that are dropped");
    f.optional("metric", metric, "OTTL conditions: metrics that are dropped");
    f.optional("datapoint", datapoint, "OTTL conditions: data points that are dropped");
  }
};

struct Config {
  ErrorMode error_mode = ErrorMode::ignore;
  MetricRules metrics;
  config::Node metric_conditions;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("error_mode", error_mode, "no condition can fail here, so without effect");
    f.optional("metrics", metrics, "which metrics to keep");
    f.optional("metric_conditions", metric_conditions, "OTTL conditions; paths say of what");
    for (const char* signal : {"logs", "log_conditions", "spans", "traces", "trace_conditions",
                               "profiles", "profile_conditions"})
      f.ignored(signal, "only metrics pass here");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::collector::filter
