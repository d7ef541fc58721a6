// What `tributary-lab scenario` builds: so many workload accounts with so many tasks of an
// application and a collector each, and one monitoring account that all of them write into.
//
//   accounts: 2
//   tasks: 3                # of each account
//   duration: 30s           # from the moment when all tasks run
//   scrape_interval: 1s
//   outage: {after: 10s, length: 10s}   # the hub is away for a while
//
// Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "config/diagnostics.h"
#include "config/node.h"

namespace tributary::lab::scenario {

inline constexpr std::uint32_t kAccountsMax = 100;
inline constexpr std::uint32_t kTasksMax = 500;  // of all accounts together

struct Outage {
  Duration after{};
  Duration length{};

  template <class Fields>
  void describe(Fields& f) {
    f.required("after", after, "from the beginning of the measured time");
    f.required("length", length, "for which the hub does not run");
  }
};

struct TaskSize {
  std::uint32_t cpu = 256;
  std::uint32_t memory = 512;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cpu", cpu, "units, 1024 to a core");
    f.optional("memory", memory, "MiB");
  }
};

struct Scenario {
  std::uint32_t accounts = 1;
  std::uint32_t tasks = 1;
  Duration duration = std::chrono::seconds(30);
  Duration scrape_interval = std::chrono::seconds(1);
  Duration collection_interval = std::chrono::seconds(2);
  TaskSize task;
  std::optional<Outage> outage;

  template <class Fields>
  void describe(Fields& f) {
    f.required("accounts", accounts, "workload accounts, beside the monitoring one");
    f.required("tasks", tasks, "of each account");
    f.optional("duration", duration, "measured, from the moment when all tasks run");
    f.optional("scrape_interval", scrape_interval, "of the application");
    f.optional("collection_interval", collection_interval, "of the tasks' own metrics");
    f.optional("task", task, "the size of each");
    f.optional("outage", outage, "of the hub, while the tasks go on");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// Nothing where it said an error.
std::optional<Scenario> parse_scenario(std::string text, const std::string& name,
                                       config::Diagnostics& diagnostics);

}  // namespace tributary::lab::scenario
