// Settings of the awsecscontainermetrics receiver.
//
// Values, no threads.
#pragma once

#include <array>

#include "collector/receivers/awsecscontainermetrics/metrics.h"
#include "config/fields.h"

namespace tributary::collector::awsecscontainermetrics {

constexpr std::array<config::Choice<Compat>, 2> choices(Compat) {
  return {{{"current", Compat::current}, {"2021", Compat::v2021}}};
}

struct Config {
  Duration collection_interval = 20s;
  Compat compat = Compat::current;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("collection_interval", collection_interval, "time between two collections");
    f.optional("compat", compat, "whose units, attributes and CPU percentages");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const {
    if (collection_interval > 0s) return;
    diagnostics.error(node.mark_of("collection_interval"),
                      "collection_interval: must be more than 0s");
  }
};

}  // namespace tributary::collector::awsecscontainermetrics
