// tributary-lab scenario: accounts and tasks by the dozen in a temporary directory, run for a while
// with a hub and a lab of their own, and a report of what arrived.
#pragma once

#include <string>
#include <vector>

namespace tributary {

// `arguments` are those after "scenario". The exit code: 0, 1 where something went wrong or a task
// sent nothing, 2 for wrong usage.
int run_scenario_command(std::vector<std::string> arguments);

}  // namespace tributary
