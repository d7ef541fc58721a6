// Any text as the target of a request to the registry. What is taken leads to a repository whose
// name is a name, and comes back from the paths that the registry itself gives out.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lab/registry/digest.h"
#include "lab/registry/oci_route.h"

using namespace tributary::lab::registry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_image_name(text);
  (void)parse_repository_arn(text);
  const auto parsed = parse_route(text);
  if (const auto* error = std::get_if<OciError>(&parsed)) {
    if (error->status < 400 || error->code.empty()) std::abort();
    return 0;
  }
  const Route& route = std::get<Route>(parsed);
  if (route.kind == Route::Kind::version || route.kind == Route::Kind::catalog) return 0;
  if (!is_repository_name(route.repository.name)) std::abort();
  if (route.repository.path().find("..") != std::string::npos) std::abort();
  if (route.kind == Route::Kind::manifest) {
    const auto again = parse_route(route.manifest_path(route.reference));
    if (!std::holds_alternative<Route>(again)) std::abort();
    if (std::get<Route>(again).reference != route.reference) std::abort();
    if (std::get<Route>(again).repository != route.repository) std::abort();
  }
  return 0;
}
