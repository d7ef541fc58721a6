#include "collector/receivers/prometheus/scrape_config.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"
#include "collector/receivers/prometheus/file_discovery.h"
#include "collector/receivers/prometheus/target.h"

namespace tributary::collector::prometheus {
namespace {

constexpr std::array<RelabelAction, 11> kActions = {
    RelabelAction::replace,    RelabelAction::keep,       RelabelAction::drop,
    RelabelAction::keep_equal, RelabelAction::drop_equal, RelabelAction::hash_mod,
    RelabelAction::label_map,  RelabelAction::label_drop, RelabelAction::label_keep,
    RelabelAction::lowercase,  RelabelAction::uppercase};

void check_label_names(const config::Node& node, const std::map<std::string, std::string>& labels,
                       std::string_view key, config::Diagnostics& diagnostics) {
  const config::Node* given = node.find(key);
  for (const auto& [name, value] : labels) {
    if (is_valid_label_name(name, NameValidation::utf8) && is_valid_utf8(value)) continue;
    diagnostics.error(given == nullptr ? node.mark() : given->mark_of(name),
                      std::string(key) + ": " + json_string(name) +
                          ": name and value must be UTF-8, and the name not empty");
  }
}

// For what changes no data.
void warn_no_effect(const config::Node& node, std::string_view key, std::string_view why,
                    config::Diagnostics& diagnostics) {
  if (node.find(key) == nullptr) return;
  diagnostics.warning(node.mark_of(key), std::string(key) + " has no effect: " + std::string(why));
}

bool is_empty(const config::Node& node) {
  return node.is_null() || ((node.is_sequence() || node.is_mapping()) && node.elements().empty() &&
                            node.items().empty());
}

}  // namespace

bool decode(const config::Node& node, RelabelActionName& name, config::Diagnostics& diagnostics) {
  const std::string lower = to_lower(node.text());
  std::vector<std::string> known;
  for (const RelabelAction action : kActions) {
    known.emplace_back(to_string(action));
    if (known.back() != lower) continue;
    name.value = action;
    return true;
  }
  diagnostics.error(node.mark(),
                    "must be one of " + join(known, ", ") + ", got " + node.describe());
  return false;
}

config::Node encode(const RelabelActionName& name) {
  return config::Node::scalar(std::string(to_string(name.value)));
}

void RelabelConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (const config::Node* given = node.find("action"); given != nullptr && given->is_null())
    diagnostics.error(given->mark(), "action: must not be empty");
  const auto made = rule(NameValidation::utf8);
  if (!made) diagnostics.error(node.mark(), made.error().message());
}

Result<RelabelRule> RelabelConfig::rule(NameValidation names) const {
  RelabelRule made;
  made.source_labels = source_labels;
  made.separator = separator;
  TRIBUTARY_TRY(made.regex, Regex::compile(regex));
  made.modulus = modulus;
  made.target_label = target_label;
  made.replacement = replacement;
  made.action = action.value;
  made.names = names;
  if (auto good = prometheus::check(made); !good) return good.error();
  return made;
}

void StaticConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const config::Node* given = node.find("targets");
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (const auto good = check_address(targets[i]); !good)
      diagnostics.error(given->elements()[i].mark(), good.error().message());
  check_label_names(node, labels, "labels", diagnostics);
}

void FileSdConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (files.empty()) diagnostics.error(node.mark_of("files"), "files: must name at least one");
  if (refresh_interval.value <= 0s)
    diagnostics.error(node.mark_of("refresh_interval"), "refresh_interval: must be more than 0s");
  const config::Node* given = node.find("files");
  for (std::size_t i = 0; i < files.size(); ++i)
    if (!is_target_file_pattern(files[i]))
      diagnostics.error(given->elements()[i].mark(),
                        json_string(files[i]) +
                            ": must end in .json, .yml or .yaml, with wildcards only behind the "
                            "last slash");
}

void HttpSdConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (const auto parsed = net::parse_url(url); !parsed)
    diagnostics.error(node.mark_of("url"), "url: " + parsed.error().message());
  if (refresh_interval.value <= 0s)
    diagnostics.error(node.mark_of("refresh_interval"), "refresh_interval: must be more than 0s");
  http.check(node, diagnostics);
}

void ScrapeSettings::check(const config::Node& node, config::Diagnostics& diagnostics) const {
  // Prometheus wants a unit here, and so catches a forgotten one.
  if (const config::Node* size = node.find("body_size_limit");
      size != nullptr && body_size_limit.bytes > 0 &&
      size->text().find_first_not_of("0123456789.") == std::string::npos)
    diagnostics.error(size->mark(), "body_size_limit: needs a unit, as in 10MB");
  if (scrape_interval && scrape_timeout && scrape_timeout->value > scrape_interval->value &&
      scrape_interval->value > 0s)
    diagnostics.error(node.mark_of("scrape_timeout"), "scrape_timeout " +
                                                          prometheus_duration(*scrape_timeout) +
                                                          " is longer than scrape_interval " +
                                                          prometheus_duration(*scrape_interval));
  if (metric_name_validation_scheme == NameValidation::legacy &&
      metric_name_escaping_scheme == EscapingScheme::allow_utf_8)
    diagnostics.error(node.mark_of("metric_name_escaping_scheme"),
                      "metric_name_escaping_scheme: allow-utf-8 contradicts legacy names");
  warn_no_effect(node, "keep_dropped_targets", "dropped targets are not shown anywhere",
                 diagnostics);
  if (!scrape_protocols) return;
  const config::Mark& mark = node.mark_of("scrape_protocols");
  if (scrape_protocols->empty())
    diagnostics.error(mark, "scrape_protocols: must name at least one");
  auto sorted = *scrape_protocols;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    diagnostics.error(mark, "scrape_protocols: names one twice");
  if (sorted == std::vector{ScrapeProtocol::prometheus_proto}) {
    diagnostics.error(mark, "not supported yet: PrometheusProto");
  } else if (std::binary_search(sorted.begin(), sorted.end(), ScrapeProtocol::prometheus_proto)) {
    diagnostics.warning(mark,
                        "PrometheusProto is not supported yet: the other formats are asked for");
  }
}

