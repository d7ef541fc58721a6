// Extensions of the OpenTelemetry Collector that help to debug a Go program, pprof and zpages. Here
// they have nothing to do: their settings are accepted, so that a configuration keeps working, and
// a warning says that they have no effect.
//
// Threads: the loop's.
#pragma once

#include "collector/pipeline/component.h"
#include "config/fields.h"

namespace tributary::collector::ignored {

struct PprofConfig {
  template <class Fields>
  void describe(Fields& f) {
    for (const char* key :
         {"endpoint", "dialer", "block_profile_fraction", "mutex_profile_fraction", "save_to_file"})
      f.ignored(key, "there is no Go runtime to profile");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct ZpagesConfig {
  template <class Fields>
  void describe(Fields& f) {
    for (const char* key : {"endpoint", "tls", "auth", "cors", "expvar"})
      f.ignored(key, "there are no zpages");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

class Ignored final : public Extension {
 public:
  Ignored(Context, PprofConfig) {}
  Ignored(Context, ZpagesConfig) {}

  Result<void> start(Host&) override { return {}; }
  net::Task<void> stop(Instant) override { co_return; }
};

}  // namespace tributary::collector::ignored
