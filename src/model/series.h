// A Series is the identity of a stream of samples: which metric family it belongs to, what it is in
// that family, its labels, and the resource and scope it comes from. Immutable and shared.
//
// The family's name is the OpenTelemetry metric name (`http_request_duration_seconds`,
// `ecs.task.cpu.utilized`), on which processors match. The Prometheus name of the series is the
// family's name and the suffix of the role; exporters work it out once per series.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/labels.h"

namespace tributary {

enum class MetricType : std::uint8_t {
  unknown,
  gauge,
  counter,  // monotonic
  sum,      // cumulative, may decrease: an OpenTelemetry sum that is not monotonic
  histogram,
  gauge_histogram,
  summary,
  info,
  stateset,
};

std::string_view to_string(MetricType type);

struct MetricFamily {
  std::string name;
  MetricType type = MetricType::unknown;
  std::string unit;
  std::string help;
  bool is_integer = false;  // values are whole numbers by definition (shown so by debug)

  bool operator==(const MetricFamily&) const = default;
};

// What a series is within its family. `value` is the family itself (a gauge, a counter, a stateset,
// a native histogram); the others add the suffix that Prometheus gives them, or a label.
enum class Role : std::uint8_t {
  value,
  bucket,       // _bucket, label le
  sum,          // _sum
  count,        // _count
  quantile,     // label quantile
  created,      // _created
  gauge_sum,    // _gsum
  gauge_count,  // _gcount
  info,         // _info
};

std::string_view suffix_of(Role role);  // "_bucket", "" for value and quantile

// A typed attribute of a resource, in the order in which it was set.
using AttributeValue = std::variant<std::string, std::int64_t, double, bool>;
struct Attribute {
  std::string key;
  AttributeValue value;

  bool operator==(const Attribute&) const = default;
};

std::string to_string(const AttributeValue& value);  // as OpenTelemetry turns it into a label

// Where data comes from: a target, a container, a task.
struct Resource {
  std::vector<Attribute> attributes;
  std::string schema_url;

  const AttributeValue* find(std::string_view key) const;
  bool operator==(const Resource&) const = default;
};

// What made the data: the instrumentation scope of OpenTelemetry.
struct Scope {
  std::string name;
  std::string version;
  std::vector<Attribute> attributes;

  bool operator==(const Scope&) const = default;
};

struct Series {
  std::shared_ptr<const MetricFamily> family;
  Role role = Role::value;
  // Of the data: without `__name__`, with le or quantile for those roles; for a scraped series with
  // every label of the target (job, instance and the others).
  Labels labels;
  std::shared_ptr<const Resource> resource;
  std::shared_ptr<const Scope> scope;

  // The family's name and the role's suffix, before any sanitising.
  std::string name() const { return family->name + std::string(suffix_of(role)); }
};

using SeriesPtr = std::shared_ptr<const Series>;

}  // namespace tributary
