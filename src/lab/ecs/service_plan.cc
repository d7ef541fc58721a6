#include "lab/ecs/service_plan.h"

#include <algorithm>

namespace tributary::lab::ecs {
namespace {

// Of the primary deployment, what is more than desired: those not running yet first, then the
// youngest.
void stop_surplus(const ServiceView& service, std::size_t surplus, ServicePlan& plan) {
  for (const bool running : {false, true})
    for (std::size_t i = service.tasks.size(); i-- > 0 && surplus > 0;)
      if (service.tasks[i].primary && service.tasks[i].running == running) {
        plan.stop.push_back(i);
        --surplus;
      }
}

// Of older deployments: what does not serve at once, the others as far as enough stay healthy.
void stop_old(const ServiceView& service, ServicePlan& plan) {
  const std::size_t keep = (service.desired * service.minimum_healthy_percent + 99) / 100;
  std::size_t healthy = 0;
  for (std::size_t i = 0; i < service.tasks.size(); ++i)
    if (service.tasks[i].healthy && std::ranges::find(plan.stop, i) == plan.stop.end()) ++healthy;
  for (std::size_t i = 0; i < service.tasks.size(); ++i) {
    const TaskView& task = service.tasks[i];
    if (task.primary) continue;
    if (task.healthy && healthy <= keep) continue;
    if (task.healthy) --healthy;
    plan.stop.push_back(i);
  }
}

}  // namespace

ServicePlan plan_service(const ServiceView& service) {
  ServicePlan plan;
  const auto primary =
      static_cast<std::size_t>(std::ranges::count(service.tasks, true, &TaskView::primary));
  if (primary > service.desired) stop_surplus(service, primary - service.desired, plan);
  if (!service.primary_failed) {
    stop_old(service, plan);
    const std::size_t most =
        std::max<std::size_t>(service.desired * service.maximum_percent / 100, 1);
    // What stops still holds its ports and memory.
    const std::size_t held = service.tasks.size() + service.stopping;
    const std::size_t room = most > held ? most - held : 0;
    if (service.desired > primary) plan.start = std::min(service.desired - primary, room);
  }
  return plan;
}

}  // namespace tributary::lab::ecs
