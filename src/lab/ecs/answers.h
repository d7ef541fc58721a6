// What the ECS API shows of clusters, services and tasks (API_Cluster, API_Service, API_Task), each
// member declared once.
//
// Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/ecs/settings_document.h"

namespace tributary::lab::ecs {

using Tags = std::optional<std::vector<TagDocument>>;  // nothing: not asked for

struct FailureDocument {
  std::string arn;
  std::string reason;  // "MISSING"
  std::optional<std::string> detail;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("arn", arn, "");
    f.optional("reason", reason, "");
    f.optional("detail", detail, "");
  }
};

struct ClusterDocument {
  std::string arn;
  std::string name;
  std::string status;
  std::uint32_t container_instances = 0;
  std::uint32_t running_tasks = 0;
  std::uint32_t pending_tasks = 0;
  std::uint32_t active_services = 0;
  std::vector<NameValue> statistics;
  Tags tags;
  std::vector<SettingDocument> settings;
  std::vector<std::string> capacity_providers;
  std::vector<std::string> capacity_provider_strategy;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("clusterArn", arn, "");
    f.optional("clusterName", name, "");
    f.optional("status", status, "");
    f.optional("registeredContainerInstancesCount", container_instances, "");
    f.optional("runningTasksCount", running_tasks, "");
    f.optional("pendingTasksCount", pending_tasks, "");
    f.optional("activeServicesCount", active_services, "");
    f.optional("statistics", statistics, "");
    f.optional("tags", tags, "");
    f.optional("settings", settings, "");
    f.optional("capacityProviders", capacity_providers, "");
    f.optional("defaultCapacityProviderStrategy", capacity_provider_strategy, "");
  }
};

struct DeploymentDocument {
  std::string id;
  std::string status;
  std::string task_definition;
  std::uint32_t desired_count = 0;
  std::uint32_t pending_count = 0;
  std::uint32_t running_count = 0;
  std::uint32_t failed_tasks = 0;
  Moment created_at;
  Moment updated_at;
  std::string launch_type;
  std::optional<std::string> platform_version;
  std::optional<std::string> platform_family;
  std::optional<NetworkConfigurationDocument> network_configuration;
  std::string rollout_state;
  std::string rollout_state_reason;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("id", id, "");
    f.optional("status", status, "");
    f.optional("taskDefinition", task_definition, "");
    f.optional("desiredCount", desired_count, "");
    f.optional("pendingCount", pending_count, "");
    f.optional("runningCount", running_count, "");
    f.optional("failedTasks", failed_tasks, "");
    f.optional("createdAt", created_at, "");
    f.optional("updatedAt", updated_at, "");
    f.optional("launchType", launch_type, "");
    f.optional("platformVersion", platform_version, "");
    f.optional("platformFamily", platform_family, "");
    f.optional("networkConfiguration", network_configuration, "");
    f.optional("rolloutState", rollout_state, "");
    f.optional("rolloutStateReason", rollout_state_reason, "");
  }
};

struct EventDocument {
  std::string id;
  Moment created_at;
  std::string message;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("id", id, "");
    f.optional("createdAt", created_at, "");
    f.optional("message", message, "");
  }
};

struct ServiceDocument {
  std::string arn;
  std::string name;
  std::string cluster_arn;
  std::vector<std::string> load_balancers;
  std::vector<std::string> service_registries;
  std::string status;
  std::uint32_t desired_count = 0;
  std::uint32_t running_count = 0;
  std::uint32_t pending_count = 0;
  std::string launch_type;
  std::optional<std::string> platform_version;
  std::optional<std::string> platform_family;
  std::string task_definition;
  DeploymentConfigurationDocument deployment_configuration;
  std::vector<DeploymentDocument> deployments;
  std::vector<EventDocument> events;
  Moment created_at;
  std::vector<std::string> placement_constraints;
  std::vector<std::string> placement_strategy;
  std::optional<NetworkConfigurationDocument> network_configuration;
  std::string scheduling_strategy = "REPLICA";
  DeploymentControllerDocument deployment_controller;
  Tags tags;
  std::string created_by;
  bool managed_tags = false;
  std::string propagate_tags;
  bool execute_command = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("serviceArn", arn, "");
    f.optional("serviceName", name, "");
    f.optional("clusterArn", cluster_arn, "");
    f.optional("loadBalancers", load_balancers, "");
    f.optional("serviceRegistries", service_registries, "");
    f.optional("status", status, "");
    f.optional("desiredCount", desired_count, "");
    f.optional("runningCount", running_count, "");
    f.optional("pendingCount", pending_count, "");
    f.optional("launchType", launch_type, "");
    f.optional("platformVersion", platform_version, "");
    f.optional("platformFamily", platform_family, "");
    f.optional("taskDefinition", task_definition, "");
    f.optional("deploymentConfiguration", deployment_configuration, "");
    f.optional("deployments", deployments, "");
    f.optional("events", events, "");
    f.optional("createdAt", created_at, "");
    f.optional("placementConstraints", placement_constraints, "");
    f.optional("placementStrategy", placement_strategy, "");
    f.optional("networkConfiguration", network_configuration, "");
    f.optional("schedulingStrategy", scheduling_strategy, "");
    f.optional("deploymentController", deployment_controller, "");
    f.optional("tags", tags, "");
    f.optional("createdBy", created_by, "");
    f.optional("enableECSManagedTags", managed_tags, "");
    f.optional("propagateTags", propagate_tags, "");
    f.optional("enableExecuteCommand", execute_command, "");
  }
};

