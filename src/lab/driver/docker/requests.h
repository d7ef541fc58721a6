// Bodies of requests to Docker's API (Docker Engine API v1.41), which podman's takes, too.
//
// Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/driver/driver.h"
#include "lab/task/task.h"

namespace tributary::lab::docker {

inline constexpr const char* kOwnerLabel = "tributary.lab";

struct Mount {
  std::string source;  // a volume's name, or a path of the machine
  std::string target;
  bool is_volume = false;
  bool read_only = false;
};

struct Ulimit {
  std::string name;
  std::int64_t soft = 0;
  std::int64_t hard = 0;
};

struct CreateContainer {
  std::string image;
  std::vector<std::string> entry_point;  // empty: the image's
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> labels;
  std::string user;
  std::string working_directory;
  std::string network;        // "none", "host", "container:<id>"
  std::string cgroup_parent;  // "" for the engine's own
  bool read_only_root = false;
  std::map<std::string, std::string> tmpfs;  // path to options
  std::vector<Mount> mounts;
  std::vector<Ulimit> ulimits;
  std::uint32_t cpu_shares = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_reservation_bytes = 0;
};

std::string body_of(const CreateContainer& create);
std::string create_volume_body(const std::string& name, const std::string& owner);
std::string create_exec_body(const std::vector<std::string>& command);

// The value of X-Registry-Auth: base64url of a JSON object.
std::string registry_auth(const RegistryLogin& login);

// ?filters= for what carries the owner's label, percent-encoded.
std::string owner_filter(const std::string& owner);

// What `container` of `task` needs; image, network and the rest that the sandbox knows are its to
// fill in.
CreateContainer describe_container(const TaskSpec& task, const ContainerDefinition& container);

// Of a task's own volume, unique on the machine.
std::string volume_name(const TaskSpec& task, const std::string& volume);
// As ECS' agent names containers, unique on the machine.
std::string container_name(const TaskSpec& task, const std::string& container);

}  // namespace tributary::lab::docker
