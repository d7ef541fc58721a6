// Fast non-cryptographic hashes of bytes, for tables and for recognising what was seen before.
// The same input gives the same hash on every machine and in every process.
#pragma once

#include <cstdint>
#include <string_view>

namespace tributary {

// 64 bits: for hash tables that compare the key as well.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace tributary
