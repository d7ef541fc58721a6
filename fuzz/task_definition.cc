// Task definitions: what is read is written, and reads back as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "config/json.h"
#include "lab/ecs/task_definition.h"

namespace config = tributary::config;
namespace ecs = tributary::lab::ecs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(
      std::string(reinterpret_cast<const char*>(data), size), "input", diagnostics);
  if (diagnostics.has_errors()) return 0;
  const auto definition = ecs::decode_task_definition(node, diagnostics);
  TRIBUTARY_CHECK(definition.has_value() != diagnostics.has_errors());
  if (!definition) {
    TRIBUTARY_CHECK(!ecs::messages_of(diagnostics).empty());
    return 0;
  }
  const std::string text = ecs::task_definition_json(*definition);
  config::Diagnostics again;
  const auto same = ecs::decode_task_definition(config::parse_json(text, "output", again), again);
  TRIBUTARY_CHECK(same.has_value());
  TRIBUTARY_CHECK(ecs::task_definition_json(*same) == text);
  return 0;
}
