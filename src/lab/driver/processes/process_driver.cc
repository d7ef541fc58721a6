#include "lab/driver/processes/process_driver.h"

#include <unistd.h>

#include "base/json_text.h"
#include "lab/driver/processes/process_container.h"
#include "lab/driver/processes/user.h"

namespace tributary::lab {
namespace {

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
// A killed process needs a moment to be gone.
constexpr Duration kRemoveInterval = 20ms;
constexpr int kRemoveTries = 100;

CgroupLimits limits_of(const TaskDefinition& task) {
  return {.cpu_units_max = task.cpu_units, .memory_bytes = task.memory_mib << 20};
}

CgroupLimits limits_of(const ContainerDefinition& container) {
  return {.cpu_shares = container.cpu_units,
          .memory_bytes = container.memory_mib << 20,
          .memory_reservation_bytes = container.memory_reservation_mib << 20};
}

// What a process cannot have, by the names of the task definition.
std::vector<std::string> not_possible(const ContainerDefinition& container) {
  std::vector<std::string> names;
  if (container.readonly_root_filesystem) names.emplace_back("readonlyRootFilesystem");
  if (!container.tmpfs.empty()) names.emplace_back("tmpfs");
  if (!container.mount_points.empty()) names.emplace_back("mountPoints");
  return names;
}

std::map<std::string, std::string> environment_of(const Program& program, ContainerStart& start,
                                                  const std::string& hostname) {
  // No HOME of ours: credentials of this machine's user are none of the task's.
  std::map<std::string, std::string> all = {{"PATH", kPath}, {"HOME", "/"}, {"HOSTNAME", hostname}};
  for (const auto& [name, value] : program.environment) all[name] = value;
  for (auto& [name, value] : start.environment) all[name] = std::move(value);
  return all;
}

Result<std::optional<User>> user_of(const ContainerDefinition& container, Logger& log) {
  if (container.user.empty()) return std::optional<User>();
  TRIBUTARY_TRY(const User user, find_user(container.user, read_text("/etc/passwd").value_or(""),
                                           read_text("/etc/group").value_or("")));
  if (::geteuid() == 0) return std::optional<User>(user);
  if (user.uid != ::geteuid())
    log.warn("only root can run a process as somebody else",
             {{"container", container.name}, {"user", container.user}});
  return std::optional<User>();
}

}  // namespace

class ProcessSandbox final : public Sandbox {
 public:
  ProcessSandbox(ProcessDriver& driver, const TaskSpec& task, std::unique_ptr<TaskNetwork> network)
      : driver_(driver), task_(task), network_(std::move(network)) {
    cgroup_ = make_cgroup(path(), limits_of(task.definition));
  }

  TaskNetwork& network() override { return *network_; }

  net::Task<Result<std::unique_ptr<Container>>> start(ContainerStart start) override {
    co_return start_now(start);
  }

  net::Task<void> remove() override {
    for (int i = 0; cgroup_ && !cgroup_->remove() && i < kRemoveTries; ++i) {
      cgroup_->kill();
      co_await net::sleep_for(driver_.loop_, kRemoveInterval, {});
    }
    cgroup_.reset();
  }

 private:
  std::string path() const { return driver_.options_.cgroup_parent + "/" + task_.id; }

  // Null where it is not permitted.
  std::unique_ptr<Cgroup> make_cgroup(std::string path, const CgroupLimits& limits) {
    if (driver_.options_.cgroup_trees.empty()) return nullptr;
    auto made = Cgroup::create(driver_.options_.cgroup_trees, std::move(path), limits);
    if (made) return std::move(*made);
    if (!driver_.said_no_cgroups_)
      driver_.log_.warn("no cgroups: limits of tasks have no effect",
                        {{"error", made.error().message()}});
    driver_.said_no_cgroups_ = true;
    return nullptr;
  }

  Result<std::unique_ptr<Container>> start_now(ContainerStart& start) {
    const ContainerDefinition& definition = start.definition;
    const Program* program = driver_.programs_.find(definition.image);
    if (program == nullptr)
      return Error(Code::not_found, "no program for image " + json_string(definition.image));
    for (const std::string& name : not_possible(definition))
      driver_.log_.warn("a process cannot have this: it has no effect",
                        {{"container", definition.name}, {"setting", name}});
    TRIBUTARY_TRY(const auto user, user_of(definition, driver_.log_));
    const std::string docker_id = task_.id + "-" + random_string(driver_.random_, 10, "0123456789");
    auto container = std::make_unique<ProcessContainer>(
        driver_.loop_, docker_id, *program,
        make_cgroup(path() + "/" + definition.name, limits_of(definition)));
    ProcessOptions options{.command = command_line(*program, definition),
                           .environment = environment_of(*program, start, docker_id),
                           .network_namespace = network_->namespace_fd(),
                           .user = user,
                           .on_line = std::move(start.on_line)};
    const std::string& folder = definition.working_directory.empty() ? program->working_directory
                                                                     : definition.working_directory;
    if (!folder.empty()) options.working_directory = folder;
    if (auto done = container->start(std::move(options), std::move(start.on_exit)); !done)
      return done.error();
    return std::unique_ptr<Container>(std::move(container));
  }

  ProcessDriver& driver_;
  const TaskSpec& task_;
  std::unique_ptr<TaskNetwork> network_;
  std::unique_ptr<Cgroup> cgroup_;
};

ProcessDriver::ProcessDriver(net::Loop& loop, Random& random, Programs programs, Options options,
                             Logger log)
    : loop_(loop),
      random_(random),
      programs_(std::move(programs)),
      options_(std::move(options)),
      log_(std::move(log)) {}

ProcessDriver::~ProcessDriver() { sweep_cgroup(options_.cgroup_trees, options_.cgroup_parent); }

std::string ProcessDriver::describe() const {
  return "processes of this machine, for " + std::to_string(programs_.all().size()) +
         " patterns of images";
}

net::Task<Result<PulledImage>> ProcessDriver::pull(std::string image,
                                                   std::optional<RegistryLogin>) {
  if (programs_.find(image) == nullptr)
    co_return Error(Code::not_found,
                    "CannotPullContainerError: no program of this machine stands "
                    "for image " +
                        json_string(image));
  co_return PulledImage{};
}

net::Task<Result<std::unique_ptr<Sandbox>>> ProcessDriver::create_sandbox(const TaskSpec* task) {
  auto network = options_.make_network();
  if (!network) co_return network.error().within("network");
  std::unique_ptr<Sandbox> sandbox =
      std::make_unique<ProcessSandbox>(*this, *task, std::move(*network));
  co_return sandbox;
}

net::Task<void> ProcessDriver::sweep() {
  for (int i = 0; i < kRemoveTries; ++i) {
    if (sweep_cgroup(options_.cgroup_trees, options_.cgroup_parent)) co_return;
    co_await net::sleep_for(loop_, kRemoveInterval, {});
  }
  log_.warn("what an earlier run left cannot be removed", {{"cgroup", options_.cgroup_parent}});
}

}  // namespace tributary::lab
