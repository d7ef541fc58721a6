// The numbers of a block's index that its writer and its reader share (hub-spec.md 5.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tributary::tsdb::index_format {

inline constexpr std::string_view kMagic("\xba\xaa\xd7\x00", 4);
inline constexpr std::uint8_t kVersionWritten = 2;
inline constexpr std::size_t kHeaderBytes = 5;
inline constexpr std::size_t kCrcBytes = 4;
// symbols, series, label indices, label offset table, postings, postings offset table, checksum
inline constexpr std::size_t kTocBytes = 6 * 8 + kCrcBytes;
inline constexpr std::uint64_t kSeriesAlignment = 16;
inline constexpr std::uint64_t kPostingsAlignment = 4;

}  // namespace tributary::tsdb::index_format
