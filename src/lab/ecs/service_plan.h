// What a service's scheduler does next: how many tasks to start and which to stop, from the desired
// count, the deployment's percentages and the tasks that there are. As ECS' rolling update:
// maximumPercent bounds what runs, minimumHealthyPercent what may be stopped.
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tributary::lab::ecs {

// A task that is not being stopped.
struct TaskView {
  bool primary = true;   // of the latest deployment
  bool running = false;  // else on its way there
  bool healthy = false;  // serves: what is to be stopped must not bring too few of these
};

struct ServiceView {
  std::size_t desired = 0;
  std::uint32_t minimum_healthy_percent = 100;
  std::uint32_t maximum_percent = 200;
  bool primary_failed = false;  // given up: neither started nor made room for
  std::size_t stopping = 0;     // tasks that are being stopped
  std::vector<TaskView> tasks;  // the others, oldest first
};

struct ServicePlan {
  std::size_t start = 0;
  std::vector<std::size_t> stop;  // indices
};

ServicePlan plan_service(const ServiceView& service);

}  // namespace tributary::lab::ecs
