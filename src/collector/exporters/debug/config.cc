#include "collector/exporters/debug/config.h"

namespace tributary::collector::debug {

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const config::Node* paths = node.find("output_paths");
  if (!paths) return;
  if (use_internal_logger) {
    // The default may be spelled out, as --print-config does.
    if (output_paths == Config().output_paths) return;
    diagnostics.error(paths->mark(), "output_paths needs use_internal_logger: false");
  } else if (output_paths.empty()) {
    diagnostics.error(paths->mark(), "output_paths: name at least one, such as stdout");
  }
}

void LoggingConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  Config::validate(node, diagnostics);
  if (loglevel && logging_verbosity)
    diagnostics.error(node.mark_of("loglevel"), "loglevel and verbosity exclude each other");
}

Verbosity LoggingConfig::effective() const {
  if (logging_verbosity) return *logging_verbosity;
  switch (loglevel.value_or(OldLevel::info)) {
    case OldLevel::debug: return Verbosity::detailed;
    case OldLevel::info: return Verbosity::basic;
    case OldLevel::warn:
    case OldLevel::error: return Verbosity::none;
  }
  return Verbosity::basic;
}

}  // namespace tributary::collector::debug
