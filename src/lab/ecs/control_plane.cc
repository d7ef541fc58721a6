#include "lab/ecs/control_plane.h"

namespace tributary::lab::ecs {
namespace {

TaskCounts count(const std::vector<TaskRecord*>& tasks, std::string_view service,
                 std::string_view deployment) {
  TaskCounts counts;
  for (const TaskRecord* task : tasks) {
    if (task->stopped() || !task->wanted()) continue;
    if (!service.empty() && task->request.service != service) continue;
    if (!deployment.empty() && task->request.deployment != deployment) continue;
    ++(task->state().known == Status::running ? counts.running : counts.pending);
  }
  return counts;
}

bool expired(const std::optional<Timestamp>& deleted_at, Timestamp now) {
  return deleted_at && *deleted_at + ControlPlane::kDeletedKept <= now;
}

}  // namespace

ControlPlane::ControlPlane(net::Loop& loop, TaskLauncher& launcher, Random& random, Options options,
                           Logger log)
    : loop_(loop),
      tasks_(loop, launcher, random, options.tasks, log),
      scheduler_(
          loop, tasks_, random, options.scheduler,
          [this](const Place& place, const std::string& cluster, const std::string& name) {
            Cluster* in = find_cluster(place, cluster);
            Service* service = in == nullptr ? nullptr : find_service(*in, name);
            if (service == nullptr) return;
            service->timer.reset();
            scheduler_.reconcile(*service);
          },
          std::move(log)) {
  tasks_.set_listener([this](TaskRecord& task, bool ended) {
    const TaskRequest& request = task.request;
    if (request.service.empty()) return;
    Cluster* cluster = find_cluster(request.place, request.cluster);
    Service* service = cluster == nullptr ? nullptr : find_service(*cluster, request.service);
    if (service == nullptr) return;
    if (ended) scheduler_.note_end(*service, task);
    scheduler_.reconcile(*service);
  });
}

void ControlPlane::forget_deleted(const Place& place) {
  const Timestamp time = now();
  auto& all = clusters_[place];
  for (auto& [name, cluster] : all)
    std::erase_if(cluster.services, [time](const auto& one) {
      return expired(one.second->deleted_at, time) && one.second->status == ServiceStatus::inactive;
    });
  std::erase_if(all, [time](const auto& one) { return expired(one.second.deleted_at, time); });
}

Result<Cluster*> ControlPlane::create_cluster(const Place& place, const std::string& name) {
  forget_deleted(place);
  auto& all = clusters_[place];
  const auto found = all.find(name);
  if (found != all.end() && found->second.active) return &found->second;
  if (all.size() >= kClustersMax)
    return Error(Code::limit_exceeded, "this lab keeps at most " + std::to_string(kClustersMax) +
                                           " clusters of an account");
  Cluster& cluster = all[name];
  cluster = Cluster{.place = place, .name = name};
  return &cluster;
}

Cluster* ControlPlane::find_cluster(const Place& place, std::string_view name) {
  name = name.empty() ? "default" : name_in(place, "cluster", name);
  const auto all = clusters_.find(place);
  if (all == clusters_.end()) return nullptr;
  const auto found = all->second.find(name);
  return found == all->second.end() ? nullptr : &found->second;
}

std::vector<Cluster*> ControlPlane::clusters(const Place& place) {
  forget_deleted(place);
  std::vector<Cluster*> all;
  for (auto& [name, cluster] : clusters_[place]) all.push_back(&cluster);
  return all;
}

Service* ControlPlane::find_service(Cluster& cluster, std::string_view name) {
  name = name_in(cluster.place, "service", name);
  if (name.find('/') != std::string_view::npos) {
    if (name.substr(0, name.find('/')) != cluster.name) return nullptr;
    name = last_part(name);
  }
  const auto found = cluster.services.find(name);
  return found == cluster.services.end() ? nullptr : found->second.get();
}

Service& ControlPlane::add_service(Cluster& cluster, Service service) {
  forget_deleted(cluster.place);
  const std::string name = service.name;
  std::unique_ptr<Service>& place = cluster.services[name];
  place = std::make_unique<Service>(std::move(service));
  return *place;
}

void ControlPlane::delete_service(Service& service) {
  service.status = ServiceStatus::draining;
  service.deleted_at = now();
  service.desired_count = 0;
  scheduler_.cancel_timer(service);
  scheduler_.reconcile(service);
}

TaskRecord* ControlPlane::find_task(const Cluster& cluster, std::string_view id_or_arn) {
  const std::string_view name = name_in(cluster.place, "task", id_or_arn);
  const std::size_t slash = name.find('/');
  if (slash != std::string_view::npos && name.substr(0, slash) != cluster.name) return nullptr;
  return tasks_.find(cluster.place, cluster.name, last_part(name));
}

TaskCounts ControlPlane::count_tasks(const Cluster& cluster) {
  return count(tasks_.list(cluster.place, cluster.name), {}, {});
}

TaskCounts ControlPlane::count_tasks(const Service& service, std::string_view deployment) {
  return count(tasks_.list(service.place, service.cluster), service.name, deployment);
}

ControlPlane::~ControlPlane() { cancel_timers(); }

void ControlPlane::cancel_timers() {
  for (auto& [place, all] : clusters_)
    for (auto& [name, cluster] : all)
      for (auto& [service_name, service] : cluster.services) scheduler_.cancel_timer(*service);
}

net::Task<void> ControlPlane::close() {
  cancel_timers();
  net::Task<void> closing = tasks_.close();
  co_await closing;
}

}  // namespace tributary::lab::ecs
