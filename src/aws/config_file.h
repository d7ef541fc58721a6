// The INI dialect of ~/.aws/config and ~/.aws/credentials: [sections], key = value, comments with
// '#' or ';', values continued on indented lines, and settings nested below an empty value.
//
// Threads: values.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::aws {

// Names in lower case. A nested setting is "s3.max_concurrent_requests".
using Settings = std::map<std::string, std::string, std::less<>>;

struct ConfigFile {
  std::map<std::string, Settings, std::less<>> sections;
};

// Messages name the line, never what stands on it: it may be a secret.
Result<ConfigFile> parse_config_file(std::string_view text);

// Profiles of both files by name. Settings of the credentials file win; its keys come as one.
using Profiles = std::map<std::string, Settings, std::less<>>;
Profiles merge_profiles(const ConfigFile& config, const ConfigFile& credentials);

}  // namespace tributary::aws
