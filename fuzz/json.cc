// Any text as JSON. What reads well is printed as YAML and reads as the same again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/json.h"
#include "config/yaml.h"

using namespace tributary;

namespace {

// YAML has keys of at most 1,024 characters on their line (YAML 1.2, 7.4.2), and our reader takes
// none with NUL; JSON has both.
bool fits_yaml(const config::Node& node) {
  for (const config::Node& element : node.elements())
    if (!fits_yaml(element)) return false;
  for (const config::Node::Item& item : node.items())
    if (item.key.size() > 250 || item.key.find('\0') != std::string::npos || !fits_yaml(item.value))
      return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  config::Diagnostics diagnostics;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const config::Node node = config::parse_json(text, "body", diagnostics);
  if (diagnostics.has_errors()) {
    if (!node.is_null() || diagnostics.render().empty()) std::abort();
    return 0;
  }
  if (!fits_yaml(node)) return 0;
  const std::string printed = to_yaml(node);
  config::Diagnostics said;
  if (to_yaml(config::parse(printed, "printed", said)) != printed || said.has_errors())
    std::abort();
  return 0;
}
