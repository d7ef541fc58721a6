#include "collector/receivers/prometheus/receiver.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"

namespace tributary::collector::prometheus {
namespace {

// Of this machine and its external labels, so that copies of a collector do not scrape in step.
std::uint64_t schedule_seed(const std::vector<Job>& jobs) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::string text(host.data());
  if (!jobs.empty()) text += jobs.front().rules.external_labels.to_string();
  return hash64(text);
}

Counter& points(Telemetry& telemetry, const ComponentId& id, std::string_view what,
                std::string_view help) {
  return telemetry.counter("otelcol_receiver_" + std::string(what) + "_metric_points", help,
                           {{"receiver", id.to_string()}, {"transport", "http"}});
}

}  // namespace

Result<std::unique_ptr<Receiver>> Receiver::make(Context context, Config config,
                                                 Consumer& consumer) {
  config::Diagnostics diagnostics;
  if (config.report_extra_scrape_metrics) config.config.global.scrape.extra_scrape_metrics = true;
  std::vector<Job> jobs = make_jobs(config.config, config::Node(), diagnostics);
  if (diagnostics.has_errors()) return diagnostics.to_error();
  for (Job& job : jobs) job.rules.compat = context.compat;
  return std::unique_ptr<Receiver>(
      new Receiver(std::move(context), std::move(config), std::move(jobs), consumer));
}

Receiver::Receiver(Context context, Config config, std::vector<Job> jobs, Consumer& consumer)
    : context_(std::move(context)),
      config_(std::move(config)),
      jobs_(std::move(jobs)),
      common_(context_.random, context_.version),
      consumer_(consumer) {}

Result<FailureLog*> Receiver::failure_log(const std::string& path) {
  if (path.empty()) return nullptr;
  auto& log = failure_logs_[path];
  if (log == nullptr) {
    TRIBUTARY_TRY(log, FailureLog::open(path));
  }
  return log.get();
}

Result<void> Receiver::start(Host&) {
  Counter& accepted = points(context_.telemetry, context_.id, "accepted",
                             "Samples that were pushed into the pipeline.");
  points(context_.telemetry, context_.id, "refused", "Samples that the pipeline refused.");
  points(context_.telemetry, context_.id, "failed", "Samples lost by errors of the receiver.");
  ScrapePool::Options options{.initial_scrape_offset = config_.initial_scrape_offset,
                              .seed = schedule_seed(jobs_)};
  for (Job& job : jobs_) {
    TRIBUTARY_TRY(net::HttpClientOptions client_settings, client_options(job.http));
    auto client = context_.make_http_client(std::move(client_settings));
    if (!client) return client.error().within("job " + job.defaults.job);
    TRIBUTARY_TRY(options.failure_log, failure_log(job.failure_log_file));
    pools_.push_back(std::make_unique<ScrapePool>(context_, std::move(job), std::move(*client),
                                                  consumer_, accepted, common_, stop_.get_token(),
                                                  running_, options));
  }
  jobs_.clear();
  for (const auto& pool : pools_)
    if (auto started = pool->start(); !started) return started;
  return {};
}

net::Task<void> Receiver::stop(Instant deadline) {
  stop_.request_stop();
  co_await running_.close();
  if (!config_.scrape_on_shutdown) co_return;
  // The exporters need time as well: half of what is left.
  const Duration left = deadline - context_.clock().monotonic();
  if (left <= 0s) co_return;
  net::Gate last;
  for (const auto& pool : pools_) pool->scrape_last(left / 2, last);
  co_await last.close();
}

}  // namespace tributary::collector::prometheus
