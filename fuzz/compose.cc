// Any text as compose file, ecs-params, .env and env_file at once. What is taken makes a task
// definition whose JSON reads back as the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/json.h"
#include "lab/compose/project.h"
#include "lab/ecs/task_definition.h"

using namespace tributary;

namespace {

void load(const std::string& text, bool as_params) {
  const config::Outside outside = {
      .env = [](const std::string& name) -> std::optional<std::string> {
        if (name == "A") return "1";
        if (name == "B") return "${A} $A";
        return {};
      },
      .read_file = [&](const std::string& path) -> Result<std::string> {
        if (path == "/w/ecs-params.yml" && !as_params)
          return Error(Code::not_found, "cannot read " + path);
        if (path == "/w/docker-compose.yml" && as_params)
          return std::string("services: {app: {image: a}, db: {image: d}}");
        return text;
      }};
  config::Diagnostics diagnostics;
  const auto project =
      lab::compose::load_project({.name = "p", .directory = "/w"}, outside, diagnostics);
  diagnostics.render();
  if (project.has_value() == diagnostics.has_errors()) std::abort();
  if (!project) return;
  const std::string json = lab::ecs::task_definition_json(project->definition);
  config::Diagnostics again;
  const config::Node node = config::parse_json(json, "json", again);
  const auto decoded = lab::ecs::decode_task_definition(node, again);
  if (decoded && lab::ecs::task_definition_json(*decoded) != json) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  load(text, false);
  load(text, true);
  return 0;
}
