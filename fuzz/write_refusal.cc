// The text of an answer that refuses a write.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "collector/exporters/prometheusremotewrite/refusal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary::collector::prometheusremotewrite;
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  TRIBUTARY_CHECK(!to_string(throttle_reason(answer)).empty());
  const WriteRefusal refusal = read_refusal(answer);
  TRIBUTARY_CHECK(answer.find(refusal.series) != std::string_view::npos);
  first_series(std::string(answer));
  return 0;
}
