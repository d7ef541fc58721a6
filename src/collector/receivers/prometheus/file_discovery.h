// Targets in files (file_sd_configs): lists of `{targets: [...], labels: {...}}` in YAML or JSON.
// Which files match is looked up, and each one read again when it has changed; a broken file keeps
// the targets that it gave before.
//
// Threads: one user at a time. Reads files where it is called; they are small.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collector/receivers/prometheus/target.h"

namespace tributary::collector::prometheus {

inline constexpr std::size_t kTargetFileBytesMax = 16U << 20;

// The groups of one file, each with `__meta_filepath`. A name that ends in .json is read as JSON,
// any other as YAML.
Result<std::vector<TargetGroup>> parse_target_file(std::string_view path, std::string text);

// The groups of a JSON list; labels that cannot be are refused.
Result<std::vector<TargetGroup>> parse_target_json(const std::string& text);

// One of: *.json, *.yml, *.yaml; `*` and other wildcards only behind the last slash.
bool is_target_file_pattern(std::string_view pattern);

// Existing files that the pattern names, sorted.
std::vector<std::string> matching_files(const std::string& pattern);

class FileDiscovery {
 public:
  // Called with each problem: the file's name and what is wrong.
  using Report = std::function<void(const std::string& path, const Error& error)>;

  explicit FileDiscovery(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  // Looks at the files; true where the groups are not those of before.
  bool refresh(const Report& report);

  // Of all files, in the order of their names.
  std::vector<TargetGroup> groups() const;

 private:
  struct File {
    std::filesystem::file_time_type modified;
    std::uintmax_t size = 0;
    std::vector<TargetGroup> groups;
  };

  std::vector<std::string> patterns_;
  std::map<std::string, File> files_;
};

}  // namespace tributary::collector::prometheus
