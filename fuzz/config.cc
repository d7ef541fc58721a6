// Any text as the collector's configuration: read, substituted and checked by the real list of
// components. What reads well is printed and reads as the same again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "collector/service/document.h"
#include "components.h"
#include "config/outside.h"
#include "config/sources.h"
#include "config/yaml.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const collector::Registry registry = collector::builtin_components();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const config::Outside outside = {
      .env = [](const std::string& name) -> std::optional<std::string> {
        if (name == "A") return "1";
        if (name == "B") return "${A} $A";
        if (name == "C") return "[x, {y: $B}]";
        if (name == "D") return "${D}${C}";
        return {};
      },
      .read_file = [&text](const std::string& path) -> Result<std::string> {
        if (path == "in") return text;
        return Error(Code::not_found, path);
      }};

  config::Diagnostics diagnostics;
  const config::Node node = config::parse(text, "in", diagnostics);
  if (!diagnostics.has_errors()) {
    const std::string printed = to_yaml(node);
    if (to_yaml(config::parse(printed, "printed", diagnostics)) != printed) std::abort();
    if (diagnostics.has_errors()) std::abort();
  }
  config::Diagnostics said;
  const config::Node loaded = config::load({.configs = {"in"}, .sets = {}}, outside, said);
  const collector::Document document = collector::read_document(loaded, registry, said);
  said.render();
  if (!said.has_errors()) to_yaml(print(document));
  return 0;
}