struct NetworkInterfaceDocument {
  std::string attachment_id;
  std::string private_ipv4_address;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("attachmentId", attachment_id, "");
    f.optional("privateIpv4Address", private_ipv4_address, "");
  }
};

struct ContainerAnswer {
  std::string arn;
  std::string task_arn;
  std::string name;
  std::string image;
  std::optional<std::string> image_digest;
  std::optional<std::string> runtime_id;
  std::string last_status;
  std::optional<int> exit_code;
  std::optional<std::string> reason;
  std::vector<std::string> network_bindings;
  std::vector<NetworkInterfaceDocument> network_interfaces;
  std::string health_status;
  std::string cpu;
  std::optional<std::string> memory;
  std::optional<std::string> memory_reservation;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("containerArn", arn, "");
    f.optional("taskArn", task_arn, "");
    f.optional("name", name, "");
    f.optional("image", image, "");
    f.optional("imageDigest", image_digest, "");
    f.optional("runtimeId", runtime_id, "");
    f.optional("lastStatus", last_status, "");
    f.optional("exitCode", exit_code, "");
    f.optional("reason", reason, "");
    f.optional("networkBindings", network_bindings, "");
    f.optional("networkInterfaces", network_interfaces, "");
    f.optional("healthStatus", health_status, "");
    f.optional("cpu", cpu, "");
    f.optional("memory", memory, "");
    f.optional("memoryReservation", memory_reservation, "");
  }
};

struct AttachmentDocument {
  std::string id;
  std::string type = "ElasticNetworkInterface";
  std::string status;
  std::vector<NameValue> details;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("id", id, "");
    f.optional("type", type, "");
    f.optional("status", status, "");
    f.optional("details", details, "");
  }
};

struct TaskAnswer {
  std::vector<AttachmentDocument> attachments;
  std::string availability_zone;
  std::string cluster_arn;
  std::string connectivity = "CONNECTED";
  Moment connectivity_at;
  std::vector<ContainerAnswer> containers;
  std::optional<std::string> cpu;
  Moment created_at;
  std::string desired_status;
  bool execute_command = false;
  std::optional<Moment> execution_stopped_at;
  std::string group;
  std::string health_status;
  std::string last_status;
  std::string launch_type;
  std::optional<std::string> memory;
  TaskOverrideDocument overrides;
  std::optional<std::string> platform_version;
  std::optional<std::string> platform_family;
  std::optional<Moment> pull_started_at;
  std::optional<Moment> pull_stopped_at;
  std::optional<Moment> started_at;
  std::optional<std::string> started_by;
  std::optional<std::string> stop_code;
  std::optional<Moment> stopped_at;
  std::optional<std::string> stopped_reason;
  std::optional<Moment> stopping_at;
  Tags tags;
  std::string arn;
  std::string definition_arn;
  std::uint32_t version = 1;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("attachments", attachments, "");
    f.optional("availabilityZone", availability_zone, "");
    f.optional("clusterArn", cluster_arn, "");
    f.optional("connectivity", connectivity, "");
    f.optional("connectivityAt", connectivity_at, "");
    f.optional("containers", containers, "");
    f.optional("cpu", cpu, "");
    f.optional("createdAt", created_at, "");
    f.optional("desiredStatus", desired_status, "");
    f.optional("enableExecuteCommand", execute_command, "");
    f.optional("executionStoppedAt", execution_stopped_at, "");
    f.optional("group", group, "");
    f.optional("healthStatus", health_status, "");
    f.optional("lastStatus", last_status, "");
    f.optional("launchType", launch_type, "");
    f.optional("memory", memory, "");
    f.optional("overrides", overrides, "");
    f.optional("platformVersion", platform_version, "");
    f.optional("platformFamily", platform_family, "");
    f.optional("pullStartedAt", pull_started_at, "");
    f.optional("pullStoppedAt", pull_stopped_at, "");
    f.optional("startedAt", started_at, "");
    f.optional("startedBy", started_by, "");
    f.optional("stopCode", stop_code, "");
    f.optional("stoppedAt", stopped_at, "");
    f.optional("stoppedReason", stopped_reason, "");
    f.optional("stoppingAt", stopping_at, "");
    f.optional("tags", tags, "");
    f.optional("taskArn", arn, "");
    f.optional("taskDefinitionArn", definition_arn, "");
    f.optional("version", version, "");
  }
};

}  // namespace tributary::lab::ecs
