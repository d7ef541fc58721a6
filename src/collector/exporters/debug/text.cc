#include "collector/exporters/debug/text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/time_text.h"
#include "collector/exporters/debug/points.h"

namespace tributary::collector::debug {
namespace {

// Of a native histogram: counts between two bounds, from the lowest upwards.
struct NativeBucket {
  double lower;
  double upper;
  double count;
};

std::string special(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

std::string value_text(const Metric& metric, double value, std::string (*real)(double)) {
  if (!metric.family->is_integer || !std::isfinite(value)) return real(value);
  return std::to_string(static_cast<std::int64_t>(value));
}

std::string whole(double count) {
  return std::isfinite(count) ? std::to_string(static_cast<std::uint64_t>(count)) : special(count);
}

double count_of(const Point& point) {
  if (point.native)
    return point.native->is_float ? point.native->count_float
                                  : static_cast<double>(point.native->count);
  if (point.count) return *point.count;
  return point.buckets.empty() ? 0 : point.buckets.back().cumulative;
}

double sum_of(const Point& point) {
  return point.native ? point.native->sum : point.sum.value_or(0);
}

// Adds the buckets of one sign, in the order of their indexes.
void add_buckets(const NativeHistogram& histogram, bool positive, std::vector<NativeBucket>& out) {
  const auto& spans = positive ? histogram.positive_spans : histogram.negative_spans;
  const auto& deltas = positive ? histogram.positive_deltas : histogram.negative_deltas;
  const auto& counts = positive ? histogram.positive_counts : histogram.negative_counts;
  const double base = std::exp2(std::exp2(-histogram.schema));
  std::size_t at = 0;
  std::int32_t index = 0;
  std::int64_t running = 0;
  for (const BucketSpan& span : spans) {
    index += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i, ++index, ++at) {
      if (at >= (histogram.is_float ? counts.size() : deltas.size())) return;
      if (!histogram.is_float) running += deltas[at];
      const double count = histogram.is_float ? counts[at] : static_cast<double>(running);
      const double upper = std::pow(base, index);
      const double lower = std::pow(base, index - 1);
      out.push_back(positive ? NativeBucket{lower, upper, count}
                             : NativeBucket{-upper, -lower, count});
    }
  }
}

std::vector<NativeBucket> native_buckets(const NativeHistogram& histogram) {
  std::vector<NativeBucket> negative;
  add_buckets(histogram, false, negative);
  std::vector<NativeBucket> out(negative.rbegin(), negative.rend());
  const double zero =
      histogram.is_float ? histogram.zero_count_float : static_cast<double>(histogram.zero_count);
  if (zero > 0) out.push_back({0, 0, zero});
  add_buckets(histogram, true, out);
  return out;
}

std::string list(const std::vector<Attribute>& attributes) {
  std::string out;
  for (const Attribute& attribute : attributes)
    out += " " + attribute.key + "=" + to_string(attribute.value);
  return out;
}

std::string braces(const Labels& labels) {
  std::string out = "{";
  for (const Label& label : labels) {
    if (out.size() > 1) out += ',';
    out += label.name + "=" + label.value;
  }
  return out + "}";
}

std::string normal_value(const Metric& metric, const Point& point) {
  switch (metric.type) {
    case DataType::gauge:
    case DataType::sum: return value_text(metric, point.value, go_float);
    case DataType::histogram: {
      std::string out = "count=" + whole(count_of(point));
      if (point.sum) out += " sum=" + go_float(*point.sum);
      double before = 0;
      for (const Bucket& bucket : point.buckets) {
        const std::string count = whole(bucket.cumulative - before);
        out += std::isinf(bucket.upper_bound) ? " " + count
                                              : " le" + go_float(bucket.upper_bound) + "=" + count;
        before = bucket.cumulative;
      }
      return out;
    }
    case DataType::exponential_histogram: {
      std::string out = "count=" + whole(count_of(point)) + " sum=" + go_float(sum_of(point));
      for (const NativeBucket& bucket : native_buckets(*point.native))
        out += " le" + go_float(bucket.upper) + "=" + whole(bucket.count);
      return out;
    }
    case DataType::summary: {
      std::string out = "count=" + whole(count_of(point)) + " sum=" + go_fixed(sum_of(point));
      for (const Quantile& one : point.quantiles)
        out += " q" + go_float(one.quantile) + "=" + go_float(one.value);
      return out;
    }
  }
  return "";
}

std::string typed(const AttributeValue& value) {
  static constexpr std::array<const char*, 4> kNames = {"Str(", "Int(", "Double(", "Bool("};
  return kNames[value.index()] + to_string(value) + ")";
}

// Collects lines of the detailed layout.
class Detail {
 public:
  std::string text;

