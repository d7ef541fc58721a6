// service::telemetry: what the program says about itself. Every key that ADOT takes is taken; those
// without meaning here are accepted with a warning.
//
// Values, no threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/fields.h"

namespace tributary {

// Beside LogLevel and LogEncoding, so that config finds them.
constexpr std::array<config::Choice<LogLevel>, 14> choices(LogLevel) {
  return {{{"debug", LogLevel::debug},
           {"info", LogLevel::info},
           {"warn", LogLevel::warn},
           {"error", LogLevel::error},
           {"DEBUG", LogLevel::debug},
           {"INFO", LogLevel::info},
           {"WARN", LogLevel::warn},
           {"ERROR", LogLevel::error},
           {"dpanic", LogLevel::error},
           {"panic", LogLevel::error},
           {"fatal", LogLevel::error},
           {"DPANIC", LogLevel::error},
           {"PANIC", LogLevel::error},
           {"FATAL", LogLevel::error}}};
}
constexpr std::array<config::Choice<LogEncoding>, 2> choices(LogEncoding) {
  return {{{"console", LogEncoding::console}, {"json", LogEncoding::json}}};
}

}  // namespace tributary

namespace tributary::collector {

struct LogsConfig {
  LogLevel level = LogLevel::info;
  LogEncoding encoding = LogEncoding::console;
  std::vector<std::string> output_paths = {"stderr"};

  template <class Fields>
  void describe(Fields& f) {
    f.optional("level", level, "the least important lines that are written");
    f.optional("encoding", encoding, "of a line");
    f.optional("output_paths", output_paths, "stderr or stdout");
    f.ignored("development", "lines are the same in development");
    f.ignored("sampling", "components fold their own repeated lines");
    f.ignored("error_output_paths", "the logger has no errors of its own");
    f.ignored("disable_caller", "lines never name a place in the source");
    f.ignored("disable_stacktrace", "lines never have a stack trace");
    f.ignored("initial_fields", "lines have the fields of their component only");
    f.ignored("processors", "own logs are not exported");
    f.ignored("disable_zap_resource", "lines never repeat the resource");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;

  bool to_stdout() const { return output_paths.front() == "stdout"; }
};

enum class MetricsLevel : std::uint8_t { none, basic, normal, detailed };
constexpr std::array<config::Choice<MetricsLevel>, 4> choices(MetricsLevel) {
  return {{{"none", MetricsLevel::none},
           {"basic", MetricsLevel::basic},
           {"normal", MetricsLevel::normal},
           {"detailed", MetricsLevel::detailed}}};
}

// readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8888}}}}]
struct PrometheusPull {
  std::string host = "localhost";
  std::uint16_t port = 8888;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("host", host, "to listen on");
    f.optional("port", port, "to listen on");
    for (const char* key :
         {"without_scope_info", "without_units", "without_type_suffix",
          "with_resource_constant_labels", "without_target_info", "translation_strategy"})
      f.ignored(key, "own metrics always have the names that the collector's defaults give them");
  }
};
struct PullExporter {
  std::optional<PrometheusPull> prometheus;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("prometheus", prometheus, "own metrics for Prometheus to scrape");
    f.ignored("prometheus/development", "write prometheus");
  }
};
struct PullReader {
  PullExporter exporter;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("exporter", exporter, "how own metrics are shown");
  }
};
struct MetricsReader {
  std::optional<PullReader> pull;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("pull", pull, "own metrics are fetched");
    f.ignored("periodic", "own metrics are not pushed; scrape them with a prometheus receiver");
  }
};

struct MetricsConfig {
  MetricsLevel level = MetricsLevel::normal;
  std::optional<std::string> address;
  std::optional<std::vector<MetricsReader>> readers;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("level", level, "none: own metrics are not shown");
    f.optional("address", address, "host:port where own metrics are; localhost:8888 if not set");
    f.optional("readers", readers, "today's way to say the address");
    f.ignored("views", "own metrics are few already");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;

  // host:port to listen on, or nothing.
  std::optional<std::string> listen_address() const;
  // Whether the user named the address, so that it must be free.
  bool is_explicit() const { return address.has_value() || readers.has_value(); }
};

struct TelemetryConfig {
  LogsConfig logs;
  MetricsConfig metrics;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("logs", logs, "the program's log");
    f.optional("metrics", metrics, "the program's own metrics");
    f.ignored("traces", "the program makes no traces of itself");
    f.ignored("resource", "own metrics have no resource");
  }
};

}  // namespace tributary::collector
