// What the driver, its sandboxes and their containers share.
//
// Threads: the Loop's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/log.h"
#include "lab/cgroup/cgroup.h"
#include "lab/driver/docker/answers.h"
#include "lab/driver/docker/docker_driver.h"
#include "lab/driver/docker/engine_api.h"
#include "net/loop.h"

namespace tributary::lab::docker {

struct Environment {
  Environment(net::Loop& on_loop, DockerDriverOptions with_options,
              std::unique_ptr<net::HttpClient> client)
      : loop(on_loop), options(std::move(with_options)), api(std::move(client)), log(options.log) {}

  net::Loop& loop;
  DockerDriverOptions options;
  EngineApi api;
  Logger log;
  Engine engine;
  CgroupTrees trees;
  std::string cgroup_parent;  // "tributary-<digits>", of all tasks; "" where we cannot make one
  std::string pause_image;    // its name, once it is loaded
  std::size_t sandboxes = 0;  // that are not removed yet
};

// Stops it without grace and removes it, with its unnamed volumes; one that is gone is fine.
net::Task<Result<void>> remove_container(Environment* environment, std::string id);

}  // namespace tributary::lab::docker