  void line(std::string_view a, std::string_view b = "") {
    text.append(a).append(b).push_back('\n');
  }
  void item(std::string_view name, std::string_view value) {
    text.append("     -> ").append(name).append(": ").append(value).push_back('\n');
  }
  void attributes(std::string_view title, const std::vector<Attribute>& attributes) {
    if (attributes.empty()) return;
    line(title);
    for (const Attribute& attribute : attributes) item(attribute.key, typed(attribute.value));
  }
};

void describe_metric(Detail& out, const Metric& metric) {
  static constexpr std::array<const char*, 5> kTypes = {"Gauge", "Sum", "Histogram",
                                                        "ExponentialHistogram", "Summary"};
  out.line("Descriptor:");
  out.item("Name", metric.family->name);
  out.item("Description", metric.family->help);
  out.item("Unit", metric.family->unit);
  out.item("DataType", kTypes[static_cast<std::size_t>(metric.type)]);
  if (metric.type == DataType::sum) out.item("IsMonotonic", metric.monotonic ? "true" : "false");
  if (metric.type != DataType::gauge && metric.type != DataType::summary)
    out.item("AggregationTemporality", "Cumulative");
}

void describe_histogram(Detail& out, const Point& point) {
  std::size_t i = 0;
  for (const Bucket& bucket : point.buckets) {
    if (std::isinf(bucket.upper_bound)) continue;
    out.line("ExplicitBounds #" + std::to_string(i++) + ": ", go_fixed(bucket.upper_bound));
  }
  double before = 0;
  i = 0;
  for (const Bucket& bucket : point.buckets) {
    out.line("Buckets #" + std::to_string(i++) + ", Count: ", whole(bucket.cumulative - before));
    before = bucket.cumulative;
  }
}

void describe_native(Detail& out, const Point& point) {
  for (const NativeBucket& bucket : native_buckets(*point.native)) {
    const bool zero = bucket.lower == 0 && bucket.upper == 0;
    const std::string range =
        zero                ? "[0, 0]"
        : bucket.upper <= 0 ? "[" + go_fixed(bucket.lower) + ", " + go_fixed(bucket.upper) + ")"
                            : "(" + go_fixed(bucket.lower) + ", " + go_fixed(bucket.upper) + "]";
    out.line("Bucket " + range + ", Count: ", whole(bucket.count));
  }
}

void describe_point(Detail& out, const Metric& metric, const Point& point, std::size_t index) {
  static constexpr std::array<const char*, 5> kTitles = {
      "NumberDataPoints", "NumberDataPoints", "HistogramDataPoints",
      "ExponentialHistogramDataPoints", "SummaryDataPoints"};
  out.line(kTitles[static_cast<std::size_t>(metric.type)], " #" + std::to_string(index));
  if (!point.attributes.empty()) out.line("Data point attributes:");
  for (const Label& label : point.attributes) out.item(label.name, "Str(" + label.value + ")");
  out.line("StartTimestamp: ", go_time(point.start_ms));
  out.line("Timestamp: ", go_time(point.timestamp_ms));
  const bool number = metric.type == DataType::gauge || metric.type == DataType::sum;
  if (number) {
    if (!point.stale) out.line("Value: ", value_text(metric, point.value, go_fixed));
    return;
  }
  if (point.stale) return;
  out.line("Count: ", whole(count_of(point)));
  if (point.native || point.sum) out.line("Sum: ", go_fixed(sum_of(point)));
  if (metric.type == DataType::histogram) describe_histogram(out, point);
  if (metric.type == DataType::exponential_histogram) describe_native(out, point);
  std::size_t i = 0;
  for (const Quantile& one : point.quantiles) {
    out.line("QuantileValue #" + std::to_string(i++) + ": Quantile " + go_fixed(one.quantile) +
                 ", Value ",
             go_fixed(one.value));
  }
}

const Resource& or_empty(const Resource* resource) {
  static const Resource kEmpty;
  return resource ? *resource : kEmpty;
}
const Scope& or_empty(const Scope* scope) {
  static const Scope kEmpty;
  return scope ? *scope : kEmpty;
}

}  // namespace

std::string go_float(double value) {
  if (!std::isfinite(value)) return special(value);
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e21);
  char text[64];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, value,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  return std::string(text, end);
}

