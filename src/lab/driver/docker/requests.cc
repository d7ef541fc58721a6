#include "lab/driver/docker/requests.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::docker {
namespace {

constexpr std::uint32_t kCpuSharesMin = 2;  // what ECS gives a container without CPU units
constexpr std::uint64_t kMiB = 1U << 20;

// {"a":1,"b":[...]}: names and values in the order they are given.
class Object {
 public:
  Object& raw(std::string_view name, std::string_view value) {
    text_ += text_.size() > 1 ? "," : "";
    append_json_string(text_, name);
    text_ += ":";
    text_ += value;
    return *this;
  }
  Object& text(std::string_view name, std::string_view value) {
    return raw(name, json_string(value));
  }
  Object& number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }
  Object& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  std::string close() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

template <class Values, class Write>
std::string array(const Values& values, Write write) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ",";
    out += write(value);
  }
  return out + "]";
}

std::string texts(const std::vector<std::string>& values) {
  return array(values, [](const std::string& value) { return json_string(value); });
}

std::string map_object(const std::map<std::string, std::string>& values) {
  Object object;
  for (const auto& [name, value] : values) object.text(name, value);
  return object.close();
}

std::string mount_object(const Mount& mount) {
  Object object;
  object.text("Type", mount.is_volume ? "volume" : "bind");
  object.text("Source", mount.source).text("Target", mount.target);
  if (mount.read_only) object.flag("ReadOnly", true);
  return object.close();
}

std::string ulimit_object(const Ulimit& limit) {
  Object object;
  object.text("Name", limit.name).number("Soft", limit.soft).number("Hard", limit.hard);
  return object.close();
}

std::string host_config(const CreateContainer& create) {
  Object host;
  host.text("NetworkMode", create.network);
  // Read back by GET /containers/{id}/logs; older lines go when there are more.
  host.raw("LogConfig", "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"100m\"}}");
  if (!create.cgroup_parent.empty()) host.text("CgroupParent", create.cgroup_parent);
  if (create.read_only_root) host.flag("ReadonlyRootfs", true);
  if (!create.tmpfs.empty()) host.raw("Tmpfs", map_object(create.tmpfs));
  if (!create.mounts.empty()) host.raw("Mounts", array(create.mounts, mount_object));
  if (!create.ulimits.empty()) host.raw("Ulimits", array(create.ulimits, ulimit_object));
  if (create.cpu_shares > 0) host.number("CpuShares", create.cpu_shares);
  if (create.memory_bytes > 0) {
    // Memory with swap is the same: no swap, as with ECS.
    host.number("Memory", static_cast<std::int64_t>(create.memory_bytes));
    host.number("MemorySwap", static_cast<std::int64_t>(create.memory_bytes));
  }
  if (create.memory_reservation_bytes > 0)
    host.number("MemoryReservation", static_cast<std::int64_t>(create.memory_reservation_bytes));
  return host.close();
}

std::string base64url(std::string_view bytes) {
  std::string out = base64_encode(bytes);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

std::string tmpfs_options(const Tmpfs& tmpfs) {
  std::vector<std::string> options = tmpfs.mount_options;
  if (tmpfs.size_mib > 0) options.push_back("size=" + std::to_string(tmpfs.size_mib) + "m");
  return join(options, ",");
}

}  // namespace

std::string body_of(const CreateContainer& create) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : create.environment) environment.push_back(name + "=" + value);
  Object body;
  body.text("Image", create.image);
  if (!create.entry_point.empty()) body.raw("Entrypoint", texts(create.entry_point));
  if (!create.command.empty()) body.raw("Cmd", texts(create.command));
  body.raw("Env", texts(environment)).raw("Labels", map_object(create.labels));
  if (!create.user.empty()) body.text("User", create.user);
  if (!create.working_directory.empty()) body.text("WorkingDir", create.working_directory);
  // Health is the lab's to check, as it is ECS' agent's: an image's own check does not run.
  body.raw("Healthcheck", "{\"Test\":[\"NONE\"]}");
  body.raw("HostConfig", host_config(create));
  return body.close();
}

std::string create_volume_body(const std::string& name, const std::string& owner) {
  Object body;
  body.text("Name", name).raw("Labels", map_object({{kOwnerLabel, owner}}));
  return body.close();
}

std::string create_exec_body(const std::vector<std::string>& command) {
  return "{\"AttachStdout\":true,\"AttachStderr\":true,\"Cmd\":" + texts(command) + "}";
}

std::string registry_auth(const RegistryLogin& login) {
  Object object;
  object.text("username", login.user).text("password", login.password);
  object.text("serveraddress", login.server);
  return base64url(object.close());
}

std::string owner_filter(const std::string& owner) {
  return percent_encode("{\"label\":[" + json_string(std::string(kOwnerLabel) + "=" + owner) +
                        "]}");
}

CreateContainer describe_container(const TaskSpec& task, const ContainerDefinition& container) {
  CreateContainer create;
  create.image = container.image;
  create.entry_point = container.entry_point;
  create.command = container.command;
  create.labels = container.docker_labels;
  create.labels["com.amazonaws.ecs.cluster"] = task.cluster_arn();
  create.labels["com.amazonaws.ecs.container-name"] = container.name;
  create.labels["com.amazonaws.ecs.task-arn"] = task.arn();
  create.labels["com.amazonaws.ecs.task-definition-family"] = task.definition.family;
  create.labels["com.amazonaws.ecs.task-definition-version"] =
      std::to_string(task.definition.revision);
  create.user = container.user;
  create.working_directory = container.working_directory;
  create.read_only_root = container.readonly_root_filesystem;
  create.cpu_shares = std::max(container.cpu_units, kCpuSharesMin);
  create.memory_bytes = container.memory_mib * kMiB;
  create.memory_reservation_bytes = container.memory_reservation_mib * kMiB;
  for (const Tmpfs& tmpfs : container.tmpfs)
    create.tmpfs[tmpfs.container_path] = tmpfs_options(tmpfs);
  for (const MountPoint& point : container.mount_points) {
    Mount mount{.source = volume_name(task, point.volume),
                .target = point.container_path,
                .is_volume = true,
                .read_only = point.read_only};
    for (const Volume& volume : task.definition.volumes) {
      if (volume.name != point.volume || volume.host_path.empty()) continue;
      mount.source = volume.host_path;
      mount.is_volume = false;
    }
    create.mounts.push_back(std::move(mount));
  }
  return create;
}

std::string volume_name(const TaskSpec& task, const std::string& volume) {
  return "ecs-" + task.id + "-" + volume;
}

std::string container_name(const TaskSpec& task, const std::string& container) {
  return "ecs-" + task.definition.family + "-" + std::to_string(task.definition.revision) + "-" +
         container + "-" + task.id;
}

}  // namespace tributary::lab::docker
