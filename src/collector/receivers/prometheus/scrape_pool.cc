#include "collector/receivers/prometheus/scrape_pool.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tributary::collector::prometheus {

ScrapePool::ScrapePool(const Context& context, Job job, std::unique_ptr<net::HttpClient> client,
                       Consumer& consumer, Counter& accepted, ScrapeCommon& common,
                       std::stop_token stop, net::Gate& gate, Options options)
    : job_(std::move(job)),
      client_(std::move(client)),
      environment_{context,      job_,
                   *client_,     consumer,
                   accepted,     std::move(stop),
                   options.seed, options.failure_log,
                   common},
      gate_(gate),
      options_(options) {
  for (const FileSdConfig& config : job_.file_discovery) files_.emplace_back(config.files);
}

Result<void> ScrapePool::start() {
  for (const HttpSdConfig& config : job_.http_discovery) {
    TRIBUTARY_TRY(net::HttpClientOptions settings, client_options(config.http));
    TRIBUTARY_TRY(auto client, environment_.context.make_http_client(std::move(settings)));
    endpoints_.push_back(
        std::make_unique<HttpDiscovery>(environment_.context, config, std::move(client)));
  }
  refresh_files();
  sync(find_targets());
  if (!files_.empty()) gate_.spawn(watch_files());
  for (const auto& endpoint : endpoints_) gate_.spawn(watch_endpoint(*endpoint));
  return {};
}

bool ScrapePool::refresh_files() {
  const auto report = [this](const std::string& path, const Error& error) {
    environment_.context.log.error(
        "Reading a target file failed; its last targets stay",
        {{"job", job_.defaults.job}, {"file", path}, {"error", error.message()}});
  };
  bool changed = false;
  for (FileDiscovery& files : files_) changed |= files.refresh(report);
  return changed;
}

net::Task<void> ScrapePool::watch_files() {
  Duration interval = kPollInterval;
  for (const FileSdConfig& config : job_.file_discovery)
    interval = std::min(interval, config.refresh_interval.value);
  while (true) {
    const bool slept =
        co_await net::sleep_for(environment_.context.loop, interval, environment_.stop);
    if (!slept) co_return;
    if (refresh_files()) sync(find_targets());
  }
}

net::Task<void> ScrapePool::watch_endpoint(HttpDiscovery& endpoint) {
  while (!environment_.stop.stop_requested()) {
    const Result<bool> changed = co_await endpoint.refresh(environment_.stop);
    if (changed && *changed) sync(find_targets());
    if (!changed && !environment_.stop.stop_requested()) report_failure(endpoint, changed.error());
    const bool slept =
        co_await net::sleep_for(environment_.context.loop, endpoint.interval(), environment_.stop);
    if (!slept) co_return;
  }
}

void ScrapePool::report_failure(const HttpDiscovery& endpoint, const Error& error) {
  const Instant now = environment_.context.clock().monotonic();
  if (!endpoint_failures_.allow(now).allowed) return;
  environment_.context.log.error(
      "Asking for targets failed; those of before stay",
      {{"job", job_.defaults.job}, {"url", endpoint.url()}, {"error", error.message()}});
}

std::vector<Target> ScrapePool::find_targets() {
  std::vector<TargetGroup> groups = job_.static_groups;
  for (const auto& endpoint : endpoints_)
    groups.insert(groups.end(), endpoint->groups().begin(), endpoint->groups().end());
  for (const FileDiscovery& files : files_) {
    auto found = files.groups();
    groups.insert(groups.end(), found.begin(), found.end());
  }
  std::vector<Target> targets;
  std::set<std::uint64_t> seen;
  for (const TargetGroup& group : groups) {
    for (const std::string& address : group.addresses) {
      auto target = make_target(address, group.labels, job_.defaults, job_.relabel);
      if (!target) {
        environment_.context.log.error("Creating a target failed",
                                       {{"job", job_.defaults.job},
                                        {"address", address},
                                        {"error", target.error().message()}});
      } else if (*target && seen.insert((*target)->hash()).second) {
        targets.push_back(std::move(**target));
      }
    }
  }
  if (targets.size() > kTargetsMax) {
    environment_.context.log.error(
        "The job has too many targets; the rest is left out",
        {{"job", job_.defaults.job}, {"targets", targets.size()}, {"limit", kTargetsMax}});
    targets.resize(kTargetsMax);
  }
  return targets;
}

void ScrapePool::sync(std::vector<Target> targets) {
  std::set<std::uint64_t> present;
  std::vector<Target> added;
  for (Target& target : targets) {
    const std::uint64_t hash = target.hash();
    present.insert(hash);
    if (!loops_.contains(hash)) added.push_back(std::move(target));
  }
  for (auto at = loops_.begin(); at != loops_.end();) {
    if (present.contains(at->first)) {
      ++at;
      continue;
    }
    ending_.push_back(std::move(at->second));
    at = loops_.erase(at);
    ending_.back()->remove();
  }
  // A single target has nobody to keep a distance from.
  const bool spread = added.size() > 1;
  for (Target& target : added) {
    const std::uint64_t hash = target.hash();
    auto& loop = loops_[hash];
    loop = std::make_unique<ScrapeLoop>(environment_, std::move(target));
    Duration delay = options_.initial_scrape_offset;
    if (delay == 0s && spread) delay = loop->schedule().first_delay();
    gate_.spawn(run(*loop, delay));
  }
  supersede_ending();
  std::optional<std::string> error;
  if (job_.target_limit > 0 && present.size() > job_.target_limit)
    error = "target_limit exceeded: the job has " + std::to_string(present.size()) +
            " targets, at most " + std::to_string(job_.target_limit);
  for (const auto& [hash, loop] : loops_) loop->set_forced_error(error);
}

// Targets that went, but whose series another target still writes.
void ScrapePool::supersede_ending() {
  if (ending_.empty()) return;
  std::set<Labels> written;
  for (const auto& [hash, loop] : loops_) written.insert(loop->target().labels);
  for (const auto& loop : ending_)
    if (written.contains(loop->target().labels)) loop->supersede();
}

net::Task<void> ScrapePool::run(ScrapeLoop& loop, Duration first_delay) {
  co_await loop.run(first_delay);
  ending_.remove_if([&loop](const auto& one) { return one.get() == &loop; });
}

void ScrapePool::scrape_last(Duration timeout, net::Gate& gate) {
  for (const auto& [hash, loop] : loops_)
    gate.spawn(loop->scrape_last(std::min(timeout, loop->target().timeout)));
}

}  // namespace tributary::collector::prometheus
