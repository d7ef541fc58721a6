#include "extra_config.h"

#include <cstdlib>

#include "base/strings.h"

namespace tributary::collector {

ExtraConfig parse_extra_config(std::string_view text) {
  ExtraConfig config;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string_view line = trim(raw);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == line.npos) continue;
    const std::string key(trim(line.substr(0, equals)));
    std::string value(trim(line.substr(equals + 1)));
    if (key == "loggingLevel") {
      config.logging_level = std::move(value);
    } else if (key == "awsProfile" || key == "awsCredentialFile") {
      if (!value.empty())
        config.variables[key == "awsProfile" ? "AWS_PROFILE" : "AWS_SHARED_CREDENTIALS_FILE"] =
            std::move(value);
    } else if (!key.empty()) {
      config.variables[key] = std::move(value);
    }
  }
  return config;
}

void apply_extra_config(const Result<std::string>& file, Options& options) {
  if (!file) {
    if (file.error().code() != Code::not_found) options.warnings.push_back(file.error().message());
    return;
  }
  const ExtraConfig config = parse_extra_config(*file);
  for (const auto& [name, value] : config.variables) ::setenv(name.c_str(), value.c_str(), 1);
  if (!config.logging_level.empty() && !options.sources.configs.empty())
    options.sources.configs.push_back("yaml:service::telemetry::logs::level: " +
                                      config.logging_level);
}

}  // namespace tributary::collector
