#include "tsdb/head_series.h"

#include <algorithm>
#include <cstring>

#include "tsdb/encoding.h"

namespace tributary::tsdb {

std::uint32_t FragmentPool::allocate() {
  std::uint32_t index = free_;
  if (index == kNone) {
    index = fragments_.grow();
  } else {
    free_ = fragments_[index].next;
    std::memset(fragments_[index].bytes, 0, kBytes);
  }
  fragments_[index].next = kNone;
  return index;
}

void FragmentPool::free_list(std::uint32_t first, std::uint32_t tail) {
  fragments_[tail].next = free_;
  free_ = first;
}

void OpenChunk::flush() {
  const std::uint64_t value = pending_;
  unsigned count = pending_bits_;
  pending_bits_ = 0;
  if (count == 0) return;
  unsigned at = series_.tail_bits;
  auto* bytes = pool_[series_.tail_fragment].bytes;
  if (at % 8 + count <= 64 && at / 8 + 8 <= FragmentPool::kBytes) {
    char* const word = reinterpret_cast<char*>(bytes) + at / 8;
    store_be64(word, load_be64(word) | value << (64 - at % 8 - count));
    series_.tail_bits = static_cast<std::uint16_t>(at + count);
    return;
  }
  while (count > 0) {
    if (at == FragmentPool::kBits) {
      const std::uint32_t next = pool_.allocate();
      pool_[series_.tail_fragment].next = next;
      series_.tail_fragment = next;
      bytes = pool_[next].bytes;
      at = 0;
    }
    const unsigned free = 8 - at % 8;
    const unsigned take = std::min(count, free);
    count -= take;
    const auto part = static_cast<unsigned>(value >> count) & ((1U << take) - 1);
    bytes[at / 8] = static_cast<unsigned char>(bytes[at / 8] | part << (free - take));
    at += take;
  }
  series_.tail_bits = static_cast<std::uint16_t>(at);
}

void OpenChunk::append(Sample sample) {
  XorState state;
  if (series_.open_count == 0) {
    series_.first_fragment = series_.tail_fragment = pool_.allocate();
    series_.tail_bits = 0;
    series_.open_min_ms = sample.timestamp_ms;
    series_.open_encoding = ChunkEncoding::xor_floats;
  } else {
    state = {.last_ms = series_.open_max_ms(),
             .last_delta = series_.last_delta_ms,
             .last_value = series_.last_value,
             .leading = series_.leading,
             .trailing = series_.trailing};
  }
  append_xor(state, series_.open_count, sample, *this);
  flush();
  series_.open_span_ms = static_cast<std::uint32_t>(sample.timestamp_ms - series_.open_min_ms);
  series_.last_delta_ms = static_cast<std::uint32_t>(state.last_delta);
  series_.last_value = state.last_value;
  series_.leading = state.leading;
  series_.trailing = state.trailing;
  ++series_.open_count;
}

void OpenChunk::clear() {
  if (series_.open_count == 0) return;
  pool_.free_list(series_.first_fragment, series_.tail_fragment);
  series_.open_count = 0;
}

void copy_open_chunk(const HeadSeries& series, const FragmentPool& pool, std::string& out) {
  out.resize(kXorHeaderBytes);
  store_be16(out.data(), series.open_count);
  std::uint32_t at = series.first_fragment;
  for (; at != series.tail_fragment; at = pool[at].next) {
    out.append(reinterpret_cast<const char*>(pool[at].bytes), FragmentPool::kBytes);
  }
  out.append(reinterpret_cast<const char*>(pool[at].bytes), (series.tail_bits + 7U) / 8);
}

}  // namespace tributary::tsdb
