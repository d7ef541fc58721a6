// A request to the console's page: a target, then a line each for Accept-Encoding and
// If-None-Match. Every answer is one of a few, and keeps the browser to it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/strings.h"
#include "hub/console/page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace net = tributary::net;
  namespace console = tributary::hub::console;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = tributary::split(text, '\n');
  net::ServerRequest request{.method = "GET", .target = std::string(lines[0])};
  if (lines.size() > 1) request.headers.add("Accept-Encoding", lines[1]);
  if (lines.size() > 2) request.headers.add("If-None-Match", lines[2]);
  const std::string packed = "not gzip";
  const console::BundleFile files[] = {{"assets/index-a1.js", packed, "aa"},
                                       {"index.html", packed, "bb"}};
  const auto answer = console::page(request, files);
  if (!answer) {
    TRIBUTARY_CHECK(!request.path().starts_with("/console/"));
    return 0;
  }
  const int status = answer->status;
  TRIBUTARY_CHECK(status == 200 || status == 302 || status == 304 || status == 404 ||
                  status == 500);
  TRIBUTARY_CHECK(answer->headers.get("Content-Security-Policy").has_value());
  if (status == 302) TRIBUTARY_CHECK(answer->headers.get("Location")->starts_with("/console/"));
  return 0;
}
