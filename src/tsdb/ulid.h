// ULIDs, the names of blocks: the time of creation in milliseconds (48 bits) and 80 random bits,
// written as 26 characters of Crockford's base 32, so that names sort by time.
// https://github.com/ulid/spec
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace tributary::tsdb {

class Ulid {
 public:
  static constexpr std::size_t kTextSize = 26;

  Ulid() = default;
  static Ulid make(std::int64_t ms, Random& random);
  // As Go's parser: either case; nothing where a character or the length is wrong.
  static std::optional<Ulid> parse(std::string_view text);

  std::int64_t ms() const;
  std::string to_string() const;

  auto operator<=>(const Ulid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace tributary::tsdb
