// Settings of the prometheus receiver.
//
// Values, no threads.
#pragma once

#include <string>

#include "collector/receivers/prometheus/scrape_config.h"
#include "config/fields.h"

namespace tributary::collector::prometheus {

struct Config {
  PrometheusConfig config;
  bool scrape_on_shutdown = true;
  Duration initial_scrape_offset = 0s;
  bool discovery_reload_on_startup = false;
  bool report_extra_scrape_metrics = false;
  config::Node target_allocator;
  config::Node api_server;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("config", config, "what Prometheus' own configuration file would say");
    f.optional("scrape_on_shutdown", scrape_on_shutdown,
               "scrape every target once more before the end");
    f.optional("initial_scrape_offset", initial_scrape_offset,
               "wait this long before the first scrapes, instead of at most a second");
    f.optional("discovery_reload_on_startup", discovery_reload_on_startup,
               "accepted; discovery always runs at once");
    f.optional("target_allocator", target_allocator, "not supported yet");
    f.optional("api_server", api_server, "not supported yet");
    f.deprecated("report_extra_scrape_metrics", report_extra_scrape_metrics,
                 "write config.global.extra_scrape_metrics");
    f.ignored("trim_metric_suffixes", "metric names keep their suffixes");
    f.ignored("use_start_time_metric", "start times are no longer adjusted");
    f.ignored("start_time_metric_regex", "start times are no longer adjusted");
    f.ignored("buffer_period", "nothing is buffered");
    f.ignored("buffer_count", "nothing is buffered");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::collector::prometheus
