// From the decoded files to a task definition: the mapping of the ECS CLI, key by key.
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "lab/compose/environment_file.h"
#include "lab/compose/project.h"

namespace tributary::lab::compose {
namespace {

constexpr std::uint64_t kMemoryMibDefault = 512;  // of a container, where nothing sets a limit

std::optional<StartCondition> ecs_condition(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, StartCondition>, 4> kConditions = {
      {{"START", StartCondition::start},
       {"COMPLETE", StartCondition::complete},
       {"SUCCESS", StartCondition::success},
       {"HEALTHY", StartCondition::healthy}}};
  const auto found = std::find_if(kConditions.begin(), kConditions.end(),
                                  [name](const auto& one) { return one.first == name; });
  if (found == kConditions.end()) return {};
  return found->second;
}

class Converter {
 public:
  Converter(const ComposeFile& compose, const EcsParams& params, const ConversionContext& context,
            config::Diagnostics& diagnostics)
      : compose_(compose), params_(params), context_(context), diagnostics_(diagnostics) {
    for (const auto& service : compose.services.all) names_.push_back(service.name);
  }

  Project convert() {
    const ParamsTaskDefinition& task = params_.task_definition;
    definition_.family = context_.options.name;
    definition_.task_role_arn =
        context_.options.task_role.empty() ? task.task_role_arn : context_.options.task_role;
    definition_.execution_role_arn = task.task_execution_role;
    definition_.network_mode = task.network_mode;
    definition_.cpu_units = ecs::parse_task_cpu(task.task_size.cpu_limit).value_or(0);
    definition_.memory_mib = ecs::parse_task_memory(task.task_size.mem_limit).value_or(0);
    for (const std::string& name : compose_.volumes.names)
      definition_.volumes.push_back({name, ""});
    for (const auto& [name, named] : task.services.all) {
      const config::Diagnostics::Scope scope(diagnostics_, "task_definition::services");
      check_service(name, named.mark);
    }
    for (const auto& service : compose_.services.all) {
      const config::Diagnostics::Scope scope(diagnostics_, "services::" + service.name);
      definition_.containers.push_back(container(service));
    }
    check_essential();
    check_circles();
    const ParamsAwsvpc& awsvpc = params_.run_params.network.awsvpc;
    return {.definition = std::move(definition_),
            .network = {.subnets = awsvpc.subnets,
                        .security_groups = awsvpc.security_groups,
                        .assign_public_ip = awsvpc.assign_public_ip}};
  }

 private:
  bool check_service(const std::string& name, const config::Mark& mark) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) return true;
    std::string message = "there is no service " + json_string(name);
    if (const auto near = closest(name, names_)) {
      message += "; did you mean " + json_string(*near) + "?";
    } else {
      message += "; known: " + join(names_, ", ");
    }
    diagnostics_.error(mark, std::move(message));
    return false;
  }

  ContainerDefinition container(const ComposeFile::NamedService& named) {
    const ComposeService& service = named.service;
    const ParamsService params = params_of(named.name);
    ContainerDefinition container;
    container.name = named.name;
    container.image = service.image;
    container.entry_point = service.entrypoint.words;
    container.command = service.command.words;
    container.environment = environment(service);
    container.port_mappings = ports(service.ports);
    container.depends_on = dependencies(named, params);
    if (service.logging)
      container.log_configuration = {.driver = service.logging->driver,
                                     .options = service.logging->options};
    container.health_check = health_check(named, params);
    container.user = service.user;
    container.working_directory = service.working_dir;
    container.readonly_root_filesystem = service.read_only;
    container.tmpfs = service.tmpfs.all;
    container.mount_points = mount_points(service.volumes);
    for (const Pair& label : service.labels.all)
      container.docker_labels[label.name] = label.value.value_or("");
    container.cpu_units = params.cpu_shares != 0 ? params.cpu_shares : service.cpu_shares;
    set_memory(named, params, container);
    container.essential = params.essential;
    if (service.stop_grace_period) container.stop_timeout = service.stop_grace_period->value;
    return container;
  }

  ParamsService params_of(const std::string& name) const {
    const auto& all = params_.task_definition.services.all;
    const auto found = all.find(name);
    return found == all.end() ? ParamsService() : found->second.service;
  }

