// The Prometheus configuration inside the receiver's: `global` and `scrape_configs`, as Prometheus
// reads them, unknown keys refused (collector-spec.md 2.1 and 2.2).
//
// Values, no threads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "collector/receivers/prometheus/http_config.h"
#include "collector/receivers/prometheus/negotiation.h"
#include "collector/receivers/prometheus/relabel.h"
#include "config/fields.h"

namespace tributary::collector::prometheus {

constexpr std::array<config::Choice<NameValidation>, 2> choices(NameValidation) {
  return {{{"utf8", NameValidation::utf8}, {"legacy", NameValidation::legacy}}};
}

// An action in any case.
struct RelabelActionName {
  static constexpr std::string_view kTypeName = "relabel action";
  RelabelAction value = RelabelAction::replace;
};
bool decode(const config::Node& node, RelabelActionName& name, config::Diagnostics& diagnostics);
config::Node encode(const RelabelActionName& name);

struct RelabelConfig {
  std::vector<std::string> source_labels;
  std::string separator{RelabelRule::kSeparator};
  std::string regex{Regex::kMatchAll};
  std::uint64_t modulus = 0;
  std::string target_label;
  std::string replacement{RelabelRule::kReplacement};
  RelabelActionName action;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("source_labels", source_labels, "labels whose values are joined");
    f.optional("separator", separator, "between the joined values");
    f.optional("regex", regex, "RE2, anchored at both ends");
    f.optional("modulus", modulus, "of hashmod");
    f.optional("target_label", target_label, "label to write");
    f.optional("replacement", replacement, "value to write; $1 is the first group");
    f.optional("action", action,
               "replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, "
               "labelkeep, lowercase or uppercase");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;

