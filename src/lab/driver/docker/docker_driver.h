// Runs tasks in containers by Docker's API over a socket, which podman serves, too.
//
// A task is a pause container that has a network namespace of its own, with nothing in it but a
// loopback interface, and the task's containers in that namespace. Everything made carries the
// label tributary.lab=<owner>, by which a later lab finds what a killed one has left. Where the
// engine manages cgroups as plain directories, a task's containers are in one of ours, with its
// limits.
//
// Differences that stay: podman gives a container with a read-only root an empty /tmp, /run and
// /var/tmp of its own; they are made read-only here, too, unless the task mounts something there.
//
// Threads: the Loop's.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "lab/driver/docker/pause_image.h"
#include "lab/driver/driver.h"
#include "lab/network/task_network.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab {

struct DockerDriverOptions {
  std::string socket;    // "unix:///run/podman/podman.sock", or the path alone
  std::string owner;     // of what is made: the lab's data directory, absolute
  std::string registry;  // "127.0.0.1:9010": the lab's own, plain HTTP, always pulled from
  docker::PauseProgram pause;
  // The namespace that a process is in, and what to take where that is not permitted.
  std::function<Result<std::unique_ptr<TaskNetwork>>(pid_t pid)> join_network;
  std::function<std::unique_ptr<TaskNetwork>()> machine_network;
  Logger log;
};

class DockerDriver : public Driver {
 public:
  // When all sandboxes are removed: removes the images that it has loaded and pulled.
  virtual net::Task<void> close() = 0;
};

// Asks who answers at the socket. Errors: unavailable (nobody), unsupported (no version that is
// known), with the socket's path.
net::Task<Result<std::unique_ptr<DockerDriver>>> connect_docker(net::Loop* loop,
                                                                DockerDriverOptions options);
// The same with a client of the caller's.
net::Task<Result<std::unique_ptr<DockerDriver>>> connect_docker(
    net::Loop* loop, DockerDriverOptions options, std::unique_ptr<net::HttpClient> client);

}  // namespace tributary::lab
