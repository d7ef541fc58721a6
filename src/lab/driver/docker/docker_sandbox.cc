#include "lab/driver/docker/docker_sandbox.h"

#include <sys/resource.h>

#include <algorithm>

#include "base/strings.h"
#include "lab/driver/docker/docker_container.h"

namespace tributary::lab::docker {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
// Podman's monitor of each container lives in the task's cgroup, too, and is not the task's to pay.
constexpr std::uint64_t kMonitorBytes = 4 * kMiB;
constexpr Duration kCgroupLook = 50ms;
constexpr int kCgroupLooksMax = 100;
constexpr rlim_t kOpenFilesSoft = 1024;  // as Fargate's
constexpr rlim_t kOpenFilesHard = 65'535;
constexpr rlim_t kProcessesMax = 32'768;  // as the kernel's own bound of process numbers

// Podman's own defaults are higher than what a root without CAP_SYS_RESOURCE may give, and then
// nothing starts; it also lowers its own limit of processes, so that ours must be lower still.
std::vector<Ulimit> ulimits(const Engine& engine) {
  std::vector<Ulimit> out;
  rlimit files{}, processes{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    const auto hard = std::min(files.rlim_max, kOpenFilesHard);
    out.push_back({"nofile", static_cast<std::int64_t>(std::min(hard, kOpenFilesSoft)),
                   static_cast<std::int64_t>(hard)});
  }
  if (engine.podman && ::getrlimit(RLIMIT_NPROC, &processes) == 0) {
    const auto hard = static_cast<std::int64_t>(std::min(processes.rlim_max, kProcessesMax));
    out.push_back({"nproc", hard, hard});
  }
  return out;
}

// Podman mounts writable file systems there when the root is read-only; ECS does not.
void keep_read_only(CreateContainer& create) {
  for (const char* path : {"/tmp", "/run", "/var/tmp"}) {
    const bool mounted = create.tmpfs.contains(path) ||
                         std::any_of(create.mounts.begin(), create.mounts.end(),
                                     [&](const Mount& mount) { return mount.target == path; });
    if (!mounted) create.tmpfs[path] = "ro,size=4k";
  }
}

}  // namespace

net::Task<Result<void>> remove_container(Environment* environment, std::string id) {
  // Removal by force asks politely first, and waits for an answer, with podman.
  (void)co_await environment->api.post("/containers/" + id + "/kill?signal=9");
  const auto removed = co_await environment->api.remove("/containers/" + id + "?force=1&v=1");
  if (!removed && removed.error().code() != Code::not_found)
    co_return removed.error().within("container " + id);
  co_return Result<void>();
}

net::Task<Result<std::unique_ptr<Sandbox>>> DockerSandbox::create(Environment* environment,
                                                                  const TaskSpec* task) {
  std::unique_ptr<DockerSandbox> sandbox(new DockerSandbox(*environment));
  ++environment->sandboxes;
  sandbox->make_cgroup(*task);
  Result<void> done = co_await sandbox->make_volumes(task);
  if (done) done = co_await sandbox->start_pause(task);
  if (!done) {
    co_await sandbox->remove();
    co_return done.error().within("ResourceInitializationError");
  }
  co_return std::unique_ptr<Sandbox>(std::move(sandbox));
}

void DockerSandbox::make_cgroup(const TaskSpec& task) {
  if (environment_.cgroup_parent.empty()) return;
  const TaskDefinition& definition = task.definition;
  CgroupLimits limits{.cpu_units_max = definition.cpu_units,
                      .memory_bytes = definition.memory_mib * kMiB};
  if (limits.memory_bytes > 0 && environment_.engine.podman)
    limits.memory_bytes += (definition.containers.size() + 1) * kMonitorBytes;
  auto made =
      Cgroup::create(environment_.trees, environment_.cgroup_parent + "/" + task.id, limits);
  if (made) {
    cgroup_ = std::move(*made);
    return;
  }
  environment_.log.warn("The task has no cgroup of its own: its CPU and memory are not limited",
                        {{"task", task.id}, {"error", made.error().message()}});
}

net::Task<Result<void>> DockerSandbox::make_volumes(const TaskSpec* task) {
  for (const Volume& volume : task->definition.volumes) {
    if (!volume.host_path.empty()) continue;
    const std::string name = volume_name(*task, volume.name);
    const auto made = co_await environment_.api.post(
        "/volumes/create", create_volume_body(name, environment_.options.owner));
    if (!made) co_return made.error().within("volume \"" + volume.name + "\"");
    volumes_.push_back(name);
  }
  co_return Result<void>();
}

