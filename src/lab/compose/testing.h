// For tests: a machine whose environment and files are maps.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "lab/compose/project.h"

namespace tributary::lab::compose {

struct FakeOutside {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;
  std::string messages;  // of the last `load`

  std::optional<Project> load(ProjectOptions options) {
    options.directory = "/work";
    const config::Outside outside{
        .env = [this](const std::string& name) -> std::optional<std::string> {
          const auto found = variables.find(name);
          if (found == variables.end()) return {};
          return found->second;
        },
        .read_file = [this](const std::string& path) -> Result<std::string> {
          const auto found = files.find(path);
          if (found != files.end()) return found->second;
          return Error(Code::not_found, "cannot read the file " + json_string(path));
        }};
    config::Diagnostics diagnostics;
    auto project = load_project(options, outside, diagnostics);
    messages = diagnostics.render();
    return project;
  }
};

}  // namespace tributary::lab::compose
