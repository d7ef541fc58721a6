#include "collector/receivers/prometheus/file_discovery.h"

#include <fnmatch.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/strings.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::collector::prometheus {
namespace {

namespace fs = std::filesystem;

// A group as it stands in a YAML file.
struct GroupConfig {
  std::vector<std::string> targets;
  std::map<std::string, std::string> labels;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("targets", targets, "addresses, host:port");
    f.optional("labels", labels, "labels of these targets");
  }
};

Error broken(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

Result<std::vector<TargetGroup>> parse_yaml(std::string_view path, std::string text) {
  config::Diagnostics diagnostics;
  const config::Node node = config::parse(std::move(text), std::string(path), diagnostics);
  std::vector<GroupConfig> given;
  if (!diagnostics.has_errors()) config::decode(node, given, diagnostics);
  if (diagnostics.has_errors()) return diagnostics.to_error();
  std::vector<TargetGroup> groups;
  for (GroupConfig& one : given) {
    TargetGroup& group = groups.emplace_back();
    group.addresses = std::move(one.targets);
    for (const auto& [name, value] : one.labels) group.labels.set(name, value);
  }
  return groups;
}

using JsonValue = rapidjson::Value;

std::string_view text_of(const JsonValue& value) {
  return {value.GetString(), value.GetStringLength()};
}

Result<TargetGroup> read_json_group(const JsonValue& value, const std::string& where) {
  if (!value.IsObject()) return broken(where + " must be an object");
  TargetGroup group;
  for (const auto& member : value.GetObject()) {
    const std::string key(text_of(member.name));
    if (key == "targets") {
      if (!member.value.IsArray()) return broken(where + ".targets must be a list of strings");
      for (const JsonValue& target : member.value.GetArray()) {
        if (!target.IsString()) return broken(where + ".targets must be a list of strings");
        group.addresses.emplace_back(text_of(target));
      }
    } else if (key == "labels") {
      if (!member.value.IsObject()) return broken(where + ".labels must be an object of strings");
      for (const auto& label : member.value.GetObject()) {
        if (!label.value.IsString())
          return broken(where + ".labels." + std::string(text_of(label.name)) +
                        " must be a string");
        group.labels.set(text_of(label.name), text_of(label.value));
      }
    } else {
      return broken(where + ": unknown key \"" + key + "\"; known here: targets, labels");
    }
  }
  return group;
}

Result<std::vector<TargetGroup>> parse_json(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      text.data(), text.size());
  if (document.HasParseError())
    return broken("byte " + std::to_string(document.GetErrorOffset()) + ": " +
                  rapidjson::GetParseError_En(document.GetParseError()));
  if (!document.IsArray()) return broken("must be a list of target groups");
  std::vector<TargetGroup> groups;
  for (rapidjson::SizeType i = 0; i < document.Size(); ++i) {
    TRIBUTARY_TRY(auto group, read_json_group(document[i], "group " + std::to_string(i + 1)));
    groups.push_back(std::move(group));
  }
  return groups;
}

Result<void> check_groups(const std::vector<TargetGroup>& groups) {
  for (const TargetGroup& group : groups) {
    for (const Label& label : group.labels) {
      if (!is_valid_label_name(label.name, NameValidation::utf8) || !is_valid_utf8(label.value))
        return broken("label \"" + label.name +
                      "\": name and value must be UTF-8, and the name "
                      "not empty");
    }
  }
  return {};
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(Code::unavailable, "cannot be read");
  std::string text;
  char buffer[16384];
  while (file.read(buffer, sizeof buffer), file.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kTargetFileBytesMax)
      return Error(Code::limit_exceeded,
                   "longer than " + std::to_string(kTargetFileBytesMax) + " bytes");
  }
  return text;
}

}  // namespace

Result<std::vector<TargetGroup>> parse_target_file(std::string_view path, std::string text) {
  TRIBUTARY_TRY(auto groups, to_lower(path).ends_with(".json") ? parse_json(text)
                                                               : parse_yaml(path, std::move(text)));
  if (auto good = check_groups(groups); !good) return good.error();
  for (TargetGroup& group : groups) group.labels.set("__meta_filepath", path);
  return groups;
}

Result<std::vector<TargetGroup>> parse_target_json(const std::string& text) {
  TRIBUTARY_TRY(auto groups, parse_json(text));
  if (auto good = check_groups(groups); !good) return good.error();
  return groups;
}

bool is_target_file_pattern(std::string_view pattern) {
  const std::string_view folder = pattern.substr(0, pattern.find_last_of('/') + 1);
  if (folder.find_first_of("*?[") != std::string_view::npos) return false;
  const std::string lower = to_lower(pattern);
  return lower.ends_with(".json") || lower.ends_with(".yml") || lower.ends_with(".yaml");
}

std::vector<std::string> matching_files(const std::string& pattern) {
  std::error_code failure;
  if (pattern.find_first_of("*?[") == std::string::npos)
    return fs::is_regular_file(pattern, failure) ? std::vector{pattern}
                                                 : std::vector<std::string>();
  const std::size_t slash = pattern.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "" : pattern.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  std::vector<std::string> found;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, failure), end;
       !failure && at != end; at.increment(failure)) {
    const std::string file = at->path().filename().string();
    std::error_code ignored;
    if (fnmatch(name.c_str(), file.c_str(), 0) == 0 && at->is_regular_file(ignored))
      found.push_back(folder + file);
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool FileDiscovery::refresh(const Report& report) {
  std::set<std::string> present;
  for (const std::string& pattern : patterns_)
    for (std::string& path : matching_files(pattern)) present.insert(std::move(path));
  bool changed =
      std::erase_if(files_, [&](const auto& file) { return !present.contains(file.first); }) > 0;
  for (const std::string& path : present) {
    std::error_code failure;
    const auto modified = fs::last_write_time(path, failure);
    const std::uintmax_t size = failure ? 0 : fs::file_size(path, failure);
    const auto known = files_.find(path);
    if (!failure && known != files_.end() && known->second.modified == modified &&
        known->second.size == size)
      continue;
    auto text = read_text(path);
    auto groups = text ? parse_target_file(path, std::move(*text))
                       : Result<std::vector<TargetGroup>>(text.error());
    File& file = files_[path];
    file.modified = modified;
    file.size = size;
    if (!groups) {
      report(path, groups.error());
      continue;
    }
    if (file.groups == *groups) continue;
    file.groups = std::move(*groups);
    changed = true;
  }
  return changed;
}

std::vector<TargetGroup> FileDiscovery::groups() const {
  std::vector<TargetGroup> all;
  for (const auto& [path, file] : files_)
    all.insert(all.end(), file.groups.begin(), file.groups.end());
  return all;
}

}  // namespace tributary::collector::prometheus
