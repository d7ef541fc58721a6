#include "collector/processors/filter/ottl_value.h"

#include <algorithm>
#include <array>
#include <compare>

namespace tributary::collector::filter {
namespace {

constexpr std::array<std::string_view, 6> kMetricTypes = {"METRIC_DATA_TYPE_NONE",
                                                          "METRIC_DATA_TYPE_GAUGE",
                                                          "METRIC_DATA_TYPE_SUM",
                                                          "METRIC_DATA_TYPE_HISTOGRAM",
                                                          "METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM",
                                                          "METRIC_DATA_TYPE_SUMMARY"};

std::int64_t type_of(MetricType type) {
  switch (type) {
    case MetricType::counter:
    case MetricType::sum:
    case MetricType::info:
    case MetricType::stateset: return 2;
    case MetricType::histogram: return 3;
    case MetricType::summary: return 5;
    case MetricType::unknown:
    case MetricType::gauge:
    case MetricType::gauge_histogram: return 1;
  }
  return 0;
}

OttlValue value_of(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return std::string_view(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::get<bool>(value);
}

OttlValue find(const std::vector<Attribute>& attributes, std::string_view key) {
  for (const Attribute& one : attributes)
    if (one.key == key) return value_of(one.value);
  return {};
}

// The attributes of a data point are the labels without those that only tell the series of one
// point apart, and without those that became its resource.
OttlValue datapoint_attribute(const SeriesView& series, std::string_view key) {
  if (key == "le" && series.role == Role::bucket) return {};
  if (key == "quantile" && series.role == Role::quantile) return {};
  const auto at = std::find_if(series.labels.begin(), series.labels.end(),
                               [key](const LabelView& label) { return label.name == key; });
  if (at == series.labels.end()) return {};
  const std::string_view attribute = key == "job"        ? "service.name"
                                     : key == "instance" ? "service.instance.id"
                                                         : "";
  const AttributeValue* of_resource =
      attribute.empty() || !series.resource ? nullptr : series.resource->find(attribute);
  if (of_resource != nullptr && to_string(*of_resource) == at->value) return {};
  return at->value;
}

std::optional<double> number(const OttlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

std::partial_ordering order(const OttlValue& left, const OttlValue& right) {
  if (left.index() == right.index()) return left <=> right;
  const auto a = number(left);
  const auto b = number(right);
  return a && b ? *a <=> *b : std::partial_ordering::unordered;
}

}  // namespace

bool compare(OttlOperator op, const OttlValue& left, const OttlValue& right) {
  const std::partial_ordering found = order(left, right);
  switch (op) {
    case OttlOperator::equal: return found == 0;
    case OttlOperator::not_equal: return found != 0;
    case OttlOperator::less: return found < 0;
    case OttlOperator::less_or_equal: return found <= 0;
    case OttlOperator::greater: return found > 0;
    case OttlOperator::greater_or_equal: return found >= 0;
  }
  return false;
}

OttlValue OttlOperand::value(const SeriesView& series) const {
  switch (kind) {
    case Kind::nil: return {};
    case Kind::text: return std::string_view(string);
    case Kind::integer: return integer;
    case Kind::real: return real;
    case Kind::boolean: return boolean;
    case Kind::resource_attribute:
      return series.resource ? find(series.resource->attributes, string) : OttlValue();
    case Kind::scope_name: return std::string_view(series.scope ? series.scope->name : "");
    case Kind::scope_version: return std::string_view(series.scope ? series.scope->version : "");
    case Kind::scope_attribute:
      return series.scope ? find(series.scope->attributes, string) : OttlValue();
    case Kind::metric_name: return std::string_view(series.family->name);
    case Kind::metric_description: return std::string_view(series.family->help);
    case Kind::metric_unit: return std::string_view(series.family->unit);
    case Kind::metric_type: return type_of(series.family->type);
    case Kind::metric_is_monotonic: return series.family->type == MetricType::counter;
    case Kind::datapoint_attribute: return datapoint_attribute(series, string);
  }
  return {};
}

std::optional<std::int64_t> ottl_metric_type(std::string_view name) {
  const auto at = std::find(kMetricTypes.begin(), kMetricTypes.end(), name);
  if (at == kMetricTypes.end()) return std::nullopt;
  return at - kMetricTypes.begin();
}

}  // namespace tributary::collector::filter
