// What runs containers: Docker's API (driver/docker) or processes of this machine
// (driver/processes). The task runner knows only this.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/task/container_stats.h"
#include "lab/task/task.h"
#include "net/task.h"

namespace tributary::lab {

class TaskNetwork;

// A registry's user and password, for pulling one image.
struct RegistryLogin {
  std::string server;
  std::string user;
  std::string password;
};

struct PulledImage {
  std::string id;      // "sha256:..." of its configuration; "" for a program
  std::string digest;  // "sha256:..." of its manifest; "" where unknown
};

struct ContainerStart {
  const TaskSpec& task;
  const ContainerDefinition& definition;           // of `task`
  std::map<std::string, std::string> environment;  // the whole of it, on top of the image's own
  // A line without its end; what is longer than 16 KiB comes in pieces. Called until on_exit.
  std::function<void(std::string_view line)> on_line;
  struct Exit {
    int code = 0;  // 128 + signal where a signal ended it
    bool out_of_memory = false;
  };
  std::function<void(Exit)> on_exit;  // once; all output came before
};

// A container that was started. Its end kills what still runs of it and lets go of everything.
class Container {
 public:
  virtual ~Container() = default;

  virtual const std::string& docker_id() const = 0;  // as the metadata endpoint shows it
  virtual void signal(int number) = 0;               // nothing once it has ended
  // Nothing once it has ended. Without networks: those are the task's.
  virtual net::Task<std::optional<ContainerStats>> stats() = 0;
  // Runs a program inside, as a health check does: its exit code.
  virtual net::Task<Result<int>> execute(std::vector<std::string> command, Duration timeout) = 0;
};

// What the containers of one task share: a network, a parent for their limits, volumes.
class Sandbox {
 public:
  virtual ~Sandbox() = default;

  virtual TaskNetwork& network() = 0;
  virtual net::Task<Result<std::unique_ptr<Container>>> start(ContainerStart start) = 0;
  // When all containers have ended: removes everything that this task has made on the machine.
  virtual net::Task<void> remove() = 0;
};

class Driver {
 public:
  virtual ~Driver() = default;

  virtual std::string describe() const = 0;  // "containers by podman 4.3.1 at unix:///..."
  // Makes the image ready. Errors carry ECS' words: "CannotPullContainerError: ...".
  virtual net::Task<Result<PulledImage>> pull(std::string image,
                                              std::optional<RegistryLogin> login) = 0;
  virtual net::Task<Result<std::unique_ptr<Sandbox>>> create_sandbox(const TaskSpec* task) = 0;
  // At start: removes what a lab that was killed has left behind.
  virtual net::Task<void> sweep() = 0;
};

}  // namespace tributary::lab
