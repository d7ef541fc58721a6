// ecs-params.yml of the ECS CLI: what a task definition has and compose has no key for. What this
// lab has nothing for is refused by name.
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
#include "lab/compose/compose_file.h"
#include "lab/compose/values.h"
#include "lab/ecs/definition_document.h"

namespace tributary::lab::compose {

struct ParamsDependency {
  std::string container_name;
  std::string condition;

  template <class Fields>
  void describe(Fields& f) {
    f.required("container_name", container_name, "another service");
    f.required("condition", condition, "START, COMPLETE, SUCCESS or HEALTHY");
  }
};

struct ParamsHealthCheck : ComposeHealthCheck {
  std::optional<HealthTest> command;

  template <class Fields>
  void describe(Fields& f) {
    ComposeHealthCheck::describe(f);
    f.optional("command", command, "another name of test");
  }
};

struct ParamsService {
  bool essential = true;
  std::uint32_t cpu_shares = 0;
  Memory mem_limit;
  Memory mem_reservation;
  std::optional<ParamsHealthCheck> healthcheck;
  std::vector<ParamsDependency> depends_on;
  ecs::Unserved unserved{"this lab has nothing for it"};
  ecs::Unserved secrets{"this lab has no Secrets Manager and no Parameter Store; use environment"};

  template <class Fields>
  void describe(Fields& f) {
    f.optional("essential", essential, "its end stops the task");
    f.optional("cpu_shares", cpu_shares, "units, 1024 to a core");
    f.optional("mem_limit", mem_limit, "at which it is killed");
    f.optional("mem_reservation", mem_reservation, "kept for it");
    f.optional("healthcheck", healthcheck, "wins over compose's, key by key");
    f.optional("depends_on", depends_on, "what it starts after");
    f.optional("secrets", secrets, "");
    f.optional("logging", secrets, "");
    for (const char* key :
         {"firelens_configuration", "gpu", "init_process_enabled", "repository_credentials"})
      f.optional(key, unserved, "");
  }
};

struct ParamsTaskSize {
  std::string cpu_limit;
  std::string mem_limit;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("cpu_limit", cpu_limit, "units of 1024 to a vCPU (256), or vCPUs (\".25 vCPU\")");
    f.optional("mem_limit", mem_limit, "MiB (512), or GB (0.5GB)");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// A service's name to its settings, with the place of the name.
struct ParamsServices {
  struct Named {
    config::Mark mark;
    ParamsService service;
  };
  std::map<std::string, Named> all;
};
bool decode(const config::Node& node, ParamsServices& value, config::Diagnostics& diagnostics);

struct ParamsTaskDefinition {
  std::string network_mode = "awsvpc";
  std::string task_role_arn;
  std::string task_execution_role;
  ParamsTaskSize task_size;
  ParamsServices services;
  ecs::Unserved unserved{"this lab has nothing for it"};
  ecs::Unserved volumes{"this lab has volumes of the task and of the host: use compose's volumes"};

  template <class Fields>
  void describe(Fields& f) {
    f.optional("ecs_network_mode", network_mode, "awsvpc");
    f.optional("task_role_arn", task_role_arn, "name or ARN: whose credentials the containers get");
    f.optional("task_execution_role", task_execution_role, "name or ARN: who pulls and logs");
    f.optional("task_size", task_size, "of the whole task");
    f.optional("services", services, "by the names of compose's services");
    f.optional("docker_volumes", volumes, "");
    f.optional("efs_volumes", volumes, "");
    f.optional("pid_mode", unserved, "");
    f.optional("ipc_mode", unserved, "");
    f.optional("placement_constraints", unserved, "");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct ParamsAwsvpc {
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  std::string assign_public_ip;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("subnets", subnets, "on AWS: where the tasks run");
    f.optional("security_groups", security_groups, "on AWS: theirs");
    f.optional("assign_public_ip", assign_public_ip, "ENABLED or DISABLED");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct ParamsNetwork {
  ParamsAwsvpc awsvpc;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("awsvpc_configuration", awsvpc, "");
  }
};

struct ParamsRun {
  ParamsNetwork network;
  ecs::Unserved unserved{"this lab has one machine and no DNS"};

  template <class Fields>
  void describe(Fields& f) {
    f.optional("network_configuration", network, "");
    f.optional("task_placement", unserved, "");
    f.optional("service_discovery", unserved, "");
  }
};

struct EcsParams {
  std::string version;
  ParamsTaskDefinition task_definition;
  ParamsRun run_params;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("version", version, "1");
    f.optional("task_definition", task_definition, "");
    f.optional("run_params", run_params, "of the service");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::lab::compose
