// Value types of settings that need more than what C++ gives.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/clock.h"

namespace tributary::config {

// A duration in Prometheus' spelling (1d2h, no fractions); a plain Duration field is read as Go
// writes it (1.5s).
struct PrometheusDuration {
  Duration value{};

  PrometheusDuration() = default;
  constexpr PrometheusDuration(Duration duration) : value(duration) {}
  constexpr operator Duration() const { return value; }
};

// A password, token or key. Printed as <masked>; equal by content.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

// "10MB", "512KiB", "1024": as Prometheus reads body_size_limit, so 1 KB is 1024 bytes.
struct ByteSize {
  std::uint64_t bytes = 0;

  auto operator<=>(const ByteSize&) const = default;
};

// One name of an enum's value. An enum is read by a function beside it:
//   constexpr std::array<config::Choice<Mode>, 2> choices(Mode) {
//     return {{{"strict", Mode::strict}, {"regexp", Mode::regexp}}};
//   }
// Several names may stand for one value; it is printed as the first.
template <class Enum>
struct Choice {
  const char* name;
  Enum value;
};

}  // namespace tributary::config
