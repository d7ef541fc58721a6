// What the operations of the ECS API take (API_Reference, Actions), each member declared once,
// named as the operation is.
//
// Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/ecs/service.h"
#include "lab/ecs/settings_document.h"

namespace tributary::lab::ecs {

using StringList = std::vector<std::string>;

struct Page {
  std::optional<std::uint32_t> max_results;
  std::string next_token;

  template <class Fields>
  void describe_in(Fields& f) {
    f.optional("maxResults", max_results, "1 to 100");
    f.optional("nextToken", next_token, "of the answer before");
  }
};

struct CreateCluster {
  std::string name = "default";
  std::vector<TagDocument> tags;
  std::vector<SettingDocument> settings;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("clusterName", name, "");
    f.optional("tags", tags, "");
    f.optional("settings", settings, "");
    f.optional("configuration", unserved, "");
    f.optional("capacityProviders", unserved, "");
    f.optional("defaultCapacityProviderStrategy", unserved, "");
    f.optional("serviceConnectDefaults", unserved, "");
  }
};

struct DescribeClusters {
  StringList clusters;
  StringList include;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("clusters", clusters, "");
    f.optional("include", include, "");
  }
};

struct ListClusters {
  Page page;

  template <class Fields>
  void describe(Fields& f) {
    page.describe_in(f);
  }
};

struct DeleteCluster {
  std::string cluster;

  template <class Fields>
  void describe(Fields& f) {
    f.required("cluster", cluster, "");
  }
};

struct UpdateClusterSettings {
  std::string cluster;
  std::vector<SettingDocument> settings;

  template <class Fields>
  void describe(Fields& f) {
    f.required("cluster", cluster, "");
    f.required("settings", settings, "");
  }
};

struct RegisterTaskDefinition {
  DefinitionDocument document;

  template <class Fields>
  void describe(Fields& f) {
    document.describe(f);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const {
    document.validate(node, diagnostics);
  }
};

struct DescribeTaskDefinition {
  std::string task_definition;
  StringList include;

  template <class Fields>
  void describe(Fields& f) {
    f.required("taskDefinition", task_definition, "");
    f.optional("include", include, "");
  }
};

struct DeregisterTaskDefinition {
  std::string task_definition;

  template <class Fields>
  void describe(Fields& f) {
    f.required("taskDefinition", task_definition, "");
  }
};

struct DeleteTaskDefinitions {
  StringList task_definitions;

  template <class Fields>
  void describe(Fields& f) {
    f.required("taskDefinitions", task_definitions, "");
  }
};

struct ListTaskDefinitions {
  std::string family_prefix;
  std::string status = "ACTIVE";
  std::string sort = "ASC";
  Page page;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("familyPrefix", family_prefix, "");
    f.optional("status", status, "");
    f.optional("sort", sort, "");
    page.describe_in(f);
  }
};

struct ListTaskDefinitionFamilies {
  std::string family_prefix;
  std::string status = "ALL";
  Page page;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("familyPrefix", family_prefix, "");
    f.optional("status", status, "");
    page.describe_in(f);
  }
};

struct CreateService {
  std::string cluster;
  std::string name;
  std::string task_definition;
  std::optional<std::uint32_t> desired_count;
  std::string client_token;
  std::string launch_type;
  std::string platform_version;
  DeploymentConfigurationDocument deployment_configuration;
  DeploymentControllerDocument deployment_controller;
  std::optional<NetworkConfigurationDocument> network_configuration;
  std::string scheduling_strategy = "REPLICA";
  std::vector<TagDocument> tags;
  bool managed_tags = false;
  PropagateTags propagate_tags = PropagateTags::none;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("serviceName", name, "");
    f.required("taskDefinition", task_definition, "");
    f.optional("desiredCount", desired_count, "");
    f.optional("clientToken", client_token, "");
    f.optional("launchType", launch_type, "");
    f.optional("platformVersion", platform_version, "");
    f.optional("deploymentConfiguration", deployment_configuration, "");
    f.optional("deploymentController", deployment_controller, "");
    f.optional("networkConfiguration", network_configuration, "");
    f.optional("schedulingStrategy", scheduling_strategy, "");
    f.optional("tags", tags, "");
    f.optional("enableECSManagedTags", managed_tags, "");
    f.optional("propagateTags", propagate_tags, "");
    f.optional("enableExecuteCommand", unserved, "");
    f.optional("loadBalancers", unserved, "");
    f.optional("serviceRegistries", unserved, "");
    f.optional("capacityProviderStrategy", unserved, "");
    f.optional("role", unserved, "");
    f.optional("placementConstraints", unserved, "");
    f.optional("placementStrategy", unserved, "");
    f.optional("healthCheckGracePeriodSeconds", unserved, "");
    f.optional("serviceConnectConfiguration", unserved, "");
    f.optional("volumeConfigurations", unserved, "");
    f.optional("vpcLatticeConfigurations", unserved, "");
    f.optional("availabilityZoneRebalancing", unserved, "");
  }
};