  std::map<std::string, std::string> environment(const ComposeService& service) {
    Environment all;
    for (const Text& file : service.env_file.all) {
      auto text = context_.outside.read_file(absolute(file.text));
      if (!text) {
        diagnostics_.error(file.mark, "env_file: " + text.error().message());
        continue;
      }
      for (auto& [name, value] :
           parse_environment_file(*std::move(text), file.text, context_.variables, diagnostics_))
        all.insert_or_assign(name, std::move(value));
    }
    for (const Pair& pair : service.environment.all) {
      auto value = pair.value ? pair.value : context_.variables(pair.name);
      if (!value)
        diagnostics_.warning(pair.mark, "environment: the variable " + json_string(pair.name) +
                                            " is not set: it is empty");
      all.insert_or_assign(pair.name, std::move(value).value_or(""));
    }
    return all;
  }

  std::vector<PortMapping> ports(const Ports& ports) {
    std::vector<PortMapping> mappings;
    for (const Port& port : ports.all) {
      const PortMapping& mapping = port.mapping;
      if (mapping.host_port != 0 && mapping.host_port != mapping.container_port) {
        diagnostics_.error(port.mark,
                           "ports: with ecs_network_mode awsvpc a port is published "
                           "under its own number, " +
                               std::to_string(mapping.container_port) + ", not " +
                               std::to_string(mapping.host_port));
        continue;
      }
      const bool known = std::any_of(mappings.begin(), mappings.end(), [&](const PortMapping& m) {
        return m.container_port == mapping.container_port;
      });
      if (known) continue;
      mappings.push_back(mapping);
      mappings.back().host_port = mapping.container_port;
    }
    return mappings;
  }

  std::vector<Dependency> dependencies(const ComposeFile::NamedService& named,
                                       const ParamsService& params) {
    std::vector<Dependency> all;
    for (const ComposeDependency& one : named.service.depends_on.all) {
      if (check_service(one.dependency.container, one.mark)) all.push_back(one.dependency);
    }
    if (params.depends_on.empty()) return all;
    all.clear();
    const config::Mark& mark = params_.task_definition.services.all.at(named.name).mark;
    for (const ParamsDependency& one : params.depends_on) {
      const auto condition = ecs_condition(one.condition);
      if (!condition)
        diagnostics_.error(mark, "depends_on: the condition " + json_string(one.condition) +
                                     " must be START, COMPLETE, SUCCESS or HEALTHY");
      if (check_service(one.container_name, mark) && condition)
        all.push_back({.container = one.container_name, .condition = *condition});
    }
    return all;
  }

  std::optional<HealthCheck> health_check(const ComposeFile::NamedService& named,
                                          const ParamsService& params) {
    ComposeHealthCheck check;
    if (named.service.healthcheck) check = *named.service.healthcheck;
    const auto take = [](auto& into, const auto& from) {
      if (from) into = from;
    };
    if (params.healthcheck) {
      const ParamsHealthCheck& wins = *params.healthcheck;
      take(check.test, wins.command ? wins.command : wins.test);
      take(check.interval, wins.interval);
      take(check.timeout, wins.timeout);
      take(check.retries, wins.retries);
      take(check.start_period, wins.start_period);
      check.disable = wins.disable;
    }
    const bool any = named.service.healthcheck || params.healthcheck;
    if (!any || check.disable) return {};
    if (!check.test) {
      diagnostics_.error(named.mark, "healthcheck: test is missing");
      return {};
    }
    if (check.test->command.empty()) return {};  // NONE
    HealthCheck health{.command = check.test->command};
    if (check.interval) health.interval = check.interval->value;
    if (check.timeout) health.timeout = check.timeout->value;
    if (check.retries) health.retries = *check.retries;
    if (check.start_period) health.start_period = check.start_period->value;
    return health;
  }

  std::vector<MountPoint> mount_points(const Mounts& mounts) {
    std::vector<MountPoint> points;
    for (const Mount& mount : mounts.all) {
      const auto volume = volume_of(mount);
      if (!volume) continue;
      // A later file's mount replaces that of an earlier one.
      std::erase_if(points, [&](const MountPoint& p) { return p.container_path == mount.target; });
      points.push_back(
          {.volume = *volume, .container_path = mount.target, .read_only = mount.read_only});
    }
    return points;
  }

