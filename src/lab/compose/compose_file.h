// docker-compose.yml, version 2 or 3, as the ECS CLI reads it. Keys that ECS knows and this lab has
// nothing for are refused by name; those that the ECS CLI skips are skipped, with a warning as
// there.
//
// Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"
#include "lab/compose/values.h"
#include "lab/ecs/definition_document.h"

namespace tributary::lab::compose {

inline constexpr const char* kSkipped = "the ECS CLI skips it, too";

struct ComposeLogging {
  std::string driver;
  std::map<std::string, std::string> options;

  template <class Fields>
  void describe(Fields& f) {
    f.required("driver", driver, "awslogs");
    f.optional("options", options, "awslogs-group, awslogs-region, awslogs-stream-prefix, ...");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// Also the one of ecs-params, whose keys win one by one.
struct ComposeHealthCheck {
  std::optional<HealthTest> test;
  std::optional<Seconds> interval;
  std::optional<Seconds> timeout;
  std::optional<std::uint32_t> retries;
  std::optional<Seconds> start_period;
  bool disable = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("test", test, "CMD and words, or CMD-SHELL and a line; a text is a line");
    f.optional("interval", interval, "between two checks");
    f.optional("timeout", timeout, "of one");
    f.optional("retries", retries, "failures in a row that make it unhealthy");
    f.optional("start_period", start_period, "in which failures do not count");
    f.optional("disable", disable, "");
  }
};

struct ComposeService {
  std::string image;
  CommandLine command;
  CommandLine entrypoint;
  Ports ports;
  Pairs environment;
  TextList env_file;
  ComposeDependencies depends_on;
  std::optional<ComposeLogging> logging;
  std::optional<ComposeHealthCheck> healthcheck;
  std::string user;
  std::string working_dir;
  bool read_only = false;
  TmpfsList tmpfs;
  Mounts volumes;
  Pairs labels;
  std::uint32_t cpu_shares = 0;
  Memory mem_limit;
  Memory mem_reservation;
  std::optional<Seconds> stop_grace_period;
  ecs::Unserved unserved{"this lab has nothing for it"};
  ecs::Unserved network{
      "the containers of a task share one localhost, and ECS does not support it "
      "with awsvpc"};

  template <class Fields>
  void describe(Fields& f) {
    f.required("image", image, "repository:tag; the ECS CLI builds none");
    f.optional("command", command, "instead of the image's");
    f.optional("entrypoint", entrypoint, "instead of the image's");
    f.optional("ports", ports, "published ports");
    f.optional("environment", environment, "variables; win over env_file's");
    f.optional("env_file", env_file, "files with NAME=VALUE, relative to this one");
    f.optional("depends_on", depends_on, "what it starts after");
    f.optional("logging", logging, "where its output goes");
    f.optional("healthcheck", healthcheck, "how its health is found out");
    f.optional("user", user, "uid, uid:gid or names");
    f.optional("working_dir", working_dir, "instead of the image's");
    f.optional("read_only", read_only, "its root file system");
    f.optional("tmpfs", tmpfs, "file systems in memory");
    f.optional("volumes", volumes, "paths of the host and named volumes");
    f.optional("labels", labels, "Docker's labels");
    f.optional("cpu_shares", cpu_shares, "units, 1024 to a core");
    f.optional("mem_limit", mem_limit, "at which it is killed");
    f.optional("mem_reservation", mem_reservation, "kept for it");
    f.optional("stop_grace_period", stop_grace_period, "from SIGTERM to SIGKILL, at most 120 s");
    for (const char* key : {"cap_add", "cap_drop", "devices", "privileged", "security_opt", "tty",
                            "ulimits", "shm_size", "volumes_from"})
      f.optional(key, unserved, "");
    for (const char* key : {"dns", "dns_search", "extra_hosts", "hostname", "links"})
      f.optional(key, network, "");
    for (const char* key : {"cgroup_parent",
                            "configs",
                            "container_name",
                            "credential_spec",
                            "deploy",
                            "domainname",
                            "expose",
                            "external_links",
                            "init",
                            "ipc",
                            "isolation",
                            "mac_address",
                            "network_mode",
                            "networks",
                            "pid",
                            "platform",
                            "profiles",
                            "pull_policy",
                            "restart",
                            "secrets",
                            "stdin_open",
                            "stop_signal",
                            "sysctls",
                            "userns_mode"})
      f.ignored(key, kSkipped);
    f.ignored("build", "build and push the image first; the ECS CLI builds none");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// Of a volume that services share: null, or {}.
struct ComposeVolume {
  ecs::Unserved unserved{"the ECS CLI does not support it"};

  template <class Fields>
  void describe(Fields& f) {
    for (const char* key : {"driver", "driver_opts", "external", "labels", "name"})
      f.optional(key, unserved, "");
  }
};

// Services and volumes in the order of the file.
struct ComposeFile {
  struct NamedService {
    std::string name;
    config::Mark mark;
    ComposeService service;
  };
  struct Services {
    std::vector<NamedService> all;
  };
  struct Volumes {
    std::vector<std::string> names;
  };

  std::string version;
  Services services;
  Volumes volumes;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("version", version, "2 or 3");
    f.required("services", services, "the containers of the task");
    f.optional("volumes", volumes, "volumes with a name, made for each task");
    for (const char* key : {"configs", "name", "networks", "secrets"}) f.ignored(key, kSkipped);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

bool decode(const config::Node& node, ComposeFile::Services& value,
            config::Diagnostics& diagnostics);
bool decode(const config::Node& node, ComposeFile::Volumes& value,
            config::Diagnostics& diagnostics);

}  // namespace tributary::lab::compose
