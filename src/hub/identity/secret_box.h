// Sealing of secrets with AES-256-GCM (NIST SP 800-38D): what leaves the process, or rests on disk,
// can be neither read nor changed without the key. The key is a file of 32 random bytes with mode
// 0600 beside the database.
//
// Threads: any; the key never changes.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace tributary::hub::identity {

class SecretBox {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  using Key = std::array<std::uint8_t, kKeyBytes>;

  explicit SecretBox(const Key& key) : key_(key) {}

  // Reads the key; makes a new one where there is none and `may_create` is set. Two processes that
  // do this at once end up with the same key.
  enum class IfAbsent : std::uint8_t { fail, create };
  static Result<SecretBox> load(const std::filesystem::path& file, IfAbsent if_absent,
                                Random& random);

  // nonce | ciphertext | tag. `label` says what the secret is of, and must be given to open it.
  std::string seal(std::string_view plain, std::string_view label, Random& random) const;
  // Nothing if it was sealed with another key or label, or was changed.
  std::optional<std::string> open(std::string_view sealed, std::string_view label) const;

 private:
  Key key_;
};

}  // namespace tributary::hub::identity