void ScrapeSettings::check_supported(const config::Node& node, const config::Node* global,
                                     config::Diagnostics& diagnostics) const {
  const auto refuse = [&](std::string_view key, std::optional<bool> used, std::string_view why) {
    if (!used.value_or(false)) return;
    const bool is_inherited = node.find(key) == nullptr && global != nullptr;
    diagnostics.error(is_inherited ? global->mark_of(key) : node.mark_of(key),
                      "not supported yet: " + std::string(key) + ": " + std::string(why));
  };
  refuse("scrape_native_histograms", scrape_native_histograms,
         "native histograms come over protobuf, which is not read yet");
  refuse("convert_classic_histograms_to_nhcb", convert_classic_histograms_to_nhcb,
         "classic histograms stay classic");
}

ScrapeSettings ScrapeSettings::or_else(const ScrapeSettings& base) const {
  ScrapeSettings all = *this;
  const auto inherit = [](auto& mine, const auto& other) {
    if (!mine) mine = other;
  };
  if (all.scrape_interval && all.scrape_interval->value == 0s) all.scrape_interval.reset();
  inherit(all.scrape_interval, base.scrape_interval);
  if (all.scrape_timeout && all.scrape_timeout->value == 0s) all.scrape_timeout.reset();
  if (!all.scrape_timeout)
    all.scrape_timeout =
        std::min(base.scrape_timeout.value_or(Duration(10s)).value, all.interval());
  inherit(all.scrape_protocols, base.scrape_protocols);
  if (all.body_size_limit.bytes == 0) all.body_size_limit = base.body_size_limit;
  for (const auto limit :
       {&ScrapeSettings::sample_limit, &ScrapeSettings::target_limit, &ScrapeSettings::label_limit,
        &ScrapeSettings::label_name_length_limit, &ScrapeSettings::label_value_length_limit})
    if (all.*limit == 0) all.*limit = base.*limit;
  inherit(all.metric_name_validation_scheme, base.metric_name_validation_scheme);
  inherit(all.metric_name_escaping_scheme, base.metric_name_escaping_scheme);
  inherit(all.extra_scrape_metrics, base.extra_scrape_metrics);
  inherit(all.scrape_native_histograms, base.scrape_native_histograms);
  inherit(all.convert_classic_histograms_to_nhcb, base.convert_classic_histograms_to_nhcb);
  if (all.scrape_failure_log_file.empty())
    all.scrape_failure_log_file = base.scrape_failure_log_file;
  return all;
}

void GlobalConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  scrape.check(node, diagnostics);
  check_label_names(node, external_labels, "external_labels", diagnostics);
  for (const std::string_view key : {"evaluation_interval", "rule_query_offset"})
    warn_no_effect(node, key, "there are no rules here", diagnostics);
  warn_no_effect(node, "query_log_file", "there are no queries here", diagnostics);
}

void ScrapeConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  scrape.check(node, diagnostics);
  http.check(node, diagnostics);
  if (const config::Node* groups = node.find("static_configs"))
    for (const config::Node& group : groups->elements())
      if (group.is_null()) diagnostics.error(group.mark(), "an empty entry in static_configs");
  if (scheme != "http" && scheme != "https")
    diagnostics.error(node.mark_of("scheme"),
                      "scheme: must be http or https, got " + json_string(scheme));
  if (fallback_scrape_protocol && !format_of(*fallback_scrape_protocol))
    diagnostics.error(node.mark_of("fallback_scrape_protocol"),
                      "not supported yet: PrometheusProto");
  for (std::size_t i = 0; i < kOtherDiscovery.size(); ++i)
    if (!is_empty(other_discovery[i]))
      diagnostics.error(node.mark_of(kOtherDiscovery[i]),
                        "not supported yet: " + std::string(kOtherDiscovery[i]));
  for (const std::string_view key :
       {"native_histogram_bucket_limit", "native_histogram_min_bucket_factor"})
    warn_no_effect(node, key, "native histograms are not read yet", diagnostics);
  for (std::size_t i = 0; i < metric_relabel_configs.size(); ++i)
    if (metric_relabel_configs[i].target_label == kMetricName)
      diagnostics.warning(
          node.find("metric_relabel_configs")->elements()[i].mark_of("target_label"),
          "target_label __name__: a metric that is renamed loses its type, unit and help");
}

void PrometheusConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  std::vector<std::string> unsupported;
  for (const std::string_view key : {"alert_relabel_configs", "alertmanagers"})
    if (const config::Node* part = alerting.find(key); part != nullptr && !is_empty(*part))
      unsupported.push_back("alerting." + std::string(key));
  for (const auto& [key, part] :
       {std::pair("remote_read", &remote_read), std::pair("remote_write", &remote_write),
        std::pair("rule_files", &rule_files)})
    if (!is_empty(*part)) unsupported.emplace_back(key);
  if (unsupported.empty()) return;
  const std::string first = unsupported.front().substr(0, unsupported.front().find('.'));
  diagnostics.error(node.mark_of(first), "unsupported features: " + join(unsupported, ", "));
}

}  // namespace tributary::collector::prometheus