std::string go_fixed(double value) {
  if (!std::isfinite(value)) return special(value);
  char text[400];
  const int size = std::snprintf(text, sizeof text, "%.6f", value);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string go_time(std::int64_t ms) {
  std::string out = iso8601_from_ms(ms);  // 2026-01-02T03:04:05.600Z
  out[out.find('T')] = ' ';
  out.pop_back();
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out + " +0000 UTC";
}

std::string normal_text(const Batch& batch) {
  std::string out;
  std::size_t index = 0;
  for (const ResourceMetrics& resource : group(batch)) {
    const std::string number = std::to_string(index++);
    const Resource& from = or_empty(resource.resource);
    out += "ResourceMetrics #" + number;
    if (!from.schema_url.empty()) out += " [" + from.schema_url + "]";
    out += list(from.attributes) + "\n";
    for (const ScopeMetrics& metrics : resource.scopes) {
      const Scope& scope = or_empty(metrics.scope);
      out += "ScopeMetrics #" + number;
      if (!scope.name.empty()) out += " " + scope.name;
      if (!scope.version.empty()) out += "@" + scope.version;
      out += list(scope.attributes) + "\n";
      for (const Metric& metric : metrics.metrics) {
        for (const Point& point : metric.points) {
          out += metric.family->name + braces(point.attributes) + " " +
                 normal_value(metric, point) + "\n";
        }
      }
    }
  }
  return out;
}

std::string detailed_text(const Batch& batch) {
  Detail out;
  std::size_t resource_index = 0;
  for (const ResourceMetrics& resource : group(batch)) {
    const Resource& from = or_empty(resource.resource);
    out.line("ResourceMetrics #", std::to_string(resource_index++));
    out.line("Resource SchemaURL: ", from.schema_url);
    out.attributes("Resource attributes:", from.attributes);
    std::size_t scope_index = 0;
    for (const ScopeMetrics& metrics : resource.scopes) {
      const Scope& scope = or_empty(metrics.scope);
      out.line("ScopeMetrics #", std::to_string(scope_index++));
      out.line("ScopeMetrics SchemaURL: ");
      out.line("InstrumentationScope " + scope.name + " ", scope.version);
      out.attributes("InstrumentationScope attributes:", scope.attributes);
      std::size_t metric_index = 0;
      for (const Metric& metric : metrics.metrics) {
        out.line("Metric #", std::to_string(metric_index++));
        describe_metric(out, metric);
        for (std::size_t i = 0; i < metric.points.size(); ++i)
          describe_point(out, metric, metric.points[i], i);
      }
    }
  }
  return std::move(out.text);
}

}  // namespace tributary::collector::debug