net::Task<Result<void>> DockerSandbox::start_pause(const TaskSpec* task) {
  CreateContainer create;
  create.image = environment_.pause_image;
  create.network = "none";
  const auto id =
      co_await create_and_start(std::move(create), container_name(*task, "internal-ecs-pause"));
  if (!id) co_return id.error().within("pause container");
  const auto text = co_await environment_.api.get("/containers/" + *id + "/json");
  if (!text) co_return text.error().within("pause container");
  TRIBUTARY_CO_TRY(const Inspection seen, parse_container(*text));
  if (!seen.running)
    co_return Error(Code::unavailable, "pause container: ended at once with exit code " +
                                           std::to_string(seen.exit_code) + " " + seen.error);
  // A process of another machine, or of a virtual one, has a number that means another here.
  Result<std::unique_ptr<TaskNetwork>> joined =
      Error(Code::unavailable, "process " + std::to_string(seen.pid) + " is not on this machine");
  if (cgroup_of_container(environment_, seen.pid, *id))
    joined = environment_.options.join_network(seen.pid);
  if (joined) {
    network_ = std::move(*joined);
    network_mode_ = "container:" + *id;
    co_return Result<void>();
  }
  environment_.log.warn("The task shares the machine's network: its own cannot be entered",
                        {{"task", task->id}, {"error", joined.error().message()}});
  co_await forget(*id);
  network_ = environment_.options.machine_network();
  network_mode_ = "host";
  co_return Result<void>();
}

// The container's id.
net::Task<Result<std::string>> DockerSandbox::create_and_start(CreateContainer create,
                                                               std::string name) {
  create.labels[kOwnerLabel] = environment_.options.owner;
  if (cgroup_) create.cgroup_parent = "/" + cgroup_->path();
  create.ulimits = ulimits(environment_.engine);
  if (create.read_only_root && environment_.engine.podman) keep_read_only(create);
  const auto made = co_await environment_.api.post(
      "/containers/create?name=" + percent_encode(name), body_of(create));
  if (!made) co_return made.error().within("CannotCreateContainerError");
  TRIBUTARY_CO_TRY(std::string id, parse_id(*made));
  containers_.push_back(id);
  const auto started = co_await environment_.api.post("/containers/" + id + "/start");
  if (started) co_return id;
  co_await forget(id);
  co_return started.error().within("CannotStartContainerError");
}

net::Task<Result<std::unique_ptr<Container>>> DockerSandbox::start(ContainerStart start) {
  CreateContainer create = describe_container(start.task, start.definition);
  create.environment = start.environment;
  create.network = network_mode_;
  const auto id = co_await create_and_start(std::move(create),
                                            container_name(start.task, start.definition.name));
  if (!id) co_return id.error();
  CgroupDirectories directories;
  const auto text = co_await environment_.api.get("/containers/" + *id + "/json");
  if (text)
    if (const auto seen = parse_container(*text))
      if (auto found = cgroup_of_container(environment_, seen->pid, *id))
        directories = std::move(*found);
  co_return std::unique_ptr<Container>(std::make_unique<DockerContainer>(
      environment_, gate_, *id, std::move(directories), std::move(start)));
}

net::Task<void> DockerSandbox::forget(std::string id) {
  const auto removed = co_await remove_container(&environment_, id);
  if (!removed)
    environment_.log.warn("A container could not be removed",
                          {{"error", removed.error().message()}});
  std::erase(containers_, id);
}

net::Task<void> DockerSandbox::remove() {
  network_.reset();
  // The pause container last: the others are in its network.
  while (!containers_.empty()) co_await forget(std::string(containers_.back()));
  co_await gate_.close();
  for (const std::string& volume : volumes_) {
    const auto removed =
        co_await environment_.api.remove("/volumes/" + percent_encode(volume) + "?force=1");
    if (!removed && removed.error().code() != Code::not_found)
      environment_.log.warn("A volume could not be removed",
                            {{"volume", volume}, {"error", removed.error().message()}});
  }
  volumes_.clear();
  --environment_.sandboxes;
  co_await remove_cgroup();
}

net::Task<void> DockerSandbox::remove_cgroup() {
  if (!cgroup_) co_return;
  const std::string path = cgroup_->path();
  // Engines make directories in trees that we use nothing of; their monitors are still ending.
  bool gone = sweep_cgroup(environment_.trees, path);
  for (int look = 0; !gone && look < kCgroupLooksMax; ++look) {
    co_await net::sleep_for(environment_.loop, kCgroupLook, std::stop_token());
    gone = sweep_cgroup(environment_.trees, path);
  }
  if (!gone) environment_.log.warn("A task's cgroup could not be removed", {{"cgroup", path}});
  cgroup_.reset();
  if (environment_.sandboxes == 0) sweep_cgroup(environment_.trees, environment_.cgroup_parent);
}

}  // namespace tributary::lab::docker
