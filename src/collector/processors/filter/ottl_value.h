// What a condition compares: literals, and what paths find in a series.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/series_run.h"

namespace tributary::collector::filter {

// Nothing is nil. Texts belong to the series or to the condition.
using OttlValue = std::variant<std::monostate, std::string_view, std::int64_t, double, bool>;

enum class OttlOperator : std::uint8_t {
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal
};

// Values of different types are not equal and in no order, but for integers and floats.
bool compare(OttlOperator op, const OttlValue& left, const OttlValue& right);

struct OttlOperand {
  enum class Kind : std::uint8_t {
    nil,
    text,
    integer,
    real,
    boolean,
    resource_attribute,
    scope_name,
    scope_version,
    scope_attribute,
    metric_name,
    metric_description,
    metric_unit,
    metric_type,
    metric_is_monotonic,
    datapoint_attribute,
  };

  Kind kind = Kind::nil;
  std::string string;  // a text, or the key of an attribute
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;

  OttlValue value(const SeriesView& series) const;
};

// As OpenTelemetry numbers them: METRIC_DATA_TYPE_GAUGE is 1. Nothing where there is no such name.
std::optional<std::int64_t> ottl_metric_type(std::string_view name);

}  // namespace tributary::collector::filter
