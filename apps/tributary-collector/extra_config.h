// /opt/aws/aws-otel-collector/etc/extracfg.txt, as ADOT reads it: lines of key=value. loggingLevel,
// awsProfile and awsCredentialFile have a meaning; every other key is an environment variable.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "options.h"

namespace tributary::collector {

inline constexpr const char* kExtraConfigPath = "/opt/aws/aws-otel-collector/etc/extracfg.txt";

struct ExtraConfig {
  std::string logging_level;                     // "" where it says none
  std::map<std::string, std::string> variables;  // of the environment
};

ExtraConfig parse_extra_config(std::string_view text);

// Sets the variables of this process, and the level as the last --config. `file` is what reading it
// gave: that there is none is no news.
void apply_extra_config(const Result<std::string>& file, Options& options);

}  // namespace tributary::collector
