// Parts that requests and answers of the ECS API share: networks, deployments, overrides, tags, and
// moments.
//
// Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "lab/ecs/definition_document.h"

namespace tributary::lab::ecs {

// Seconds since 1970 with milliseconds, as JSON 1.1 writes moments.
struct Moment {
  Timestamp time;
};
bool decode(const config::Node& node, Moment& value, config::Diagnostics& diagnostics);
config::Node encode(const Moment& value);

inline std::optional<Moment> moment(std::optional<Timestamp> time) {
  if (!time) return {};
  return Moment{*time};
}

struct AwsVpcDocument {
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  std::string assign_public_ip = "DISABLED";

  template <class Fields>
  void describe(Fields& f) {
    f.required("subnets", subnets, "1 to 16; the lab has no subnets and keeps the names");
    f.optional("securityGroups", security_groups, "at most 5; names only, too");
    f.optional("assignPublicIp", assign_public_ip, "ENABLED or DISABLED");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct NetworkConfigurationDocument {
  std::optional<AwsVpcDocument> awsvpc;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("awsvpcConfiguration", awsvpc, "where a task would be on AWS");
  }
};

struct CircuitBreakerDocument {
  bool enable = false;
  bool rollback = false;

  template <class Fields>
  void describe(Fields& f) {
    f.required("enable", enable, "give a deployment up when its tasks keep failing");
    f.required("rollback", rollback, "then go back to the last one that worked");
  }
};

struct DeploymentConfigurationDocument {
  std::optional<CircuitBreakerDocument> circuit_breaker;
  std::uint32_t maximum_percent = 200;
  std::uint32_t minimum_healthy_percent = 100;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("deploymentCircuitBreaker", circuit_breaker, "");
    f.optional("maximumPercent", maximum_percent, "of the desired count, while deploying");
    f.optional("minimumHealthyPercent", minimum_healthy_percent, "of the desired count");
    f.optional("alarms", unserved, "");
    f.optional("strategy", unserved, "");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct DeploymentControllerDocument {
  std::string type = "ECS";

  template <class Fields>
  void describe(Fields& f) {
    f.required("type", type, "ECS");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct ContainerOverrideDocument {
  std::string name;
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<NameValue>> environment;
  std::optional<std::uint32_t> cpu;
  std::optional<std::uint32_t> memory;
  std::optional<std::uint32_t> memory_reservation;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "of a container of the task definition");
    f.optional("command", command, "instead of the definition's");
    f.optional("environment", environment, "on top of the definition's");
    f.optional("cpu", cpu, "units");
    f.optional("memory", memory, "MiB");
    f.optional("memoryReservation", memory_reservation, "MiB");
    f.optional("environmentFiles", unserved, "");
    f.optional("resourceRequirements", unserved, "");
  }
};

struct TaskOverrideDocument {
  std::vector<ContainerOverrideDocument> container_overrides;
  std::optional<std::string> cpu;
  std::optional<std::string> memory;
  std::optional<std::string> execution_role_arn;
  std::optional<std::string> task_role_arn;
  std::optional<EphemeralStorageDocument> ephemeral_storage;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("containerOverrides", container_overrides, "");
    f.optional("cpu", cpu, "of the task");
    f.optional("memory", memory, "of the task");
    f.optional("executionRoleArn", execution_role_arn, "");
    f.optional("taskRoleArn", task_role_arn, "");
    f.optional("ephemeralStorage", ephemeral_storage, "");
    f.optional("inferenceAcceleratorOverrides", unserved, "");
  }
};

struct SettingDocument {
  std::string name;
  std::string value;

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "containerInsights");
    f.required("value", value, "enabled or disabled");
  }
};

}  // namespace tributary::lab::ecs
