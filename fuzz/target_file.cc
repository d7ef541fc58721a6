// Files of file_sd_configs: the first byte says JSON or YAML. What is read becomes targets.
#include <cstdint>
#include <string>

#include "collector/receivers/prometheus/file_discovery.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary::collector::prometheus;
  if (size == 0) return 0;
  const char* const name = data[0] == 'j' ? "targets.json" : "targets.yml";
  const auto groups =
      parse_target_file(name, std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  if (!groups) return 0;
  for (const TargetGroup& group : *groups)
    for (const std::string& address : group.addresses)
      if (const auto target = make_target(address, group.labels, {.job = "j"}, {});
          target && *target)
        (*target)->hash();
  return 0;
}
