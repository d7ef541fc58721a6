// A target: what a discovered address becomes through the job's settings and its relabel_configs.
// Which labels it has, where it is scraped and how often (Prometheus, scrape/target.go).
//
// Threads: pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "collector/receivers/prometheus/relabel.h"
#include "model/labels.h"

namespace tributary::collector::prometheus {

// Query parameters by name, each with its values in order.
using Params = std::map<std::string, std::vector<std::string>>;

// What discovery finds: addresses that share labels.
struct TargetGroup {
  std::vector<std::string> addresses;
  Labels labels;

  bool operator==(const TargetGroup&) const = default;
};

// What a job says about all of its targets.
struct TargetDefaults {
  std::string job;
  std::string scheme = "http";
  std::string metrics_path = "/metrics";
  Params params;
  Duration interval = 60s;
  Duration timeout = 10s;
};

struct Target {
  Labels labels;  // that its series carry: none begins with "__"
  std::string scheme;
  std::string url;  // on the wire, query included
  Duration interval{};
  Duration timeout{};

  // The same for the same labels and URL, on every machine.
  std::uint64_t hash() const;
  bool operator==(const Target&) const = default;
};

// Nothing where the relabelling drops it. Errors: no address, an address with a path, an interval
// or timeout that a rule made unusable.
Result<std::optional<Target>> make_target(std::string_view address, const Labels& group_labels,
                                          const TargetDefaults& defaults,
                                          std::span<const RelabelRule> rules);

// An address is host or host:port, without a scheme or a path.
Result<void> check_address(std::string_view address);

// Path and query as they go on the wire: the path escaped as Go's net/url does it, the parameters
// sorted by name, a space as '+'.
std::string request_target(std::string_view path, const Params& params);

// host and port of an instance label; the port is empty where there is none.
struct InstanceParts {
  std::string_view host;
  std::string_view port;
};
InstanceParts split_instance(std::string_view instance);

}  // namespace tributary::collector::prometheus
