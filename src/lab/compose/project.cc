#include "lab/compose/project.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "config/yaml.h"
#include "lab/compose/environment_file.h"
#include "lab/compose/merge.h"

namespace tributary::lab::compose {
namespace {

constexpr const char* kComposeFile = "docker-compose.yml";
constexpr const char* kOverrideFile = "docker-compose.override.yml";
constexpr const char* kParamsFile = "ecs-params.yml";

std::string within(const std::string& directory, const std::string& path) {
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

// Named after what the user wrote, so that messages show that.
std::optional<config::Node> read_yaml(const ProjectOptions& options, const std::string& path,
                                      const config::Outside& outside,
                                      config::Diagnostics& diagnostics) {
  auto text = outside.read_file(within(options.directory, path));
  if (!text) {
    diagnostics.error({}, text.error().message());
    return {};
  }
  const std::size_t before = diagnostics.errors();
  config::Node node = config::parse(*std::move(text), path, diagnostics);
  if (diagnostics.errors() > before) return {};
  return node;
}

// Extension keys hold what anchors share, and mean nothing.
void drop_extensions(config::Node& compose) {
  const auto drop = [](config::Node& node) {
    std::erase_if(node.items(), [](const auto& item) { return item.key.starts_with("x-"); });
  };
  drop(compose);
  config::Node* services = compose.find("services");
  if (services == nullptr) return;
  for (config::Node::Item& service : services->items()) drop(service.value);
}

class Loader {
 public:
  Loader(const ProjectOptions& options, const config::Outside& outside,
         config::Diagnostics& diagnostics)
      : options_(options), outside_(outside), diagnostics_(diagnostics) {}

  std::optional<Project> load() {
    const std::vector<std::string> files = compose_files();
    const std::string directory =
        within(options_.directory, std::filesystem::path(files.front()).parent_path().string());
    read_dot_env(directory);
    const Variables variables = [this](const std::string& name) -> std::optional<std::string> {
      if (auto value = outside_.env(name)) return value;
      const auto found = dot_env_.find(name);
      if (found == dot_env_.end()) return {};
      return found->second;
    };

    config::Node compose = read_compose(files, variables);
    ComposeFile file;
    if (!compose.is_null()) config::decode(compose, file, diagnostics_);
    EcsParams params;
    if (auto node = read_params()) {
      interpolate(*node, variables, diagnostics_);
      config::decode(*node, params, diagnostics_);
    }
    if (diagnostics_.has_errors()) return {};
    Project project = convert(file, params,
                              {.options = options_,
                               .compose_directory = directory,
                               .outside = outside_,
                               .variables = variables},
                              diagnostics_);
    if (diagnostics_.has_errors()) return {};
    return project;
  }

 private:
  bool exists(const char* path) const {
    const auto text = outside_.read_file(within(options_.directory, path));
    return text || text.error().code() != Code::not_found;
  }

  std::vector<std::string> compose_files() const {
    if (!options_.compose_files.empty()) return options_.compose_files;
    std::vector<std::string> files = {kComposeFile};
    if (exists(kOverrideFile)) files.emplace_back(kOverrideFile);
    return files;
  }

  void read_dot_env(const std::string& directory) {
    auto text = outside_.read_file(within(directory, ".env"));
    if (text) {
      dot_env_ = parse_environment_file(*std::move(text), ".env", outside_.env, diagnostics_);
    } else if (text.error().code() != Code::not_found) {
      diagnostics_.warning({}, text.error().message());
    }
  }

  config::Node read_compose(const std::vector<std::string>& files, const Variables& variables) {
    config::Node all;
    for (const std::string& file : files) {
      auto node = read_yaml(options_, file, outside_, diagnostics_);
      if (!node) continue;
      if (!node->is_mapping()) {
        diagnostics_.error(node->mark(), file + " must be a mapping with the key services, got " +
                                             node->describe());
        continue;
      }
      drop_extensions(*node);
      for (const char* part : {"services", "volumes"}) {
        const config::Diagnostics::Scope scope(diagnostics_, part);
        if (config::Node* below = node->find(part)) interpolate(*below, variables, diagnostics_);
      }
      if (all.is_null()) {
        all = *std::move(node);
      } else {
        merge_compose(all, *std::move(node));
      }
    }
    return all;
  }

  std::optional<config::Node> read_params() {
    if (!options_.ecs_params.empty())
      return read_yaml(options_, options_.ecs_params, outside_, diagnostics_);
    if (!exists(kParamsFile)) return {};
    return read_yaml(options_, kParamsFile, outside_, diagnostics_);
  }

  const ProjectOptions& options_;
  const config::Outside& outside_;
  config::Diagnostics& diagnostics_;
  Environment dot_env_;
};

}  // namespace

std::optional<Project> load_project(const ProjectOptions& options, const config::Outside& outside,
                                    config::Diagnostics& diagnostics) {
  return Loader(options, outside, diagnostics).load();
}

}  // namespace tributary::lab::compose
