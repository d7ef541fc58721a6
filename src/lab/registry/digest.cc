#include "lab/registry/digest.h"

#include <openssl/evp.h>

#include <algorithm>

#include "aws/sha256.h"
#include "base/check.h"
#include "base/strings.h"

namespace tributary::lab::registry {
namespace {

constexpr std::string_view kAlgorithm = "sha256:";
constexpr std::size_t kDigits = 64;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

bool is_digest(std::string_view text) {
  if (!text.starts_with(kAlgorithm)) return false;
  text.remove_prefix(kAlgorithm.size());
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), is_lower_hex);
}

std::string digest_of(std::string_view bytes) {
  return std::string(kAlgorithm) + aws::sha256_hex(bytes);
}

struct Hasher::Context {
  EVP_MD_CTX* const evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Hasher::Hasher() : context_(std::make_unique<Context>()) {
  TRIBUTARY_CHECK(context_->evp != nullptr);
  TRIBUTARY_CHECK(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) == 1);
}

Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes) {
  TRIBUTARY_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1);
}

std::string Hasher::finish() {
  aws::Digest digest;
  unsigned size = 0;
  TRIBUTARY_CHECK(EVP_DigestFinal_ex(context_->evp, digest.data(), &size) == 1);
  TRIBUTARY_CHECK(size == digest.size());
  return std::string(kAlgorithm) + to_hex(digest);
}

}  // namespace tributary::lab::registry
