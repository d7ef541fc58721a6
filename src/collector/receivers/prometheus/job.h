// A job: one scrape config with everything inherited and checked, ready to scrape.
//
// Values, no threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "collector/receivers/prometheus/scrape_config.h"
#include "collector/receivers/prometheus/series_factory.h"
#include "collector/receivers/prometheus/target.h"
#include "exposition/parser.h"

namespace tributary::collector::prometheus {

struct Job {
  TargetDefaults defaults;
  std::vector<RelabelRule> relabel;
  std::vector<TargetGroup> static_groups;
  std::vector<FileSdConfig> file_discovery;
  std::vector<HttpSdConfig> http_discovery;
  SampleRules rules;
  HttpConfig http;
  std::string accept;
  exposition::Format fallback = exposition::Format::prometheus_text;
  std::optional<bool> enable_compression;  // unset: for targets on other machines
  std::uint64_t body_size_limit = 0;       // 0 = none
  std::uint64_t target_limit = 0;          // 0 = none
  std::string failure_log_file;            // "" = none
};

// The jobs of a configuration, those of its scrape_config_files after its own. Reads those files.
// Says what is wrong through `diagnostics`; `node` is what `config` was read from.
std::vector<Job> make_jobs(const PrometheusConfig& config, const config::Node& node,
                           config::Diagnostics& diagnostics);

}  // namespace tributary::collector::prometheus