  Result<RelabelRule> rule(NameValidation names) const;
};

struct StaticConfig {
  std::vector<std::string> targets;
  std::map<std::string, std::string> labels;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("targets", targets, "addresses, host:port");
    f.optional("labels", labels, "labels of these targets");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct FileSdConfig {
  std::vector<std::string> files;
  config::PrometheusDuration refresh_interval = Duration(5min);

  template <class Fields>
  void describe(Fields& f) {
    f.required("files", files, "paths ending in .json, .yml or .yaml; * behind the last slash");
    f.optional("refresh_interval", refresh_interval, "time after which all files are read again");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct HttpSdConfig {
  std::string url;
  config::PrometheusDuration refresh_interval = Duration(1min);
  HttpConfig http;

  template <class Fields>
  void describe(Fields& f) {
    f.required("url", url, "where to ask for targets");
    f.optional("refresh_interval", refresh_interval, "time between two questions");
    http.describe(f);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// What `global` and a scrape config both may say; absent means the global value, or the default.
struct ScrapeSettings {
  std::optional<config::PrometheusDuration> scrape_interval;
  std::optional<config::PrometheusDuration> scrape_timeout;
  std::optional<std::vector<ScrapeProtocol>> scrape_protocols;
  config::ByteSize body_size_limit;
  std::uint64_t sample_limit = 0;
  std::uint64_t target_limit = 0;
  std::uint64_t label_limit = 0;
  std::uint64_t label_name_length_limit = 0;
  std::uint64_t label_value_length_limit = 0;
  std::uint64_t keep_dropped_targets = 0;
  std::string scrape_failure_log_file;
  std::optional<NameValidation> metric_name_validation_scheme;
  std::optional<EscapingScheme> metric_name_escaping_scheme;
  std::optional<bool> scrape_native_histograms;
  std::optional<bool> convert_classic_histograms_to_nhcb;
  std::optional<bool> always_scrape_classic_histograms;
  std::optional<bool> extra_scrape_metrics;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("scrape_interval", scrape_interval, "time between two scrapes of one target; 1m");
    f.optional("scrape_timeout", scrape_timeout, "time for one scrape; 10s, or the interval");
    f.optional("scrape_protocols", scrape_protocols, "formats to ask for, best first");
    f.optional("body_size_limit", body_size_limit, "a longer page fails the scrape; 0 = none");
    f.optional("sample_limit", sample_limit, "more samples fail the scrape; 0 = none");
    f.optional("target_limit", target_limit, "more targets in the job fail all of them; 0 = none");
    f.optional("label_limit", label_limit, "more labels on a series fail the scrape; 0 = none");
    f.optional("label_name_length_limit", label_name_length_limit,
               "a longer label name fails the scrape; 0 = none");
    f.optional("label_value_length_limit", label_value_length_limit,
               "a longer label value fails the scrape; 0 = none");
    f.optional("keep_dropped_targets", keep_dropped_targets,
               "no effect: dropped targets are not shown anywhere");
    f.optional("scrape_failure_log_file", scrape_failure_log_file,
               "file to which each failed scrape is added as a line of JSON");
    f.optional("metric_name_validation_scheme", metric_name_validation_scheme,
               "names that are valid; utf8");
    f.optional("metric_name_escaping_scheme", metric_name_escaping_scheme,
               "how targets should write other names; allow-utf-8, underscores with legacy names");
    f.optional("scrape_native_histograms", scrape_native_histograms,
               "true is refused: they come over protobuf, which is not read yet");
    f.optional("convert_classic_histograms_to_nhcb", convert_classic_histograms_to_nhcb,
               "true is refused: classic histograms stay classic");
    f.optional("always_scrape_classic_histograms", always_scrape_classic_histograms,
               "no effect: classic histograms are always scraped");
    f.optional("extra_scrape_metrics", extra_scrape_metrics,
               "report scrape_timeout_seconds, scrape_sample_limit and scrape_body_size_bytes");
  }

  void check(const config::Node& node, config::Diagnostics& diagnostics) const;
  // Refuses what would change data and is not there yet. Asked of the settings that hold for a job,
  // which stand in `node` or else in `global`.
  void check_supported(const config::Node& node, const config::Node* global,
                       config::Diagnostics& diagnostics) const;
  // What is absent here, taken from `base`.
  ScrapeSettings or_else(const ScrapeSettings& base) const;
  Duration interval() const { return scrape_interval.value_or(Duration(1min)); }
};

struct GlobalConfig {
  ScrapeSettings scrape;
  config::PrometheusDuration evaluation_interval = Duration(1min);
  config::PrometheusDuration rule_query_offset;
  std::string query_log_file;
  std::map<std::string, std::string> external_labels;

  template <class Fields>
  void describe(Fields& f) {
    scrape.describe(f);
    f.optional("external_labels", external_labels, "set on every series");
    f.optional("evaluation_interval", evaluation_interval, "no effect: there are no rules here");
    f.optional("rule_query_offset", rule_query_offset, "no effect: there are no rules here");
    f.optional("query_log_file", query_log_file, "no effect: there are no queries here");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// Service discovery that Prometheus has and this receiver has not.
inline constexpr std::array<std::string_view, 32> kOtherDiscovery = {
    "aws_sd_configs",          "azure_sd_configs",     "consul_sd_configs",
    "digitalocean_sd_configs", "dns_sd_configs",       "docker_sd_configs",
    "dockerswarm_sd_configs",  "ec2_sd_configs",       "ecs_sd_configs",
    "elasticache_sd_configs",  "eureka_sd_configs",    "gce_sd_configs",
    "hetzner_sd_configs",      "ionos_sd_configs",     "kubernetes_sd_configs",
    "kuma_sd_configs",         "lightsail_sd_configs", "linode_sd_configs",
    "marathon_sd_configs",     "nerve_sd_configs",     "nomad_sd_configs",
    "oci_sd_configs",          "openstack_sd_configs", "outscale_sd_configs",
    "ovhcloud_sd_configs",     "puppetdb_sd_configs",  "scaleway_sd_configs",
    "serverset_sd_configs",    "stackit_sd_configs",   "triton_sd_configs",
    "uyuni_sd_configs",        "vultr_sd_configs"};

struct ScrapeConfig {
  std::string job_name;
  ScrapeSettings scrape;
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  std::map<std::string, std::vector<std::string>> params;
  std::optional<ScrapeProtocol> fallback_scrape_protocol;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::optional<bool> enable_compression;
  std::uint64_t native_histogram_bucket_limit = 0;
  double native_histogram_min_bucket_factor = 0;
  std::vector<StaticConfig> static_configs;
  std::vector<FileSdConfig> file_sd_configs;
  std::vector<HttpSdConfig> http_sd_configs;
  std::vector<RelabelConfig> relabel_configs;
  std::vector<RelabelConfig> metric_relabel_configs;
  HttpConfig http;
  std::array<config::Node, kOtherDiscovery.size()> other_discovery;

  template <class Fields>
  void describe(Fields& f) {
    f.required("job_name", job_name, "name of the job, unique");
    scrape.describe(f);
    f.optional("honor_labels", honor_labels, "scraped labels win over the target's");
    f.optional("honor_timestamps", honor_timestamps, "use the timestamps of the page");
    f.optional("track_timestamps_staleness", track_timestamps_staleness,
               "staleness markers also for series with timestamps");
    f.optional("params", params, "query parameters, each with a list of values");
    f.optional("fallback_scrape_protocol", fallback_scrape_protocol,
               "format of a page without a known Content-Type; PrometheusText0.0.4");
    f.optional("metrics_path", metrics_path, "path of the page");
    f.optional("scheme", scheme, "http or https");
    f.optional("enable_compression", enable_compression,
               "ask for gzip; unset: unless the target is on this machine");
    f.optional("native_histogram_bucket_limit", native_histogram_bucket_limit,
               "no effect: native histograms are not read yet");
    f.optional("native_histogram_min_bucket_factor", native_histogram_min_bucket_factor,
               "no effect: native histograms are not read yet");
    f.optional("static_configs", static_configs, "targets, listed here");
    f.optional("file_sd_configs", file_sd_configs, "targets, listed in files");
    f.optional("http_sd_configs", http_sd_configs, "targets, told by an HTTP endpoint");
    f.optional("relabel_configs", relabel_configs, "rules on the labels of targets");
    f.optional("metric_relabel_configs", metric_relabel_configs, "rules on the labels of series");
    http.describe(f);
    for (std::size_t i = 0; i < kOtherDiscovery.size(); ++i)
      f.optional(kOtherDiscovery[i], other_discovery[i], "not supported yet");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct PrometheusConfig {
  GlobalConfig global;
  std::vector<ScrapeConfig> scrape_configs;
  std::vector<std::string> scrape_config_files;
  config::Node remote_write;
  config::Node remote_read;
  config::Node rule_files;
  config::Node alerting;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("global", global, "what holds for all jobs");
    f.optional("scrape_configs", scrape_configs, "one entry per job");
    f.optional("scrape_config_files", scrape_config_files,
               "files with more scrape_configs; * behind the last slash");
    f.optional("remote_write", remote_write, "not supported: exporters send");
    f.optional("remote_read", remote_read, "not supported");
    f.optional("rule_files", rule_files, "not supported");
    f.optional("alerting", alerting, "not supported");
    f.ignored("storage", "there is no storage here");
    f.ignored("tracing", "the receiver makes no traces");
    f.ignored("otlp", "the receiver takes no OTLP");
    f.ignored("runtime", "it is about the Go runtime");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::collector::prometheus
