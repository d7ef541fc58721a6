// Packed labels (model/packed_labels.h) as they stand in files: decoded with every length checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/packed_labels.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {

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

}  // namespace tributary::tsdb
