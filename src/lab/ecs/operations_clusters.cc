#include <algorithm>

#include "lab/ecs/operation_parts.h"

namespace tributary::lab::ecs {
namespace {

constexpr std::size_t kDescribedMax = 100;

ClusterDocument show(ControlPlane& plane, const Cluster& cluster, bool with_tags,
                     bool with_settings) {
  const TaskCounts tasks = plane.count_tasks(cluster);
  ClusterDocument document{.arn = cluster.arn(),
                           .name = cluster.name,
                           .status = cluster.active ? "ACTIVE" : "INACTIVE",
                           .running_tasks = tasks.running,
                           .pending_tasks = tasks.pending};
  for (const auto& [name, service] : cluster.services)
    if (service->status == ServiceStatus::active) ++document.active_services;
  document.tags.emplace();
  if (with_tags) document.tags = to_list(cluster.tags);
  if (with_settings)
    document.settings.push_back(
        {"containerInsights", cluster.container_insights ? "enabled" : "disabled"});
  return document;
}

std::optional<ApiAnswer> apply_settings(const std::vector<SettingDocument>& settings,
                                        Cluster* cluster) {
  for (const SettingDocument& setting : settings) {
    if (setting.name != "containerInsights" ||
        (setting.value != "enabled" && setting.value != "disabled"))
      return invalid_parameter(
          "this lab knows the setting containerInsights=enabled|disabled, got " + setting.name +
          "=" + setting.value);
    if (cluster != nullptr) cluster->container_insights = setting.value == "enabled";
  }
  return {};
}

}  // namespace

Questions questions(ControlPlane&, const Caller&, const CreateCluster& request) {
  Question question{.action = "ecs:CreateCluster", .resource = "*"};
  add_request_tags(request.tags, question);
  return {question};
}

Questions questions(ControlPlane&, const Caller& caller, const DescribeClusters& request) {
  Questions all;
  for (const std::string& name : request.clusters)
    all.push_back({.action = "ecs:DescribeClusters", .resource = cluster_arn(caller, name)});
  if (all.empty())
    all.push_back({.action = "ecs:DescribeClusters", .resource = cluster_arn(caller, "")});
  return all;
}

Questions questions(ControlPlane&, const Caller&, const ListClusters&) {
  return {{.action = "ecs:ListClusters", .resource = "*"}};
}

Questions questions(ControlPlane&, const Caller& caller, const DeleteCluster& request) {
  return {{.action = "ecs:DeleteCluster", .resource = cluster_arn(caller, request.cluster)}};
}

Questions questions(ControlPlane&, const Caller& caller, const UpdateClusterSettings& request) {
  return {
      {.action = "ecs:UpdateClusterSettings", .resource = cluster_arn(caller, request.cluster)}};
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const CreateCluster& request) {
  if (!is_identifier(request.name))
    return invalid_parameter("Cluster name contains invalid characters.");
  if (auto bad = refuse_tags(request.tags)) return *bad;
  if (auto bad = apply_settings(request.settings, nullptr)) return *bad;
  const bool is_new = active_cluster(plane, caller, request.name) == nullptr;
  Result<Cluster*> cluster = plane.create_cluster(place_of(caller), request.name);
  if (!cluster) return api_error("LimitExceededException", cluster.error().message());
  if (is_new) {
    (*cluster)->tags = to_map(request.tags);
    apply_settings(request.settings, *cluster);
  }
  return Answer().with("cluster", show(plane, **cluster, true, true)).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeClusters& request) {
  if (request.clusters.size() > kDescribedMax)
    return invalid_parameter("Clusters cannot have more than 100 elements");
  const bool with_settings =
      std::ranges::find(request.include, "SETTINGS") != request.include.end();
  std::vector<ClusterDocument> found;
  std::vector<FailureDocument> failures;
  const StringList names = request.clusters.empty() ? StringList{"default"} : request.clusters;
  for (const std::string& name : names) {
    const Cluster* cluster = plane.find_cluster(place_of(caller), name);
    if (cluster != nullptr) {
      found.push_back(show(plane, *cluster, includes_tags(request.include), with_settings));
    } else {
      failures.push_back({.arn = cluster_arn(caller, name), .reason = "MISSING"});
    }
  }
  return Answer().with("clusters", found).with("failures", failures).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListClusters& request) {
  std::vector<std::string> arns;
  for (const Cluster* cluster : plane.clusters(place_of(caller)))
    if (cluster->active) arns.push_back(cluster->arn());
  return list_page("clusterArns", arns, request.page);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DeleteCluster& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  for (const auto& [name, service] : cluster->services)
    if (service->status == ServiceStatus::active)
      return api_error("ClusterContainsServicesException",
                       "The Cluster cannot be deleted while Services are active.");
  for (const TaskRecord* task : plane.tasks().list(cluster->place, cluster->name))
    if (!task->stopped())
      return api_error("ClusterContainsTasksException",
                       "The Cluster cannot be deleted while Tasks are active.");
  cluster->active = false;
  cluster->deleted_at = plane.now();
  return Answer().with("cluster", show(plane, *cluster, true, true)).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const UpdateClusterSettings& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  if (auto bad = apply_settings(request.settings, nullptr)) return *bad;
  apply_settings(request.settings, cluster);
  return Answer().with("cluster", show(plane, *cluster, true, true)).done();
}

}  // namespace tributary::lab::ecs
