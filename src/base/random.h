// Randomness comes in from outside: code takes a Random&, tests pass a seeded one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace tributary {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

// From the kernel (getrandom), fit for keys and tokens.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

// Reproducible; for tests and simulations only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// `size` characters drawn from `alphabet` without bias.
std::string random_string(Random& random, std::size_t size, std::string_view alphabet);

// A random (version 4) UUID in lower case.
std::string random_uuid(Random& random);

}  // namespace tributary
