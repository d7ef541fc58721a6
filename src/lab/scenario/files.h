// The files of a scenario: what a user would write for the same.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/scenario/scenario.h"

namespace tributary::lab::scenario {

inline constexpr const char* kMonitoringAccount = "200000000000";
inline constexpr const char* kProject = "scenario";
inline constexpr const char* kTaskRole = "scenario-task";
inline constexpr const char* kExecutionRole = "scenario-execution";
inline constexpr const char* kCentralRole = "scenario-central";
inline constexpr const char* kJob = "demo-app";
inline constexpr const char* kCollector = "collector";  // the service

// "100000000001", "100000000002", ...
std::string account_number(std::uint32_t index);

struct Addresses {
  std::string region;
  std::string hub;
  std::string remote_write;
};

std::string compose_file(const std::string& account, const Addresses& addresses);
std::string ecs_params_file(const Scenario& scenario);
std::string collector_file(const Scenario& scenario);

struct Programs {
  std::string demo_app;
  std::string collector;
  std::string collector_config;
};
std::string programs_file(const Programs& programs);

// Policy documents.
std::string ecs_trust();
std::string task_policy();
std::string execution_policy();
std::string central_trust(const std::vector<std::string>& accounts);
std::string central_policy();

}  // namespace tributary::lab::scenario
