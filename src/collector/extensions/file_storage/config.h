// Settings of the file_storage extension, with the names of the OpenTelemetry Collector
// (collector-spec.md 5.3).
//
// Values, no threads.
#pragma once

#include <string>

#include "config/fields.h"

namespace tributary::collector::file_storage {

struct Config {
  std::string directory = "/var/lib/otelcol/file_storage";
  bool create_directory = false;
  std::string directory_permissions = "0750";
  config::ByteSize max_size;
  bool fsync = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("directory", directory, "where; each exporter that names it has a directory in it");
    f.optional("create_directory", create_directory, "false: the directory must be there");
    f.optional("directory_permissions", directory_permissions, "of a directory that is created");
    f.optional("max_size", max_size, "for each exporter; 0: 1 GiB");
    f.optional("fsync", fsync, "after each write: survives the loss of power, and is slow");
    f.ignored("timeout", "nobody waits for a file lock: a directory in use is an error at once");
    f.ignored("recreate", "damaged records are passed over one by one");
    f.ignored("compaction", "files are removed as soon as they are read");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
  unsigned permissions() const;
};

}  // namespace tributary::collector::file_storage
