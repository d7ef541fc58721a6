#include "lab/compose/ecs_params.h"

#include "base/json_text.h"

namespace tributary::lab::compose {

void ParamsTaskSize::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (!cpu_limit.empty() && !ecs::parse_task_cpu(cpu_limit))
    diagnostics.error(node.mark_of("cpu_limit"), "cpu_limit " + json_string(cpu_limit) +
                                                     ": must be units as in 256, or vCPUs as in "
                                                     "\".25 vCPU\"");
  if (!mem_limit.empty() && !ecs::parse_task_memory(mem_limit))
    diagnostics.error(node.mark_of("mem_limit"), "mem_limit " + json_string(mem_limit) +
                                                     ": must be MiB as in 512, or GB as in 0.5GB");
}

bool decode(const config::Node& node, ParamsServices& value, config::Diagnostics& diagnostics) {
  value.all.clear();
  if (!node.is_mapping()) {
    diagnostics.error(node.mark(),
                      "must be a mapping from service to settings, got " + node.describe());
    return false;
  }
  bool good = true;
  for (const config::Node::Item& item : node.items()) {
    const config::Diagnostics::Scope scope(diagnostics, item.key);
    auto& named = value.all[item.key];
    named.mark = item.key_mark;
    good &= config::decode(item.value, named.service, diagnostics);
  }
  return good;
}

void ParamsTaskDefinition::validate(const config::Node& node,
                                    config::Diagnostics& diagnostics) const {
  if (network_mode != "awsvpc")
    diagnostics.error(node.mark_of("ecs_network_mode"),
                      "ecs_network_mode " + json_string(network_mode) +
                          " is not supported: awsvpc is, one localhost for each task");
}

void ParamsAwsvpc::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (!assign_public_ip.empty() && assign_public_ip != "ENABLED" && assign_public_ip != "DISABLED")
    diagnostics.error(
        node.mark_of("assign_public_ip"),
        "assign_public_ip " + json_string(assign_public_ip) + ": must be ENABLED or DISABLED");
}

void EcsParams::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (!version.empty() && version != "1" && version != "1.0")
    diagnostics.error(node.mark_of("version"),
                      "version " + json_string(version) + " is not supported: 1 is");
}

}  // namespace tributary::lab::compose
