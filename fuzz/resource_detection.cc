// What the detectors of the resource are told: environment, documents of the task metadata endpoint
// and of an instance, /etc/hosts. Each input goes through all of the readers.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "collector/processors/resourcedetection/detectors.h"

using namespace tributary;
using namespace tributary::collector::resourcedetection;

namespace {

void check(const Result<Resource>& detected) {
  if (!detected) return;
  Resource twice = *detected;
  merge(twice, *detected, true);
  TRIBUTARY_CHECK(twice == *detected);  // no key stands there twice
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(read_env(text));
  check(read_ecs(text, text, {}));
  check(read_ecs(text, R"({"DockerId":"self"})", {}));
  check(read_ec2({.identity_json = std::string(text), .hostname = "h"}, {}));
  check(read_system({.hostname = "h", .hosts = std::string(text)}, {}));
  return 0;
}
