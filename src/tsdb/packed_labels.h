// A label set as one run of bytes: the number of labels, then each name and value with its length
// in front, sorted by name. These are the bytes of a series in the write-ahead log, and the key by
// which the head knows it: packed once, hashed once, compared with memcmp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/labels.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {

struct LabelView {
  std::string_view name;
  std::string_view value;
};

// `labels` sorted by name, each name once, no empty values.
void append_packed(std::span<const LabelView> labels, std::string& out);
std::string pack(const Labels& labels);
Labels unpack(std::string_view packed);

// "" where the label is absent.
std::string_view packed_get(std::string_view packed, std::string_view name);

// Calls visit(name, value) for each label; false where the bytes do not decode.
template <class Visit>
bool for_each_label(Decoder& decoder, Visit visit) {
  const std::uint64_t count = decoder.uvarint();
  for (std::uint64_t i = 0; i < count && decoder.ok(); ++i) {
    const std::string_view name = decoder.string();
    const std::string_view value = decoder.string();
    if (decoder.ok()) visit(name, value);
  }
  return decoder.ok();
}
template <class Visit>
bool for_each_label(std::string_view packed, Visit visit) {
  Decoder decoder(packed);
  return for_each_label(decoder, visit);
}

}  // namespace tributary::tsdb
