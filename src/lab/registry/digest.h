// Content digests as OCI writes them: "sha256:" and 64 hexadecimal digits (image-spec,
// descriptor.md). Other algorithms are not taken, as ECR does not take them.
//
// Threads: values.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tributary::lab::registry {

bool is_digest(std::string_view text);
std::string digest_of(std::string_view bytes);

// SHA-256 of bytes that come in pieces.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(std::string_view bytes);
  std::string finish();  // the digest; once

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace tributary::lab::registry
