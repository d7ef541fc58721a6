// Signing requests with AWS Signature Version 4: in headers, or presigned in the query.
// The canonical form is in sigv4_canonical.h, the other side in sigv4_verify.h.
//
// Threads: pure functions; a SigningKeyCache belongs to one thread.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "aws/credentials.h"
#include "aws/sha256.h"
#include "aws/sigv4_canonical.h"
#include "base/clock.h"
#include "net/http.h"

namespace tributary::aws {

struct SigningScope {
  std::string region;
  std::string service;
};

struct SignOptions {
  PathForm path = PathForm::normalized;
  // False: the token is added after signing, as a few services want it.
  bool sign_session_token = true;
};

// False for what proxies and transports may change: Authorization, User-Agent, X-Amzn-Trace-Id,
// Expect, Transfer-Encoding and the hop-by-hop headers.
bool is_signed_header(std::string_view name);

struct SignedRequest {
  net::Headers
      headers;  // to be set on the request: X-Amz-Date, X-Amz-Security-Token, Authorization
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;
};

// The payload hash is the body's; where x-amz-content-sha256 is present already, it is used as it
// is.
SignedRequest sign(const RequestView& request, const Credentials& credentials,
                   const SigningScope& scope, Timestamp time, SignOptions options = {});

struct PresignedRequest {
  std::string target;  // path and query, with the signature
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;
};

PresignedRequest presign(const RequestView& request, const Credentials& credentials,
                         const SigningScope& scope, Timestamp time, std::chrono::seconds expires,
                         SignOptions options = {});

// The key depends on the secret, the day, the region and the service only.
Digest derive_signing_key(std::string_view secret_access_key, std::string_view date,
                          std::string_view region, std::string_view service);

std::string signature_of(const Digest& signing_key, std::string_view string_to_sign);

// Keeps the signing keys used last, so that a request costs one HMAC instead of five.
class SigningKeyCache {
 public:
  static constexpr std::size_t kCapacity = 1024;

  explicit SigningKeyCache(std::size_t capacity = kCapacity) : capacity_(capacity) {}

  struct Query {
    std::string_view access_key_id;
    std::string_view secret_access_key;
    std::string_view date;
    std::string_view region;
    std::string_view service;
  };
  Digest get(const Query& query);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    std::string secret_access_key;  // a key id whose secret has changed gives a new signing key
    Digest key;
  };

  std::size_t capacity_;
  std::list<Entry> entries_;  // used last comes first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;
};

}  // namespace tributary::aws
