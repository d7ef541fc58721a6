#include "collector/receivers/prometheus/job.h"

#include <fstream>
#include <iterator>
#include <set>

#include "base/json_text.h"
#include "collector/receivers/prometheus/file_discovery.h"
#include "config/yaml.h"

namespace tributary::collector::prometheus {
namespace {

// A file of scrape_config_files.
struct ScrapeConfigFile {
  std::vector<ScrapeConfig> scrape_configs;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("scrape_configs", scrape_configs, "one entry per job");
  }
};

const config::Node& entry(const config::Node& node, std::string_view list, std::size_t index) {
  const config::Node* found = node.find(list);
  return found == nullptr || index >= found->elements().size() ? node : found->elements()[index];
}

std::vector<RelabelRule> make_rules(const std::vector<RelabelConfig>& configs,
                                    const config::Node& node, std::string_view key,
                                    NameValidation names, config::Diagnostics& diagnostics) {
  std::vector<RelabelRule> rules;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    auto rule = configs[i].rule(names);
    if (rule) {
      rules.push_back(std::move(*rule));
    } else {
      diagnostics.error(entry(node, key, i).mark(), rule.error().message());
    }
  }
  return rules;
}

SampleRules sample_rules(const ScrapeConfig& config, const ScrapeSettings& settings,
                         const GlobalConfig& global) {
  SampleRules rules;
  rules.honor_labels = config.honor_labels;
  rules.honor_timestamps = config.honor_timestamps;
  rules.track_timestamps_staleness = config.track_timestamps_staleness;
  rules.extra_scrape_metrics = settings.extra_scrape_metrics.value_or(false);
  rules.names = settings.metric_name_validation_scheme.value_or(NameValidation::utf8);
  for (const auto& [name, value] : global.external_labels)
    if (!value.empty()) rules.external_labels.set(name, value);
  rules.sample_limit = settings.sample_limit;
  rules.label_limit = settings.label_limit;
  rules.label_name_length_limit = settings.label_name_length_limit;
  rules.label_value_length_limit = settings.label_value_length_limit;
  return rules;
}

std::string accept_of(const ScrapeSettings& settings) {
  const bool legacy = settings.metric_name_validation_scheme == NameValidation::legacy;
  const auto escaping = settings.metric_name_escaping_scheme.value_or(
      legacy ? EscapingScheme::underscores : EscapingScheme::allow_utf_8);
  if (settings.scrape_protocols) return accept_header(*settings.scrape_protocols, escaping);
  return accept_header(kDefaultProtocols, escaping);
}

class JobMaker {
 public:
  JobMaker(const GlobalConfig& global, const config::Node* global_node,
           config::Diagnostics& diagnostics)
      : global_(global), global_node_(global_node), diagnostics_(diagnostics) {}

  void add(const ScrapeConfig& config, const config::Node& node) {
    if (!names_.insert(config.job_name).second)
      diagnostics_.error(node.mark_of("job_name"),
                         "job_name: there are several jobs named " + json_string(config.job_name));
    const ScrapeSettings settings = config.scrape.or_else(global_.scrape.or_else({}));
    if (settings.scrape_timeout->value > settings.interval() && config.scrape.scrape_timeout)
      diagnostics_.error(node.mark_of("scrape_timeout"),
                         "scrape_timeout " + prometheus_duration(*settings.scrape_timeout) +
                             " is longer than the scrape interval " +
                             prometheus_duration(settings.interval()));
    settings.check_supported(node, global_node_, diagnostics_);
    Job job;
    job.defaults = {.job = config.job_name,
                    .scheme = config.scheme,
                    .metrics_path = config.metrics_path,
                    .params = config.params,
                    .interval = settings.interval(),
                    .timeout = *settings.scrape_timeout};
    job.rules = sample_rules(config, settings, global_);
    job.relabel =
        make_rules(config.relabel_configs, node, "relabel_configs", job.rules.names, diagnostics_);
    job.rules.metric_relabel = make_rules(config.metric_relabel_configs, node,
                                          "metric_relabel_configs", job.rules.names, diagnostics_);
    for (const StaticConfig& group : config.static_configs) {
      TargetGroup& made = job.static_groups.emplace_back();
      made.addresses = group.targets;
      for (const auto& [name, value] : group.labels) made.labels.set(name, value);
    }
    job.file_discovery = config.file_sd_configs;
    job.http_discovery = config.http_sd_configs;
    job.http = config.http;
    job.accept = accept_of(settings);
    if (config.fallback_scrape_protocol)
      job.fallback = format_of(*config.fallback_scrape_protocol).value_or(job.fallback);
    job.enable_compression = config.enable_compression;
    job.body_size_limit = settings.body_size_limit.bytes;
    job.target_limit = settings.target_limit;
    job.failure_log_file = settings.scrape_failure_log_file;
    jobs_.push_back(std::move(job));
  }

  std::vector<Job> take() { return std::move(jobs_); }

 private:
  const GlobalConfig& global_;
  const config::Node* global_node_;  // null where there is none
  config::Diagnostics& diagnostics_;
  std::set<std::string> names_;
  std::vector<Job> jobs_;
};

void add_file(const std::string& path, const config::Mark& mark, JobMaker& jobs,
              config::Diagnostics& diagnostics) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    diagnostics.error(mark, "scrape_config_files: cannot read " + json_string(path));
    return;
  }
  std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t before = diagnostics.errors();
  const config::Node node = config::parse(std::move(text), path, diagnostics);
  if (diagnostics.errors() > before) return;
  ScrapeConfigFile content;
  if (!config::decode(node, content, diagnostics)) return;
  for (std::size_t i = 0; i < content.scrape_configs.size(); ++i)
    jobs.add(content.scrape_configs[i], entry(node, "scrape_configs", i));
}

}  // namespace

std::vector<Job> make_jobs(const PrometheusConfig& config, const config::Node& node,
                           config::Diagnostics& diagnostics) {
  JobMaker jobs(config.global, node.find("global"), diagnostics);
  for (std::size_t i = 0; i < config.scrape_configs.size(); ++i)
    jobs.add(config.scrape_configs[i], entry(node, "scrape_configs", i));
  for (std::size_t i = 0; i < config.scrape_config_files.size(); ++i) {
    const std::string& pattern = config.scrape_config_files[i];
    const config::Mark& mark = entry(node, "scrape_config_files", i).mark();
    const std::size_t slash = pattern.find_last_of('/');
    if (slash != std::string::npos && pattern.find_first_of("*?[") < slash) {
      diagnostics.error(mark, json_string(pattern) + ": wildcards only behind the last slash");
      continue;
    }
    const bool has_wildcard = pattern.find_first_of("*?[") != std::string::npos;
    const auto paths = has_wildcard ? matching_files(pattern) : std::vector{pattern};
    for (const std::string& path : paths) add_file(path, mark, jobs, diagnostics);
  }
  return jobs.take();
}

}  // namespace tributary::collector::prometheus
