// CRC-32C (Castagnoli), the checksum of all TSDB files: the processor's instruction where there is
// one, else a table.
#pragma once

#include <cstdint>
#include <string_view>

namespace tributary {

std::uint32_t crc32c(std::string_view bytes);
// Of the bytes that gave `crc` with `bytes` after them.
std::uint32_t crc32c_extend(std::uint32_t crc, std::string_view bytes);

// The table's way, so that a test can compare the two.
std::uint32_t crc32c_portable(std::string_view bytes);

}  // namespace tributary
