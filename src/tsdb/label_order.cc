#include "tsdb/label_order.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace tributary::tsdb {
namespace {

std::size_t first_difference(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::memcpy(&left, a.data() + at, 8);
    std::memcpy(&right, b.data() + at, 8);
    if (left != right) return at + static_cast<unsigned>(std::countr_zero(left ^ right)) / 8;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

std::size_t read_length(std::string_view bytes, std::size_t& at) {
  std::size_t value = 0;
  for (unsigned shift = 0; at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

// The names and values, without their number in front, which says nothing about the order.
std::string_view texts(std::string_view packed) {
  std::size_t at = 0;
  read_length(packed, at);
  return packed.substr(at);
}

}  // namespace

int compare_packed(std::string_view a, std::string_view b) {
  a = texts(a);
  b = texts(b);
  const std::size_t difference = first_difference(a, b);
  std::size_t at = 0;
  while (at < a.size() && at < b.size()) {
    std::size_t left_at = at;
    const std::size_t left = read_length(a, left_at);
    if (left_at + left > difference) {
      std::size_t right_at = at;
      const std::size_t right = read_length(b, right_at);
      return a.substr(left_at, left).compare(b.substr(right_at, right));
    }
    at = left_at + left;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace tributary::tsdb
