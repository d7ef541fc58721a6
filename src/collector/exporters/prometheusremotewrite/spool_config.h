// Settings that put what waits for delivery on disk, with the names of the OpenTelemetry Collector
// (collector-spec.md 4.1).
//
// Values, no threads.
#pragma once

#include <string>

#include "config/fields.h"

namespace tributary::collector::prometheusremotewrite {

// `wal`: where it is there, the queue is on disk.
struct WalConfig {
  std::string directory;
  config::ByteSize max_size{std::uint64_t{1} << 30};
  bool fsync = false;

  template <class Fields>
  void describe(Fields& f) {
    f.required("directory", directory, "where; the queue is in prom_remotewrite under it");
    f.optional("max_size", max_size, "of its files; above it the oldest requests are dropped");
    f.optional("fsync", fsync, "after each write: survives the loss of power, and is slow");
    f.ignored("buffer_size", "one request is read at a time");
    f.ignored("truncate_frequency", "files are removed as soon as they are read");
    f.ignored("lag_record_frequency", "tributary_exporter_samples_spooled tells it at any time");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// `sending_queue`, of which `storage` alone means something.
struct SendingQueueConfig {
  std::string storage;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("storage", storage, "as remote_write_queue.storage");
    for (const char* key : {"enabled", "num_consumers", "queue_size", "wait_for_result",
                            "block_on_overflow", "sizer", "batch"})
      f.ignored(key, "the queue is remote_write_queue");
  }
};

}  // namespace tributary::collector::prometheusremotewrite
