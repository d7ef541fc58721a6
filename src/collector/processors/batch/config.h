// Settings of the batch processor. They are read and checked as the OpenTelemetry Collector does,
// and then have no effect: see batch.h.
//
// Values, no threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/fields.h"

namespace tributary::collector::batch {

struct Config {
  Duration timeout = 200ms;
  std::uint32_t send_batch_size = 8192;
  std::uint32_t send_batch_max_size = 0;
  std::vector<std::string> metadata_keys;
  std::uint32_t metadata_cardinality_limit = 1000;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("timeout", timeout, "no effect: exporters batch by themselves");
    f.optional("send_batch_size", send_batch_size, "no effect");
    f.optional("send_batch_max_size", send_batch_max_size, "no effect; 0 or >= send_batch_size");
    f.optional("metadata_keys", metadata_keys, "no effect");
    f.optional("metadata_cardinality_limit", metadata_cardinality_limit, "no effect");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const {
    if (send_batch_max_size == 0 || send_batch_max_size >= send_batch_size) return;
    diagnostics.error(node.mark_of("send_batch_max_size"),
                      "send_batch_max_size " + std::to_string(send_batch_max_size) +
                          ": must be 0 or at least send_batch_size " +
                          std::to_string(send_batch_size));
  }
};

}  // namespace tributary::collector::batch
