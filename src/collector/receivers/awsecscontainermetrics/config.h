// Settings of the awsecscontainermetrics receiver.
//
// Values, no threads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/pipeline/compat.h"
#include "config/fields.h"

namespace tributary::collector::awsecscontainermetrics {

struct Config {
  Duration collection_interval = 20s;
  std::optional<CompatName> compat;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("collection_interval", collection_interval, "time between two collections");
    f.optional("compat", compat,
               "the release of ADOT whose units, attributes and CPU figures; else the exporter's");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const {
    if (collection_interval > 0s) return;
    diagnostics.error(node.mark_of("collection_interval"),
                      "collection_interval: must be more than 0s");
  }

  // What the service asks (pipeline/registry.h): no label says which task or container it is.
  std::vector<std::string> identity() const {
    return {"aws.ecs.task.arn", "aws.ecs.task.id", "container.name"};
  }
};

}  // namespace tributary::collector::awsecscontainermetrics
