#include "collector/exporters/prometheusremotewrite/translate.h"

#include <map>
#include <utility>

#include "exposition/number.h"
#include "exposition/write.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::string_view kBound = "le";
constexpr std::string_view kQuantile = "quantile";
constexpr std::string_view kScopePrefix = "otel_scope_";
constexpr std::string_view kServiceName = "service.name";
constexpr std::string_view kServiceNamespace = "service.namespace";
constexpr std::string_view kServiceInstance = "service.instance.id";

using TextMap = std::map<std::string, std::string, std::less<>>;
using Namer = Result<std::string> (*)(std::string_view, Compat);

bool is_service_attribute(std::string_view key) {
  return key == kServiceName || key == kServiceNamespace || key == kServiceInstance;
}

std::string attribute_text(const Resource& resource, std::string_view key) {
  const AttributeValue* const value = resource.find(key);
  return value == nullptr ? std::string() : to_string(*value);
}

// The label that the role of the series gives a meaning, "" if none.
std::string_view role_label(const Series& series) {
  if (series.role == Role::bucket && series.family->type == MetricType::histogram) return kBound;
  return series.role == Role::quantile ? kQuantile : std::string_view();
}

// A bound or quantile as the exporter writes the number it stands for: 0.5, 1, 2500000, +Inf.
std::string number_label(std::string_view text) {
  const auto number = exposition::parse_float(text);
  return number ? exposition::format_decimal(*number) : std::string(text);
}

// The labels of a series and, as configured, the attributes of its resource, under their own names.
TextMap attributes_of(const Series& series, const TranslateOptions& options) {
  const bool has_scope = options.names.compat == Compat::adot_0_49;
  const std::string_view own = role_label(series);
  TextMap attributes;
  for (const Label& label : series.labels) {
    const bool is_of_scope = has_scope && label.name.starts_with(kScopePrefix);
    if (label.name != own && !is_of_scope) attributes[label.name] = label.value;
  }
  if (options.resource_labels.enabled && series.resource != nullptr) {
    for (const Attribute& attribute : series.resource->attributes)
      if (options.resource_labels.takes(attribute.key))
        attributes[attribute.key] = to_string(attribute.value);
  }
  return attributes;
}

Result<void> add_joined(TextMap& labels, const TextMap& attributes, Namer namer, Compat compat) {
  for (const auto& [key, value] : attributes) {
    if (value.empty()) continue;
    TRIBUTARY_TRY(std::string name, namer(key, compat));
    const auto [at, added] = labels.try_emplace(std::move(name), value);
    if (!added && at->second != value) at->second += ';' + value;
  }
  return {};
}

void set_job_and_instance(TextMap& labels, const Resource& resource) {
  const std::string service = attribute_text(resource, kServiceName);
  const std::string group = attribute_text(resource, kServiceNamespace);
  const std::string instance = attribute_text(resource, kServiceInstance);
  if (!service.empty()) labels["job"] = group.empty() ? service : group + '/' + service;
  if (!instance.empty()) labels["instance"] = instance;
}

Result<void> add_external(TextMap& labels, const std::vector<Label>& external, Namer namer,
                          Compat compat) {
  for (const Label& label : external) {
    TRIBUTARY_TRY(std::string name, namer(label.name, compat));
    labels.try_emplace(std::move(name), label.value);
  }
  return {};
}

Result<void> set_scope(TextMap& labels, const Scope& scope) {
  if (!scope.name.empty()) labels["otel_scope_name"] = scope.name;
  if (!scope.version.empty()) labels["otel_scope_version"] = scope.version;
  for (const Attribute& attribute : scope.attributes) {
    if (attribute.key == "name" || attribute.key == "version" || attribute.key == "schema_url")
      continue;
    TRIBUTARY_TRY(std::string name,
                  label_name(std::string(kScopePrefix) + attribute.key, Compat::adot_0_49));
    labels[std::move(name)] = to_string(attribute.value);
  }
  return {};
}

// The series' own, joined where they meet; job and instance of the resource over them; external
// labels where there are none; the scope's over all.
Result<TextMap> labels_of(const Series& series, const TranslateOptions& options) {
  const Compat compat = options.names.compat;
  TextMap labels;
  const auto attributes = attributes_of(series, options);
  if (auto added = add_joined(labels, attributes, label_name, compat); !added) return added.error();
  if (series.resource != nullptr) set_job_and_instance(labels, *series.resource);
  if (auto added = add_external(labels, options.external_labels, external_label_name, compat);
      !added)
    return added.error();
  if (compat == Compat::adot_0_49 && options.scope_info && series.scope != nullptr) {
    if (auto set = set_scope(labels, *series.scope); !set) return set.error();
  }
  return labels;
}

