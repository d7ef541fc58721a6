// The Prometheus text parser on any page.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "exposition_page.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view page(reinterpret_cast<const char*>(data), size);
  read_page(exposition::Format::prometheus_text, page, " 1\n", [](const exposition::Parser&) {});
  return 0;
}
