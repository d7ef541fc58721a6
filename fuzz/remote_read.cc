// The decoder of remote read requests on any message: what it takes is within its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "remote/read_request.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const remote::ReadLimits limits{.queries_max = 5, .matchers_max = 5};
  const auto request = remote::decode_read_request(bytes, limits);
  if (!request) return 0;
  if (request->queries.size() > limits.queries_max) abort();
  for (const remote::ReadQuery& query : request->queries)
    if (query.matchers.size() > limits.matchers_max) abort();
  return 0;
}
