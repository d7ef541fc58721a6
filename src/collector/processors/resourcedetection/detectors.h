// What each detector makes of what it was told: attributes of the resource that this process runs
// on. Names, values and their oddities are those of the OpenTelemetry Collector's detectors
// (collector-spec.md 3.2; semantic conventions 1.40). Lists become the JSON text that they are as a
// label.
//
// Pure functions; who asks is probe.h.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "collector/processors/resourcedetection/config.h"
#include "model/series.h"

namespace tributary::collector::resourcedetection {

// `a=1,b=two%20words`, as in OTEL_RESOURCE_ATTRIBUTES.
Result<Resource> read_env(std::string_view text);

struct Machine {
  std::string hostname;
  std::string hosts;       // the text of /etc/hosts
  std::string machine_id;  // the text of /etc/machine-id, "" where there is none
  std::string arch;        // as uname says
};
Machine this_machine();
Result<Resource> read_system(const Machine& machine, const SystemConfig& config);

// The task's document of the metadata endpoint, and the one of the container that asks.
Result<Resource> read_ecs(std::string_view task_json, std::string_view container_json,
                          const EcsConfig& config);

struct Instance {
  std::string identity_json;  // the instance identity document
  std::string hostname;
  std::map<std::string, std::string> tags;
};
Result<Resource> read_ec2(const Instance& instance, const Ec2Config& config);

// Adds what `to` does not have; with `override`, replaces what it has. Its schema URL stays, if
// any.
void merge(Resource& to, const Resource& from, bool override);

}  // namespace tributary::collector::resourcedetection
