#include "collector/processors/resourcedetection/resource_detection.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/processors/resourcedetection/detectors.h"
#include "collector/processors/resourcedetection/probe.h"
#include "model/series_run.h"

namespace tributary::collector::resourcedetection {
namespace {

std::string_view name_of(Detector detector) {
  for (const auto& choice : choices(detector))
    if (choice.value == detector) return choice.name;
  return "";
}

std::string to_line(const Resource& resource) {
  std::vector<std::string> pairs;
  for (const Attribute& attribute : resource.attributes)
    pairs.push_back(attribute.key + "=" + to_string(attribute.value));
  return join(pairs, ", ");
}

}  // namespace

net::Task<void> ResourceDetection::prepare(std::stop_token stop) {
  // Its endpoints are link-local: no proxy can reach them.
  net::HttpClientOptions options;
  options.proxy.from_environment = false;
  const auto client = context_.make_http_client(std::move(options));
  if (!client) {
    context_.log.error("Cannot detect the resource", {{"error", client.error().message()}});
    co_return;
  }
  Probe probe(context_, config_, **client);
  const Instant deadline = context_.clock().monotonic() + config_.timeout;
  std::vector<std::optional<Resource>> found(config_.detectors.size());
  net::Gate gate;
  for (std::size_t i = 0; i < found.size(); ++i)
    gate.spawn(ask(probe, config_.detectors[i], found[i], deadline, stop));
  co_await gate.close();
  for (const std::optional<Resource>& one : found)
    if (one) merge(detected_, *one, false);
  detected_alone_ = std::make_shared<const Resource>(detected_);
  context_.log.info("detected resource information", {{"resource", to_line(detected_)}});
}

net::Task<void> ResourceDetection::ask(Probe& probe, Detector detector,
                                       std::optional<Resource>& found, Instant deadline,
                                       std::stop_token stop) {
  Duration pause = kFirstRetry;
  while (!stop.stop_requested()) {
    Result<Resource> resource = co_await probe.detect(detector, deadline, stop);
    if (resource) {
      found = std::move(*resource);
      co_return;
    }
    const Instant next = context_.clock().monotonic() + pause;
    context_.log.warn("failed to detect resource", {{"detector", name_of(detector)},
                                                    {"error", resource.error().message()},
                                                    {"given up", next >= deadline}});
    if (next >= deadline) co_return;
    co_await net::sleep_until(context_.loop, next, stop);
    pause *= 2;
  }
}

RunMap ResourceDetection::map(const SeriesRunPtr& run) {
  if (detected_.attributes.empty() && detected_.schema_url.empty()) return {run, {}, {}};
  return {replace_resources(
              *run, [this](const std::shared_ptr<const Resource>& one) { return enrich(one); }),
          {},
          {}};
}

std::shared_ptr<const Resource> ResourceDetection::enrich(
    const std::shared_ptr<const Resource>& resource) {
  if (resource == nullptr) return detected_alone_;
  if (const auto* known = enriched_.find(resource))
    if (auto alive = known->lock()) return alive;
  Resource merged = *resource;
  merge(merged, detected_, config_.override);
  auto enriched = std::make_shared<const Resource>(std::move(merged));
  enriched_.put(resource, enriched);
  return enriched;
}

}  // namespace tributary::collector::resourcedetection
