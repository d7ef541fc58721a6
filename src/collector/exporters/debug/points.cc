#include "collector/exporters/debug/points.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <unordered_set>

namespace tributary::collector::debug {
namespace {

double number(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

DataType type_of(const Series& series, bool native) {
  if (native) return DataType::exponential_histogram;
  switch (series.family->type) {
    case MetricType::counter:
    case MetricType::sum:
    case MetricType::info:
    case MetricType::stateset: return DataType::sum;
    case MetricType::histogram: return DataType::histogram;
    case MetricType::summary: return DataType::summary;
    case MetricType::unknown:
    case MetricType::gauge:
    case MetricType::gauge_histogram: return DataType::gauge;
  }
  return DataType::gauge;
}

// Whether several series make one point of this family.
bool is_compound(DataType type) { return type == DataType::histogram || type == DataType::summary; }

// The labels that are neither the resource's identity nor part of the point's inside.
Labels attributes_of(const Series& series, bool compound) {
  Labels out = series.labels;
  if (compound && series.role == Role::bucket) out.erase("le");
  if (compound && series.role == Role::quantile) out.erase("quantile");
  const auto said_by_resource = [&](std::string_view label, std::string_view attribute) {
    const AttributeValue* value = series.resource ? series.resource->find(attribute) : nullptr;
    return value && to_string(*value) == out.get(label);
  };
  if (said_by_resource("job", "service.name")) out.erase("job");
  if (said_by_resource("instance", "service.instance.id")) out.erase("instance");
  return out;
}

template <class T>
const T* find(const std::vector<Sparse<T>>& column, std::uint32_t index) {
  const auto at = std::lower_bound(
      column.begin(), column.end(), index,
      [](const Sparse<T>& entry, std::uint32_t wanted) { return entry.index < wanted; });
  return at != column.end() && at->index == index ? &at->value : nullptr;
}

template <class T, class Matches>
T& find_or_add(std::vector<T>& items, Matches matches) {
  // What belongs together mostly stands together.
  const auto found = std::find_if(items.rbegin(), items.rend(), matches);
  return found != items.rend() ? *found : items.emplace_back();
}

Point& point_for(Metric& metric, Labels attributes, bool compound) {
  if (compound) {
    const auto [at, is_new] = metric.compound_points.try_emplace(attributes, metric.points.size());
    if (!is_new) return metric.points[at->second];
  }
  Point& point = metric.points.emplace_back();
  point.attributes = std::move(attributes);
  return point;
}

void fill(Point& point, const Series& series, double value) {
  switch (series.role) {
    case Role::bucket: point.buckets.push_back({number(series.labels.get("le")), value}); break;
    case Role::quantile:
      point.quantiles.push_back({number(series.labels.get("quantile")), value});
      break;
    case Role::sum:
    case Role::gauge_sum: point.sum = value; break;
    case Role::count:
    case Role::gauge_count: point.count = value; break;
    case Role::created: point.start_ms = static_cast<std::int64_t>(value * 1000); break;
    case Role::value:
    case Role::info: break;
  }
}

}  // namespace

std::vector<ResourceMetrics> group(const Batch& batch) {
  std::vector<ResourceMetrics> out;
  const std::vector<Series> all = batch.shape->unpack();
  for (std::uint32_t i = 0; i < batch.size(); ++i) {
    const Series& series = all[i];
    const NativeHistogram* native = find(batch.histograms, i);
    const DataType type = type_of(series, native != nullptr);
    const bool compound = is_compound(type);
    // When a counter began, which is no point of its own.
    if (!compound && series.role == Role::created) continue;

    ResourceMetrics& resource = find_or_add(
        out, [&](const ResourceMetrics& one) { return one.resource == series.resource.get(); });
    resource.resource = series.resource.get();
    ScopeMetrics& scope = find_or_add(
        resource.scopes, [&](const ScopeMetrics& one) { return one.scope == series.scope.get(); });
    scope.scope = series.scope.get();
    Metric& metric = find_or_add(scope.metrics, [&](const Metric& one) {
      return one.family == series.family.get() && one.type == type;
    });
    metric.family = series.family.get();
    metric.type = type;
    metric.monotonic = series.family->type == MetricType::counter;

    Point& point = point_for(metric, attributes_of(series, compound), compound);
    const double value = batch.values[i];
    const std::int64_t* time = find(batch.timestamps, i);
    const std::int64_t* start = find(batch.start_times, i);
    point.timestamp_ms = time ? *time : batch.timestamp_ms;
    if (start) point.start_ms = *start;
    point.stale |= is_stale_marker(native ? native->sum : value);
    point.native = native;
    point.value = value;
    if (compound) fill(point, series, value);
  }
  return out;
}

Counts count(const Shape& shape) {
  Counts out;
  std::unordered_set<const Resource*> resources;
  std::unordered_set<const MetricFamily*> families;
  const MetricFamily* family = nullptr;
  for (const SeriesRunPtr& run : shape.runs()) {
    SeriesRunReader reader(*run);
    while (reader.next()) {
      const SeriesView series = reader.view();
      resources.insert(series.resource.get());
      if (series.family.get() != family) families.insert(family = series.family.get());
      // Each compound point has one count.
      const bool compound = series.family->type == MetricType::histogram ||
                            series.family->type == MetricType::summary;
      const bool is_point = compound ? series.role == Role::value || series.role == Role::count
                                     : series.role != Role::created;
      if (is_point) ++out.points;
    }
  }
  out.resources = resources.size();
  out.metrics = families.size();
  return out;
}

}  // namespace tributary::collector::debug
