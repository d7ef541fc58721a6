// A service: a task definition that is kept running `desired_count` times, and the deployments that
// bring a new one in.
//
// Values of the Scheduler and the ControlPlane.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/ecs/definition_registry.h"
#include "lab/ecs/settings_document.h"
#include "net/loop.h"

namespace tributary::lab::ecs {

enum class Rollout : std::uint8_t { in_progress, completed, failed };
std::string_view to_string(Rollout rollout);

struct Deployment {
  std::string id;  // "ecs-svc/0123456789012345678"
  DefinitionRegistry::Definition definition;
  std::string platform_version;
  std::optional<NetworkConfigurationDocument> network;
  Timestamp created_at;
  Timestamp updated_at;
  std::uint32_t failed_tasks = 0;  // in a row, until it is completed
  Rollout rollout = Rollout::in_progress;
  std::string rollout_reason;
};

struct ServiceEvent {
  std::string id;
  Timestamp time;
  std::string message;
};

enum class ServiceStatus : std::uint8_t { active, draining, inactive };
std::string_view to_string(ServiceStatus status);

enum class PropagateTags : std::uint8_t { none, service, task_definition };
constexpr std::array<config::Choice<PropagateTags>, 3> choices(PropagateTags) {
  return {{{"NONE", PropagateTags::none},
           {"SERVICE", PropagateTags::service},
           {"TASK_DEFINITION", PropagateTags::task_definition}}};
}

struct Service {
  static constexpr std::size_t kEventsMax = 100;

  Place place;
  std::string cluster;  // name
  std::string name;
  std::string launch_type;
  std::uint32_t desired_count = 0;
  ServiceStatus status = ServiceStatus::active;
  DeploymentConfigurationDocument deployment_configuration;
  std::map<std::string, std::string> tags;
  PropagateTags propagate_tags = PropagateTags::none;
  bool managed_tags = false;
  std::string created_by;
  Timestamp created_at;
  std::optional<Timestamp> deleted_at;
  std::string request;       // the parameters that made it, for asking again
  std::string client_token;  // likewise

  std::vector<Deployment> deployments;       // latest first: PRIMARY, then ACTIVE
  std::optional<Deployment> last_completed;  // where the circuit breaker goes back to
  std::deque<ServiceEvent> events;           // latest first
  bool steady = false;
  std::uint32_t failures = 0;         // tasks in a row that did not stay up
  std::optional<Instant> not_before;  // starts nothing until then
  std::optional<net::Loop::TimerId> timer;

  std::string arn() const { return place.arn("service/" + cluster + "/" + name); }
  Deployment& primary() { return deployments.front(); }
  const Deployment& primary() const { return deployments.front(); }
};

}  // namespace tributary::lab::ecs
