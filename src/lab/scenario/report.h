// What arrived of each task, from the hub's answers to queries.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lab/scenario/scenario.h"

namespace tributary::lab::scenario {

struct TaskKey {
  std::string account;
  std::string task;  // its id

  auto operator<=>(const TaskKey&) const = default;
};

// One task's points, oldest first: time in seconds since 1970, value.
using Points = std::vector<std::pair<double, double>>;

// The answer to an instant query, a vector or a matrix; series of one task are laid together.
// Nothing of series that have no labels `account` and `task`.
Result<std::map<TaskKey, Points>> read_answer(std::string body);

struct Answers {
  std::map<TaskKey, Points> up;       // up{job="demo-app"}[window]
  std::map<TaskKey, Points> samples;  // that its application gave, as far as the scrapes arrived
  std::map<TaskKey, Points> cpu_ns;   // of the collector, since its start
  std::map<TaskKey, Points> memory;   // of the collector, at the most, in bytes
};

struct Measured {
  std::map<TaskKey, Timestamp> created;  // the tasks that there should be
  Timestamp end;                         // what is later does not count
};

struct TaskReport {
  TaskKey key;
  std::uint64_t samples = 0;
  std::optional<Duration> first_after;  // from the task's creation to its first scrape
  std::uint64_t scrapes = 0;
  std::uint64_t expected = 0;  // from the first to the end
  std::optional<double> cpu;   // in cores
  std::optional<double> memory;

  std::uint64_t lost() const { return expected > scrapes ? expected - scrapes : 0; }
};

// Every task of `measured`, in its order.
std::vector<TaskReport> make_report(const Scenario& scenario, const Measured& measured,
                                    const Answers& answers);

// Whether everything that was scraped by `end` is there: scrapes come in their order, and one from
// after it has come.
bool has_caught_up(const Measured& measured, const std::map<TaskKey, Points>& up);

std::string report_text(const Scenario& scenario, const std::vector<TaskReport>& reports);
std::string report_json(const Scenario& scenario, const std::vector<TaskReport>& reports);

}  // namespace tributary::lab::scenario
