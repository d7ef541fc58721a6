#include "lab/compose/compose_file.h"

#include <algorithm>
#include <string_view>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::compose {
namespace {

constexpr std::size_t kServicesMax = 10;  // containers of a task definition

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

}  // namespace

void ComposeLogging::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (driver != "awslogs") {
    diagnostics.error(node.mark_of("driver"),
                      "the driver " + json_string(driver) + " is not supported: awslogs is");
    return;
  }
  for (const char* option : {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"}) {
    const auto found = options.find(option);
    if (found == options.end() || found->second.empty())
      diagnostics.error(node.mark_of("options"), std::string("options: ") + option +
                                                     " is missing or empty; the ECS CLI wants it");
  }
}

void ComposeService::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (image.empty()) diagnostics.error(node.mark_of("image"), "image is empty");
  if (mem_limit.mib != 0 && mem_limit.mib < mem_reservation.mib)
    diagnostics.error(node.mark_of("mem_limit"), "mem_limit must not be less than mem_reservation");
  if (stop_grace_period && stop_grace_period->value > 120s)
    diagnostics.error(stop_grace_period->mark, "stop_grace_period must be at most 120s, as in ECS");
}

void ComposeFile::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const std::string_view major = std::string_view(version).substr(0, version.find('.'));
  if (!version.empty() && major != "2" && major != "3")
    diagnostics.error(node.mark_of("version"),
                      "version " + json_string(version) + " is not supported: 2 and 3 are");
  if (services.all.empty()) diagnostics.error(node.mark_of("services"), "services: there are none");
  if (services.all.size() > kServicesMax)
    diagnostics.error(node.mark_of("services"), "services: a task has at most 10 containers, got " +
                                                    std::to_string(services.all.size()));
}

bool decode(const config::Node& node, ComposeFile::Services& value,
            config::Diagnostics& diagnostics) {
  value.all.clear();
  if (!node.is_mapping()) {
    diagnostics.error(node.mark(),
                      "must be a mapping from name to service, got " + node.describe());
    return false;
  }
  bool good = true;
  for (const config::Node::Item& item : node.items()) {
    const config::Diagnostics::Scope scope(diagnostics, item.key);
    auto& named = value.all.emplace_back();
    named.name = item.key;
    named.mark = item.key_mark;
    if (!is_name(item.key)) {
      diagnostics.error(item.key_mark, "the name must be letters, digits, \"-\" and \"_\"");
      good = false;
    }
    good &= config::decode(item.value, named.service, diagnostics);
  }
  return good;
}

bool decode(const config::Node& node, ComposeFile::Volumes& value,
            config::Diagnostics& diagnostics) {
  value.names.clear();
  if (!node.is_mapping()) {
    diagnostics.error(node.mark(), "must be a mapping from name to {}, got " + node.describe());
    return false;
  }
  bool good = true;
  for (const config::Node::Item& item : node.items()) {
    const config::Diagnostics::Scope scope(diagnostics, item.key);
    ComposeVolume volume;
    good &= config::decode(item.value, volume, diagnostics);
    if (!is_name(item.key)) {
      diagnostics.error(item.key_mark, "the name must be letters, digits, \"-\" and \"_\"");
      good = false;
    }
    value.names.push_back(item.key);
  }
  return good;
}

}  // namespace tributary::lab::compose
