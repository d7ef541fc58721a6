// Conditions in OTTL, the language of the OpenTelemetry Collector, as far as they look at what a
// series is and not at its values (github.com/open-telemetry/opentelemetry-collector-contrib,
// pkg/ottl):
//
//   metric.name == "up" and not IsMatch(resource.attributes["service.name"], "^web-")
//
// Operands are strings, numbers, true, false, nil, METRIC_DATA_TYPE_* and paths: metric.name,
// .description, .unit, .type, .is_monotonic, resource.attributes["k"], scope.name, .version,
// .attributes["k"] (or instrumentation_scope), datapoint.attributes["k"]. Operators are == != < <=
// > >= and or not; functions IsMatch, HasPrefix and HasSuffix. Anything else is refused by name.
//
// Threads: a condition never changes; copies share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "model/series_run.h"

namespace tributary::collector::filter {

// What a condition is asked of: it sees that and what is around it, a metric its scope and
// resource.
enum class OttlContext : std::uint8_t { resource, scope, metric, datapoint };

std::string_view to_string(OttlContext context);

class OttlCondition {
 public:
  static constexpr std::size_t kDepthMax = 50;  // of parentheses and `not`
  static constexpr std::size_t kTextBytesMax = 16U << 10;

  // A path without a prefix is of the context.
  static Result<OttlCondition> parse(std::string_view text, OttlContext context);
  // The context is that of the innermost path; every path has a prefix.
  static Result<OttlCondition> parse(std::string_view text);

  OttlContext context() const { return context_; }
  bool holds(const SeriesView& series) const;

 private:
  struct Expression;
  class Parser;

  OttlCondition(std::shared_ptr<const Expression> root, OttlContext context)
      : root_(std::move(root)), context_(context) {}

  std::shared_ptr<const Expression> root_;
  OttlContext context_;
};

}  // namespace tributary::collector::filter
