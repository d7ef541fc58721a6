// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) over OpenSSL.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::aws {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);  // lower case

Digest hmac_sha256(std::string_view key, std::string_view bytes);

inline std::string_view as_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace tributary::aws
