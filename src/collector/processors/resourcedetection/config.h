// Settings of the resourcedetection processor, with the names and defaults of the OpenTelemetry
// Collector (collector-spec.md 3.2), for the detectors that are here.
//
// Values, no threads.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace tributary::collector::resourcedetection {

enum class Detector : std::uint8_t { env, system, ecs, ec2 };
constexpr std::array<config::Choice<Detector>, 4> choices(Detector) {
  return {{{"env", Detector::env},
           {"system", Detector::system},
           {"ecs", Detector::ecs},
           {"ec2", Detector::ec2}}};
}

enum class HostnameSource : std::uint8_t { dns, os };
constexpr std::array<config::Choice<HostnameSource>, 2> choices(HostnameSource) {
  return {{{"dns", HostnameSource::dns}, {"os", HostnameSource::os}}};
}

// Whether an attribute is added: {enabled: true}.
struct Toggle {
  static constexpr std::string_view kTypeName = "section with enabled";
  bool enabled = true;
};
bool decode(const config::Node& node, Toggle& toggle, config::Diagnostics& diagnostics);
config::Node encode(const Toggle& toggle);

// The attributes that a detector knows: {host.name: {enabled: true}, ...}.
template <std::size_t kCount>
struct Attributes {
  struct Entry {
    std::string_view name;
    Toggle toggle;
  };
  std::array<Entry, kCount> entries;

  bool enabled(std::string_view name) const {
    const auto at = std::find_if(entries.begin(), entries.end(),
                                 [name](const Entry& entry) { return entry.name == name; });
    return at != entries.end() && at->toggle.enabled;
  }

  template <class Fields>
  void describe(Fields& f) {
    for (Entry& entry : entries) f.optional(entry.name, entry.toggle, "whether it is added");
  }
};

struct SystemAttributes : Attributes<4> {
  SystemAttributes()
      : Attributes{{{{"host.name", {}},
                     {"os.type", {}},
                     {"host.arch", {.enabled = false}},
                     {"host.id", {.enabled = false}}}}} {}
};

struct EcsAttributes : Attributes<15> {
  EcsAttributes()
      : Attributes{{{{"cloud.provider", {}},
                     {"cloud.platform", {}},
                     {"cloud.account.id", {}},
                     {"cloud.region", {}},
                     {"cloud.availability_zone", {}},
                     {"aws.ecs.cluster.arn", {}},
                     {"aws.ecs.launchtype", {}},
                     {"aws.ecs.task.arn", {}},
                     {"aws.ecs.task.family", {}},
                     {"aws.ecs.task.id", {}},
                     {"aws.ecs.task.revision", {}},
                     {"aws.log.group.arns", {}},
                     {"aws.log.group.names", {}},
                     {"aws.log.stream.arns", {}},
                     {"aws.log.stream.names", {}}}}} {}
};

struct Ec2Attributes : Attributes<9> {
  Ec2Attributes()
      : Attributes{{{{"cloud.provider", {}},
                     {"cloud.platform", {}},
                     {"cloud.account.id", {}},
                     {"cloud.region", {}},
                     {"cloud.availability_zone", {}},
                     {"host.id", {}},
                     {"host.image.id", {}},
                     {"host.name", {}},
                     {"host.type", {}}}}} {}
};

struct SystemConfig {
  std::vector<HostnameSource> hostname_sources = {HostnameSource::dns, HostnameSource::os};
  SystemAttributes resource_attributes;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("hostname_sources", hostname_sources, "where the host's name is looked for");
    f.optional("resource_attributes", resource_attributes, "which are added");
  }
};

struct EcsConfig {
  EcsAttributes resource_attributes;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("resource_attributes", resource_attributes, "which are added");
  }
};

struct Ec2Config {
  std::vector<std::string> tags;
  bool tags_from_imds = false;
  bool fail_on_missing_metadata = false;
  Ec2Attributes resource_attributes;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("tags", tags, "keys of tags to add, as regular expressions");
    f.optional("tags_from_imds", tags_from_imds, "needed for tags: they come from the metadata");
    f.optional("fail_on_missing_metadata", fail_on_missing_metadata,
               "whether a machine without instance metadata is a failure");
    f.optional("resource_attributes", resource_attributes, "which are added");
    f.ignored("max_attempts", "requests are repeated until the timeout");
    f.ignored("max_backoff", "requests are repeated until the timeout");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct Config {
  std::vector<Detector> detectors = {Detector::env};
  bool override = true;
  Duration timeout = 5s;
  SystemConfig system;
  EcsConfig ecs;
  Ec2Config ec2;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("detectors", detectors, "asked for attributes; what an earlier one says stays");
    f.optional("override", override, "whether attributes that the data has already are replaced");
    f.optional("timeout", timeout, "for all of them; receivers wait for it");
    f.optional("system", system, "of the detector system");
    f.optional("ecs", ecs, "of the detector ecs");
    f.optional("ec2", ec2, "of the detector ec2");
    f.ignored("refresh_interval", "a task and its machine stay what they are");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::collector::resourcedetection