  // A path of the host, or no source at all, becomes a volume named as the ECS CLI names it.
  std::optional<std::string> volume_of(const Mount& mount) {
    std::vector<Volume>& volumes = definition_.volumes;
    std::string path;
    if (mount.has_path()) path = absolute(mount.source);
    for (const Volume& volume : volumes) {
      if (!path.empty() && volume.host_path == path) return volume.name;
      if (path.empty() && !mount.source.empty() && volume.name == mount.source) return volume.name;
    }
    if (path.empty() && !mount.source.empty()) {
      diagnostics_.error(mount.mark,
                         "volumes: the volume " + json_string(mount.source) +
                             " is not declared; add it to the file's own key \"volumes\", or write "
                             "\"./" +
                             mount.source + "\" for a path");
      return {};
    }
    volumes.push_back({.name = "volume-" + std::to_string(volumes.size()), .host_path = path});
    return volumes.back().name;
  }

  void set_memory(const ComposeFile::NamedService& named, const ParamsService& params,
                  ContainerDefinition& container) {
    const ComposeService& service = named.service;
    container.memory_mib = params.mem_limit.mib != 0 ? params.mem_limit.mib : service.mem_limit.mib;
    container.memory_reservation_mib =
        params.mem_reservation.mib != 0 ? params.mem_reservation.mib : service.mem_reservation.mib;
    if (container.memory_mib != 0 && container.memory_mib < container.memory_reservation_mib)
      diagnostics_.error(named.mark, "mem_limit must not be less than mem_reservation: got " +
                                         std::to_string(container.memory_mib) + " and " +
                                         std::to_string(container.memory_reservation_mib) + " MiB");
    if (container.memory_mib == 0 && container.memory_reservation_mib == 0 &&
        definition_.memory_mib == 0)
      container.memory_mib = kMemoryMibDefault;
  }

  void check_essential() {
    const auto& containers = definition_.containers;
    if (std::any_of(containers.begin(), containers.end(),
                    [](const auto& c) { return c.essential; }))
      return;
    const auto& services = params_.task_definition.services.all;
    diagnostics_.error(services.empty() ? config::Mark() : services.begin()->second.mark,
                       "task definition does not have any essential containers");
  }

  void check_circles() {
    for (const auto& service : compose_.services.all) {
      std::vector<std::string> path = {service.name};
      std::set<std::string> seen;
      if (!leads_to(service.name, service.name, path, seen)) continue;
      diagnostics_.error(service.mark, "depends_on goes in a circle: " + join(path, " -> "));
      return;
    }
  }

  bool leads_to(const std::string& from, const std::string& target, std::vector<std::string>& path,
                std::set<std::string>& seen) const {
    if (!seen.insert(from).second) return false;
    for (const ContainerDefinition& container : definition_.containers) {
      if (container.name != from) continue;
      for (const Dependency& dependency : container.depends_on) {
        path.push_back(dependency.container);
        if (dependency.container == target) return true;
        if (leads_to(dependency.container, target, path, seen)) return true;
        path.pop_back();
      }
    }
    return false;
  }

  // Of a path that a compose file names: from its directory, "~" being the user's home.
  std::string absolute(const std::string& path) const {
    std::filesystem::path from = context_.compose_directory;
    std::string_view rest = path;
    if (path == "~" || path.starts_with("~/")) {
      from = context_.outside.env("HOME").value_or("/");
      rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
    }
    std::string whole = (from / rest).lexically_normal().string();
    if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
    return whole;
  }

  const ComposeFile& compose_;
  const EcsParams& params_;
  const ConversionContext& context_;
  config::Diagnostics& diagnostics_;
  std::vector<std::string> names_;
  TaskDefinition definition_;
};

}  // namespace

Project convert(const ComposeFile& compose, const EcsParams& params,
                const ConversionContext& context, config::Diagnostics& diagnostics) {
  return Converter(compose, params, context, diagnostics).convert();
}

}  // namespace tributary::lab::compose
