#include "collector/receivers/prometheus/config.h"

#include "collector/receivers/prometheus/job.h"

namespace tributary::collector::prometheus {

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (config.scrape_configs.empty() && config.scrape_config_files.empty())
    diagnostics.error(node.mark(), "no Prometheus scrape_configs or target_allocator set");
  if (!target_allocator.is_null())
    diagnostics.error(target_allocator.mark(), "not supported yet: target_allocator");
  const config::Node* enabled = api_server.find("enabled");
  if (enabled != nullptr && enabled->text() == "true")
    diagnostics.error(enabled->mark(), "not supported yet: api_server");
  if (initial_scrape_offset < 0s)
    diagnostics.error(node.mark_of("initial_scrape_offset"),
                      "initial_scrape_offset: must not be negative");
  const config::Node* inner = node.find("config");
  if (inner == nullptr) return;
  make_jobs(config, *inner, diagnostics);
  const config::Node* jobs = inner->find("scrape_configs");
  for (std::size_t i = 0; i < config.scrape_configs.size(); ++i) {
    const ScrapeConfig& job = config.scrape_configs[i];
    const config::Node& job_node = jobs->elements()[i];
    job.http.check_files(job_node, diagnostics);
    for (std::size_t k = 0; k < job.http_sd_configs.size(); ++k)
      job.http_sd_configs[k].http.check_files(job_node.find("http_sd_configs")->elements()[k],
                                              diagnostics);
  }
}

}  // namespace tributary::collector::prometheus
