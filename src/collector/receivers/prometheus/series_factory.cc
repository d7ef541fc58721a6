#include "collector/receivers/prometheus/series_factory.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "exposition/write.h"

namespace tributary::collector::prometheus {
namespace {

constexpr std::string_view kScopeName =
    "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver";
constexpr std::string_view kScopeLabel = "otel_scope_";
constexpr std::string_view kExported = "exported_";
constexpr std::string_view kTargetInfo = "target_info";

// Where a label of the scraped series and one of the target meet, the target's stays and the
// scraped one moves to `exported_<name>`, as often as it takes to be free.
void merge_target_labels(Labels& labels, const Labels& target) {
  std::vector<Label> moved;
  for (const Label& label : target) {
    const std::string_view scraped = labels.get(label.name);
    if (!scraped.empty()) moved.push_back({label.name, std::string(scraped)});
    labels.set(label.name, label.value);
  }
  std::stable_sort(moved.begin(), moved.end(),
                   [](const Label& a, const Label& b) { return a.name.size() < b.name.size(); });
  for (const Label& label : moved) {
    std::string name = label.name;
    do {
      name.insert(0, kExported);
    } while (!labels.get(name).empty());
    labels.set(name, label.value);
  }
}

// An empty scraped label also wins over the target's: the label is then absent.
void add_missing_labels(Labels& labels, const Labels& target) {
  for (const Label& label : target)
    if (!labels.has(label.name)) labels.set(label.name, label.value);
}

void erase_empty(Labels& labels) {
  if (std::none_of(labels.begin(), labels.end(), [](const Label& l) { return l.value.empty(); }))
    return;
  std::vector<Label> kept;
  for (const Label& label : labels)
    if (!label.value.empty()) kept.push_back(label);
  labels = Labels(std::move(kept));
}

std::string shortened(std::string_view text) { return std::string(text.substr(0, 50)); }

bool is_local_host(std::string_view host) {
  return host == "localhost" || host == "0.0.0.0" || host == "::" || host == "::1" ||
         host.starts_with("127.");
}

void set_attribute(std::vector<Attribute>& attributes, const Attribute& attribute) {
  const auto same = std::find_if(attributes.begin(), attributes.end(),
                                 [&](const Attribute& one) { return one.key == attribute.key; });
  if (same == attributes.end()) {
    attributes.push_back(attribute);
  } else {
    *same = attribute;
  }
}

}  // namespace

Resource make_resource(std::string_view job, std::string_view instance, std::string_view scheme,
                       Compat compat) {
  const InstanceParts parts = split_instance(instance);
  Resource resource;
  const auto add = [&](std::string_view key, std::string_view value) {
    resource.attributes.push_back({std::string(key), std::string(value)});
  };
  add("service.name", job);
  if (compat == Compat::adot_0_12) {
    add("host.name", parts.host);
    add("job", job);
    add("instance", instance);
    add("port", parts.port);
    add("scheme", scheme);
    return resource;
  }
  const bool is_0_35 = compat == Compat::adot_0_35;
  if (!is_local_host(parts.host)) add(is_0_35 ? "net.host.name" : "server.address", parts.host);
  add("service.instance.id", instance);
  add(is_0_35 ? "net.host.port" : "server.port", parts.port);
  add(is_0_35 ? "http.scheme" : "url.scheme", scheme);
  return resource;
}

ScrapeCommon::ScrapeCommon(Random& random, std::string version)
    : key(random),
      scope(std::make_shared<const Scope>(Scope{std::string(kScopeName), std::move(version), {}})) {
}

SeriesFactory::SeriesFactory(const Target& target, const SampleRules& rules, ScrapeCommon& common)
    : target_(target), rules_(rules), common_(common), families_(common.families) {}

Result<std::optional<Labels>> SeriesFactory::final_labels(Labels scraped, MetricType type) const {
  const std::string_view bound = type == MetricType::histogram ? "le"
                                 : type == MetricType::summary ? "quantile"
                                                               : "";
  if (!bound.empty() && scraped.has(bound)) {
    std::string value(scraped.get(bound));
    exposition::normalize_float_label(value);
    scraped.set(bound, value);
  }
  if (rules_.honor_labels) {
    add_missing_labels(scraped, target_.labels);
  } else {
    merge_target_labels(scraped, target_.labels);
  }
  erase_empty(scraped);
  if (!relabel(scraped, rules_.metric_relabel) || scraped.empty()) return std::optional<Labels>();
  if (auto good = check(scraped); !good) return good.error();
  for (const Label& label : rules_.external_labels) scraped.set(label.name, label.value);
  return std::optional<Labels>(std::move(scraped));
}

Result<void> SeriesFactory::check(const Labels& labels) const {
  const std::string_view name = labels.get(kMetricName);
  if (name.empty())
    return Error(Code::invalid_argument,
                 "missing metric name (__name__ label): " + shortened(labels.to_string()));
  if (!is_valid_metric_name(name, rules_.names))
    return Error(Code::invalid_argument, "invalid metric name \"" + shortened(name) + "\"");
  const auto exceeded = [&](std::string limit, std::string_view thing, std::uint64_t got,
                            std::uint64_t max) {
    return Error(Code::limit_exceeded,
                 limit + " exceeded by metric \"" + shortened(name) + "\"" +
                     (thing.empty() ? "" : ", label \"" + shortened(thing) + "\"") + ": got " +
                     std::to_string(got) + ", at most " + std::to_string(max));
  };
  if (rules_.label_limit > 0 && labels.size() > rules_.label_limit)
    return exceeded("label_limit", "", labels.size(), rules_.label_limit);
  for (const Label& label : labels) {
    if (!is_valid_label_name(label.name, rules_.names))
      return Error(Code::invalid_argument, "invalid label name \"" + shortened(label.name) +
                                               "\" of metric \"" + shortened(name) + "\"");
    if (!is_valid_utf8(label.value))
      return Error(Code::invalid_argument, "label \"" + shortened(label.name) + "\" of metric \"" +
                                               shortened(name) + "\": its value is not UTF-8");
    if (rules_.label_name_length_limit > 0 && label.name.size() > rules_.label_name_length_limit)
      return exceeded("label_name_length_limit", label.name, label.name.size(),
                      rules_.label_name_length_limit);
    if (rules_.label_value_length_limit > 0 && label.value.size() > rules_.label_value_length_limit)
      return exceeded("label_value_length_limit", label.name, label.value.size(),
                      rules_.label_value_length_limit);
  }
  return {};
}

Series SeriesFactory::make(Labels final_labels) {
  FamilyRole place = families_.find(final_labels.get(kMetricName), final_labels);
  auto resource = resource_of(final_labels);
  auto scope = scope_of(final_labels);
  final_labels.erase(kMetricName);
  return {.family = std::move(place.family),
          .role = place.role,
          .labels = std::move(final_labels),
          .resource = std::move(resource),
          .scope = std::move(scope)};
}

bool SeriesFactory::refresh(Series& series) {
  FamilyRole place = families_.find(series.name(), series.labels);
  auto resource = resource_of(series.labels);
  const bool same =
      place.family == series.family && place.role == series.role && resource == series.resource;
  series.family = std::move(place.family);
  series.role = place.role;
  series.resource = std::move(resource);
  return !same;
}

Series SeriesFactory::make_report(std::string_view name, std::string_view unit,
                                  std::string_view help) {
  Labels labels = target_.labels;
  auto resource = resource_of(labels);
  for (const Label& label : rules_.external_labels) labels.set(label.name, label.value);
  return {.family = families_.report_family(name, unit, help),
          .labels = std::move(labels),
          .resource = std::move(resource),
          .scope = common_.scope};
}

bool SeriesFactory::concerns(const SeriesRun& run) const {
  if (resources_changed_) return true;
  if (!families_.has_changes()) return false;
  const auto& families = run.families();
  return std::any_of(families.begin(), families.end(),
                     [this](const auto& family) { return families_.has_changed(*family); });
}

void SeriesFactory::forget_changes() {
  resources_changed_ = false;
  families_.forget_changes();
}

bool SeriesFactory::describes_resource(const Labels& final_labels) const {
  return rules_.compat != Compat::adot_0_12 && final_labels.get(kMetricName) == kTargetInfo;
}

void SeriesFactory::set_target_info(const Labels& final_labels) {
  std::vector<Attribute> attributes;
  for (const Label& label : final_labels) {
    if (label.name == kMetricName || label.name == "job" || label.name == "instance") continue;
    attributes.push_back({label.name, label.value});
  }
  const JobInstance key(final_labels.get("job"), final_labels.get("instance"));
  TargetInfo& known = target_info_[key];
  if (known.attributes == attributes) return;
  known = {.attributes = std::move(attributes)};
  resources_.erase(key);
  ++resources_version_;
  resources_changed_ = true;
}

void SeriesFactory::trim() {
  std::erase_if(resources_, [](const auto& one) { return one.second.use_count() == 1; });
  for (auto at = target_info_.begin(); at != target_info_.end();) {
    const bool is_new = std::exchange(at->second.is_new, false);
    at = is_new || resources_.contains(at->first) ? std::next(at) : target_info_.erase(at);
  }
  std::erase_if(scopes_, [](const auto& one) { return one.second.use_count() == 1; });
}

std::shared_ptr<const Resource> SeriesFactory::resource_of(const Labels& labels) {
  JobInstance key(labels.get("job"), labels.get("instance"));
  auto& slot = resources_[key];
  if (slot != nullptr) return slot;
  Resource resource = make_resource(key.first, key.second, target_.scheme, rules_.compat);
  if (const auto info = target_info_.find(key); info != target_info_.end())
    for (const Attribute& attribute : info->second.attributes)
      set_attribute(resource.attributes, attribute);
  slot = std::make_shared<const Resource>(std::move(resource));
  return slot;
}

std::shared_ptr<const Scope> SeriesFactory::scope_of(const Labels& labels) {
  const auto names_scope = [](const Label& label) { return label.name.starts_with(kScopeLabel); };
  if (std::none_of(labels.begin(), labels.end(), names_scope)) return common_.scope;
  Scope scope;  // labels that name one say all of it: what they leave out is empty
  std::string key;
  for (const Label& label : labels) {
    if (!names_scope(label)) continue;
    key += label.name + '\0' + label.value + '\0';
    const std::string_view what = std::string_view(label.name).substr(kScopeLabel.size());
    if (what == "name") {
      scope.name = label.value;
    } else if (what == "version") {
      scope.version = label.value;
    } else if (what != "schema_url") {
      scope.attributes.push_back({std::string(what), label.value});
    }
  }
  auto& slot = scopes_[key];
  if (slot == nullptr) slot = std::make_shared<const Scope>(std::move(scope));
  return slot;
}

}  // namespace tributary::collector::prometheus