struct UpdateService {
  std::string cluster;
  std::string service;
  std::optional<std::uint32_t> desired_count;
  std::string task_definition;
  std::optional<DeploymentConfigurationDocument> deployment_configuration;
  std::optional<NetworkConfigurationDocument> network_configuration;
  std::string platform_version;
  bool force_new_deployment = false;
  std::optional<bool> managed_tags;
  std::optional<PropagateTags> propagate_tags;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("service", service, "");
    f.optional("desiredCount", desired_count, "");
    f.optional("taskDefinition", task_definition, "");
    f.optional("deploymentConfiguration", deployment_configuration, "");
    f.optional("networkConfiguration", network_configuration, "");
    f.optional("platformVersion", platform_version, "");
    f.optional("forceNewDeployment", force_new_deployment, "");
    f.optional("enableECSManagedTags", managed_tags, "");
    f.optional("propagateTags", propagate_tags, "");
    f.optional("enableExecuteCommand", unserved, "");
    f.optional("loadBalancers", unserved, "");
    f.optional("serviceRegistries", unserved, "");
    f.optional("capacityProviderStrategy", unserved, "");
    f.optional("placementConstraints", unserved, "");
    f.optional("placementStrategy", unserved, "");
    f.optional("healthCheckGracePeriodSeconds", unserved, "");
    f.optional("serviceConnectConfiguration", unserved, "");
    f.optional("volumeConfigurations", unserved, "");
    f.optional("vpcLatticeConfigurations", unserved, "");
    f.optional("availabilityZoneRebalancing", unserved, "");
  }
};

struct DeleteService {
  std::string cluster;
  std::string service;
  bool force = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("service", service, "");
    f.optional("force", force, "");
  }
};

struct DescribeServices {
  std::string cluster;
  StringList services;
  StringList include;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("services", services, "");
    f.optional("include", include, "");
  }
};

struct ListServices {
  std::string cluster;
  std::string launch_type;
  std::string scheduling_strategy;
  Page page;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.optional("launchType", launch_type, "");
    f.optional("schedulingStrategy", scheduling_strategy, "");
    page.describe_in(f);
  }
};

struct RunTask {
  std::string cluster;
  std::string task_definition;
  std::uint32_t count = 1;
  std::string client_token;
  std::string group;
  std::string launch_type;
  std::string platform_version;
  std::optional<NetworkConfigurationDocument> network_configuration;
  TaskOverrideDocument overrides;
  bool managed_tags = false;
  PropagateTags propagate_tags = PropagateTags::none;
  std::string started_by;
  std::string reference_id;
  std::vector<TagDocument> tags;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("taskDefinition", task_definition, "");
    f.optional("count", count, "");
    f.optional("clientToken", client_token, "");
    f.optional("group", group, "");
    f.optional("launchType", launch_type, "");
    f.optional("platformVersion", platform_version, "");
    f.optional("networkConfiguration", network_configuration, "");
    f.optional("overrides", overrides, "");
    f.optional("enableECSManagedTags", managed_tags, "");
    f.optional("propagateTags", propagate_tags, "");
    f.optional("startedBy", started_by, "");
    f.optional("referenceId", reference_id, "");
    f.optional("tags", tags, "");
    f.optional("enableExecuteCommand", unserved, "");
    f.optional("capacityProviderStrategy", unserved, "");
    f.optional("placementConstraints", unserved, "");
    f.optional("placementStrategy", unserved, "");
    f.optional("volumeConfigurations", unserved, "");
  }
};

struct StopTask {
  std::string cluster;
  std::string task;
  std::string reason;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("task", task, "");
    f.optional("reason", reason, "");
  }
};

struct DescribeTasks {
  std::string cluster;
  StringList tasks;
  StringList include;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.required("tasks", tasks, "");
    f.optional("include", include, "");
  }
};

struct ListTasks {
  std::string cluster;
  std::string container_instance;
  std::string family;
  std::string started_by;
  std::string service_name;
  std::string desired_status = "RUNNING";
  std::string launch_type;
  Page page;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cluster", cluster, "");
    f.optional("containerInstance", container_instance, "");
    f.optional("family", family, "");
    f.optional("startedBy", started_by, "");
    f.optional("serviceName", service_name, "");
    f.optional("desiredStatus", desired_status, "");
    f.optional("launchType", launch_type, "");
    page.describe_in(f);
  }
};

struct TagResource {
  std::string arn;
  std::vector<TagDocument> tags;

  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", arn, "");
    f.required("tags", tags, "");
  }
};

struct UntagResource {
  std::string arn;
  StringList tag_keys;

  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", arn, "");
    f.required("tagKeys", tag_keys, "");
  }
};

struct ListTagsForResource {
  std::string arn;

  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", arn, "");
  }
};

}  // namespace tributary::lab::ecs
