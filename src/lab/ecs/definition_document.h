// A task definition as the ECS API writes it (API_RegisterTaskDefinition, API_TaskDefinition), each
// member declared once: read, checked for unknown names and written by config/fields.h. What the
// lab has nothing for is declared, too, so that it is refused by its name.
//
// Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace tributary::lab::ecs {

// A member that the lab knows and cannot serve: taken where it asks for nothing (null, false, an
// empty list), refused otherwise. Never written.
struct Unserved {
  std::string_view why = "this lab does not support it";
};
bool decode(const config::Node& node, Unserved& value, config::Diagnostics& diagnostics);

struct NameValue {
  std::string name;
  std::string value;

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "its name");
    f.optional("value", value, "its value");
  }
};

struct TagDocument {
  std::string key;
  std::string value;

  template <class Fields>
  void describe(Fields& f) {
    f.required("key", key, "1 to 128 characters");
    f.optional("value", value, "at most 256 characters");
  }
};

struct PortMappingDocument {
  std::uint16_t container_port = 0;
  std::optional<std::uint16_t> host_port;
  std::string protocol = "tcp";
  std::optional<std::string> name;
  std::optional<std::string> app_protocol;
  Unserved range{"name each port by containerPort"};

  template <class Fields>
  void describe(Fields& f) {
    f.required("containerPort", container_port, "the port that the container listens on");
    f.optional("hostPort", host_port, "with awsvpc the same as containerPort");
    f.optional("protocol", protocol, "tcp or udp");
    f.optional("name", name, "for Service Connect");
    f.optional("appProtocol", app_protocol, "for Service Connect");
    f.optional("containerPortRange", range, "");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct DependencyDocument {
  std::string container_name;
  std::string condition;

  template <class Fields>
  void describe(Fields& f) {
    f.required("containerName", container_name, "a container of this task definition");
    f.required("condition", condition, "START, COMPLETE, SUCCESS or HEALTHY");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct HealthCheckDocument {
  std::vector<std::string> command;
  std::uint32_t interval = 30;
  std::uint32_t timeout = 5;
  std::uint32_t retries = 3;
  std::optional<std::uint32_t> start_period;

  template <class Fields>
  void describe(Fields& f) {
    f.required("command", command, "CMD and words, or CMD-SHELL and a line");
    f.optional("interval", interval, "seconds between two checks");
    f.optional("timeout", timeout, "seconds that one may take");
    f.optional("retries", retries, "failures in a row that make it unhealthy");
    f.optional("startPeriod", start_period, "seconds at the start in which failures do not count");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct LogConfigurationDocument {
  std::string log_driver;
  std::map<std::string, std::string> options;
  Unserved secret_options{"this lab has no Secrets Manager and no Parameter Store"};

  template <class Fields>
  void describe(Fields& f) {
    f.required("logDriver", log_driver, "awslogs");
    f.optional("options", options, "awslogs-group, awslogs-region, awslogs-stream-prefix, ...");
    f.optional("secretOptions", secret_options, "");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct MountPointDocument {
  std::string source_volume;
  std::string container_path;
  bool read_only = false;

  template <class Fields>
  void describe(Fields& f) {
    f.required("sourceVolume", source_volume, "a volume of this task definition");
    f.required("containerPath", container_path, "where it appears in the container");
    f.optional("readOnly", read_only, "");
  }
};

struct TmpfsDocument {
  std::string container_path;
  std::uint32_t size = 0;  // MiB
  std::vector<std::string> mount_options;

  template <class Fields>
  void describe(Fields& f) {
    f.required("containerPath", container_path, "where it appears in the container");
    f.required("size", size, "MiB");
    f.optional("mountOptions", mount_options, "as mount(8) names them");
  }
};

struct LinuxParametersDocument {
  std::vector<TmpfsDocument> tmpfs;
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("tmpfs", tmpfs, "file systems in memory");
    f.optional("capabilities", unserved, "");
    f.optional("devices", unserved, "");
    f.optional("initProcessEnabled", unserved, "");
    f.optional("sharedMemorySize", unserved, "");
    f.optional("maxSwap", unserved, "");
    f.optional("swappiness", unserved, "");
  }
};

struct ContainerDocument {
  std::string name;
  std::string image;
  std::uint32_t cpu = 0;
  std::optional<std::uint32_t> memory;
  std::optional<std::uint32_t> memory_reservation;
  std::vector<PortMappingDocument> port_mappings;
  bool essential = true;
  std::optional<std::vector<std::string>> entry_point;
  std::optional<std::vector<std::string>> command;
  std::vector<NameValue> environment;
  std::vector<MountPointDocument> mount_points;
  std::optional<LinuxParametersDocument> linux_parameters;
  std::optional<std::vector<DependencyDocument>> depends_on;
  std::optional<std::uint32_t> stop_timeout;
  std::optional<std::string> user;
  std::optional<std::string> working_directory;
  std::optional<bool> readonly_root_filesystem;
  std::optional<std::map<std::string, std::string>> docker_labels;
  std::optional<LogConfigurationDocument> log_configuration;
  std::optional<HealthCheckDocument> health_check;
  Unserved unserved;
  Unserved secrets{"this lab has no Secrets Manager and no Parameter Store; use environment"};
  Unserved links{"the containers of a task share localhost here, as with awsvpc"};
  Unserved network_names{"ECS does not support it with awsvpc"};
  Unserved files{"this lab has no S3; use environment"};

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "letters, digits, hyphens and underscores");
    f.required("image", image, "repository:tag or repository@digest");
    f.optional("cpu", cpu, "units, 1024 to a core; 0 reserves nothing");
    f.optional("memory", memory, "MiB at which it is killed");
    f.optional("memoryReservation", memory_reservation, "MiB kept for it");
    f.optional("portMappings", port_mappings, "ports that it listens on");
    f.optional("essential", essential, "its end stops the task");
    f.optional("entryPoint", entry_point, "instead of the image's");
    f.optional("command", command, "instead of the image's");
    f.optional("environment", environment, "variables");
    f.optional("mountPoints", mount_points, "volumes in it");
    f.optional("linuxParameters", linux_parameters, "tmpfs");
    f.optional("dependsOn", depends_on, "what it starts after");
    f.optional("stopTimeout", stop_timeout, "seconds from SIGTERM to SIGKILL, at most 120");
    f.optional("user", user, "name, uid, uid:gid");
    f.optional("workingDirectory", working_directory, "instead of the image's");
    f.optional("readonlyRootFilesystem", readonly_root_filesystem, "");
    f.optional("dockerLabels", docker_labels, "");
    f.optional("logConfiguration", log_configuration, "where its output goes");
    f.optional("healthCheck", health_check, "how its health is found out");
    f.optional("secrets", secrets, "");
    f.optional("links", links, "");
    f.optional("hostname", network_names, "");
    f.optional("dnsServers", network_names, "");
    f.optional("dnsSearchDomains", network_names, "");
    f.optional("extraHosts", network_names, "");
    f.optional("disableNetworking", network_names, "");
    f.optional("environmentFiles", files, "");
    f.optional("volumesFrom", unserved, "");
    f.optional("startTimeout", unserved, "");
    f.optional("privileged", unserved, "");
    f.optional("interactive", unserved, "");
    f.optional("pseudoTerminal", unserved, "");
    f.optional("ulimits", unserved, "");
    f.optional("dockerSecurityOptions", unserved, "");
    f.optional("systemControls", unserved, "");
    f.optional("resourceRequirements", unserved, "");
    f.optional("firelensConfiguration", unserved, "");
    f.optional("repositoryCredentials", unserved, "");
    f.optional("credentialSpecs", unserved, "");
    f.optional("restartPolicy", unserved, "");
    f.optional("versionConsistency", unserved, "");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct HostVolumeDocument {
  std::optional<std::string> source_path;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("sourcePath", source_path, "of this machine; without it, made for the task");
  }
};

struct VolumeDocument {
  std::string name;
  std::optional<HostVolumeDocument> host;
  Unserved unserved{"this lab has volumes of the task and of the host"};

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "letters, digits, hyphens and underscores");
    f.optional("host", host, "a directory of this machine");
    f.optional("dockerVolumeConfiguration", unserved, "");
    f.optional("efsVolumeConfiguration", unserved, "");
    f.optional("fsxWindowsFileServerVolumeConfiguration", unserved, "");
    f.optional("configuredAtLaunch", unserved, "");
  }
};

struct RuntimePlatformDocument {
  std::string cpu_architecture;
  std::string operating_system_family;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cpuArchitecture", cpu_architecture, "this machine's: X86_64 or ARM64");
    f.optional("operatingSystemFamily", operating_system_family, "LINUX");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct EphemeralStorageDocument {
  std::uint32_t size_in_gib = 0;

  template <class Fields>
  void describe(Fields& f) {
    f.required("sizeInGiB", size_in_gib, "21 to 200");
  }
};

struct DefinitionDocument {
  std::string family;
  std::optional<std::string> task_role_arn;
  std::optional<std::string> execution_role_arn;
  std::string network_mode = "awsvpc";
  std::vector<ContainerDocument> container_definitions;
  std::vector<VolumeDocument> volumes;
  std::optional<std::vector<std::string>> requires_compatibilities;
  std::optional<std::string> cpu;
  std::optional<std::string> memory;
  std::optional<EphemeralStorageDocument> ephemeral_storage;
  std::optional<RuntimePlatformDocument> runtime_platform;
  std::vector<TagDocument> tags;  // not written: the API shows them beside the definition
  Unserved unserved;

  template <class Fields>
  void describe(Fields& f) {
    f.required("family", family, "letters, digits, hyphens and underscores");
    f.optional("taskRoleArn", task_role_arn, "whose credentials the containers get");
    f.optional("executionRoleArn", execution_role_arn, "who pulls images and writes logs");
    f.optional("networkMode", network_mode, "awsvpc");
    f.required("containerDefinitions", container_definitions, "1 to 10");
    f.optional("volumes", volumes, "");
    f.optional("requiresCompatibilities", requires_compatibilities, "FARGATE, EC2");
    f.optional("cpu", cpu, "units, or vCPUs with that word");
    f.optional("memory", memory, "MiB, or GB with that word");
    f.optional("ephemeralStorage", ephemeral_storage, "accepted; the lab sets no limit on disk");
    f.optional("runtimePlatform", runtime_platform, "what this machine is");
    f.optional("tags", tags, "");
    f.optional("placementConstraints", unserved, "");
    f.optional("pidMode", unserved, "");
    f.optional("ipcMode", unserved, "");
    f.optional("proxyConfiguration", unserved, "");
    f.optional("inferenceAccelerators", unserved, "");
    f.optional("enableFaultInjection", unserved, "");
  }
  // Writes cpu and memory as plain numbers, as ECS does.
  void normalise();
  // The launch types that it can run under: "EC2", "FARGATE".
  std::vector<std::string> compatibilities() const;
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// Units of "256", "1 vCPU", ".5 vcpu"; MiB of "512", "0.5GB", "1 GB". Nothing for other texts.
std::optional<std::uint32_t> parse_task_cpu(std::string_view text);
std::optional<std::uint32_t> parse_task_memory(std::string_view text);

}  // namespace tributary::lab::ecs
