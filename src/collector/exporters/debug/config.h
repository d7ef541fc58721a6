// Settings of the debug exporter and of its predecessor of 2021, the logging exporter.
//
// Values, no threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"

namespace tributary::collector::debug {

// `none` only comes of the old `loglevel: warn` and `error`.
enum class Verbosity : std::uint8_t { none, basic, normal, detailed };
constexpr std::array<config::Choice<Verbosity>, 3> choices(Verbosity) {
  return {{{"basic", Verbosity::basic},
           {"normal", Verbosity::normal},
           {"detailed", Verbosity::detailed}}};
}

enum class OldLevel : std::uint8_t { debug, info, warn, error };
constexpr std::array<config::Choice<OldLevel>, 4> choices(OldLevel) {
  return {{{"debug", OldLevel::debug},
           {"info", OldLevel::info},
           {"warn", OldLevel::warn},
           {"error", OldLevel::error}}};
}

struct Config {
  Verbosity verbosity = Verbosity::basic;
  std::uint32_t sampling_initial = 2;
  std::uint32_t sampling_thereafter = 1;
  bool use_internal_logger = true;
  std::vector<std::string> output_paths = {"stdout"};

  template <class Fields>
  void describe(Fields& f) {
    f.optional("verbosity", verbosity, "counts alone, a line per data point, or everything");
    describe_common(f);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;

 protected:
  template <class Fields>
  void describe_common(Fields& f) {
    f.optional("sampling_initial", sampling_initial, "batches shown in each second");
    f.optional("sampling_thereafter", sampling_thereafter,
               "and then every so many of that second; 0 for none");
    f.optional("use_internal_logger", use_internal_logger, "false: bare lines to output_paths");
    f.optional("output_paths", output_paths, "stdout, stderr or files; without internal logger");
    f.ignored("sending_queue", "lines are written at once");
  }
};

// The `logging` exporter: `loglevel` (2021) or `verbosity` (2022).
struct LoggingConfig : Config {
  LoggingConfig() { sampling_thereafter = 500; }

  std::optional<OldLevel> loglevel;
  std::optional<Verbosity> logging_verbosity;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("loglevel", loglevel, "debug shows everything, info counts, warn and error nothing");
    f.optional("verbosity", logging_verbosity, "as of the debug exporter; instead of loglevel");
    describe_common(f);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
  Verbosity effective() const;
};

}  // namespace tributary::collector::debug
