// The files of the page, as the build embeds them (embed.cmake).
//
// Pure.
#pragma once

#include <span>
#include <string_view>

namespace tributary::hub::console {

struct BundleFile {
  std::string_view name;  // "index.html", "assets/index-Cqco6UBb.js"
  std::string_view gzip;  // its bytes, compressed
  std::string_view hash;  // of its bytes, hexadecimal
};

// By name. Empty where the build had no page to embed.
std::span<const BundleFile> bundle();

}  // namespace tributary::hub::console
