// The OpenMetrics parser on any page, exemplars and all.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "exposition_page.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view page(reinterpret_cast<const char*>(data), size);
  read_page(exposition::Format::openmetrics, page, " 1\n# EOF\n",
            [page](const exposition::Parser& parser) {
              if (const auto exemplar = parser.exemplar(); exemplar && *exemplar)
                TRIBUTARY_CHECK((*exemplar)->labels.size() <= page.size());
            });
  return 0;
}
