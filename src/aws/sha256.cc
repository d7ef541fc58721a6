#include "aws/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/strings.h"

namespace tributary::aws {

Digest sha256(std::string_view bytes) {
  Digest digest;
  unsigned size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  TRIBUTARY_CHECK(done == 1 && size == digest.size());
  return digest;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Digest digest;
  unsigned size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data,
                          bytes.size(), digest.data(), &size);
  TRIBUTARY_CHECK(done != nullptr && size == digest.size());
  return digest;
}

}  // namespace tributary::aws