// External labels, job and instance of the resource, the series' own: later ones replace earlier.
Result<TextMap> labels_0_12(const Series& series, const TranslateOptions& options) {
  TextMap labels;
  for (const Label& label : options.external_labels) {
    TRIBUTARY_TRY(std::string name, external_label_name(label.name, Compat::adot_0_12));
    labels[std::move(name)] = label.value;
  }
  if (series.resource != nullptr) {
    for (const char* const key : {"job", "instance"})
      if (const auto* value = series.resource->find(key)) labels[key] = to_string(*value);
  }
  for (const auto& [key, value] : attributes_of(series, options)) {
    if (value.empty()) continue;
    TRIBUTARY_TRY(std::string name, label_name(key, Compat::adot_0_12));
    labels[std::move(name)] = value;
  }
  return labels;
}

Result<std::string> series_name(const Series& series, const NameOptions& options) {
  const MetricFamily& family = *series.family;
  // A gauge histogram is unknown to OpenTelemetry: each of its series is a gauge of its own.
  if (family.type == MetricType::gauge_histogram)
    return metric_name(series.name(), family.unit, MetricType::gauge, options);
  TRIBUTARY_TRY(std::string name, metric_name(family.name, family.unit, family.type, options));
  const bool has_families = options.compat != Compat::adot_0_12;
  if (has_families && series.role == Role::created)
    return Error(Code::unsupported, "series " + series.name() + ": a start time, not a sample");
  // An info metric is a sum under the name of its family.
  if (has_families && series.role == Role::info) return name;
  return name + std::string(suffix_of(series.role));
}

Labels to_labels(TextMap map) {
  std::vector<Label> labels;
  for (auto& [name, value] : map)
    if (!value.empty()) labels.push_back({name, std::move(value)});
  return Labels(std::move(labels));
}

bool matches(const std::vector<std::string>& patterns, std::string_view name) {
  for (const std::string_view pattern : patterns) {
    if (pattern == name) return true;
    if (pattern.ends_with('*') && name.starts_with(pattern.substr(0, pattern.size() - 1)))
      return true;
  }
  return false;
}

}  // namespace

bool ResourceLabels::takes(std::string_view attribute) const {
  if (exclude_service_attributes && is_service_attribute(attribute)) return false;
  return (include.empty() || matches(include, attribute)) && !matches(exclude, attribute);
}

Result<Labels> translate(const Series& series, const TranslateOptions& options) {
  TRIBUTARY_TRY(std::string name, series_name(series, options.names));
  auto labels = options.names.compat == Compat::adot_0_12 ? labels_0_12(series, options)
                                                          : labels_of(series, options);
  if (!labels) return labels.error().within("series " + name);
  if (const std::string_view own = role_label(series); !own.empty())
    (*labels)[std::string(own)] = number_label(series.labels.get(own));
  (*labels)[std::string(kMetricName)] = std::move(name);
  return to_labels(*std::move(labels));
}

std::optional<Labels> translate_target_info(const Resource& resource,
                                            const TranslateOptions& options) {
  const Compat compat = options.names.compat;
  if (compat == Compat::adot_0_12) return std::nullopt;
  TextMap attributes;
  for (const Attribute& attribute : resource.attributes)
    if (!is_service_attribute(attribute.key))
      attributes[attribute.key] = to_string(attribute.value);
  if (attributes.empty()) return std::nullopt;

  TextMap labels;
  if (!add_joined(labels, attributes, target_info_label_name, compat)) return std::nullopt;
  set_job_and_instance(labels, resource);
  const bool is_known = labels.contains("job") || labels.contains("instance");
  if (!is_known && compat == Compat::adot_0_49) return std::nullopt;
  if (!add_external(labels, options.external_labels, target_info_label_name, compat))
    return std::nullopt;
  const std::string& before = options.names.metric_namespace;
  labels[std::string(kMetricName)] = before.empty() ? "target_info" : before + "_target_info";
  return to_labels(std::move(labels));
}

Result<FamilyMetadata> translate_metadata(const MetricFamily& family,
                                          const TranslateOptions& options) {
  TRIBUTARY_TRY(std::string name,
                metric_name(family.name, family.unit, family.type, options.names));
  const bool is_gauge =
      family.type == MetricType::sum || family.type == MetricType::gauge_histogram;
  return FamilyMetadata{.type = is_gauge ? MetricType::gauge : family.type,
                        .family = std::move(name),
                        .help = family.help,
                        .unit = unit_name(family.unit)};
}

}  // namespace tributary::collector::prometheusremotewrite
