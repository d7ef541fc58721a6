// Verifying AWS Signature Version 4, on the server's side, in pure steps. In AWS' order:
//
//   parse_authorization   who signed what, and when; the request's form
//   check_clock           not too old, not from the future, a presigned one not expired
//   check_scope           the credential is for this region and service
//   (look the access key up, check its token and its expiry)
//   verify_signature      the signature itself
//   (authorisation)
//
// One deviation from that order (hub-spec.md 1.8): a Credential without five parts is told before
// the clock is looked at, since the window depends on the service that it names.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "aws/sha256.h"
#include "aws/sigv4_canonical.h"
#include "base/clock.h"

namespace tributary::aws {

// A refusal with AWS' code and words. The gateway renders it as XML or JSON.
struct AuthError {
  std::string code;
  int http_status = 403;
  std::string message;
  // Only for SignatureDoesNotMatch: the canonical string and the string to sign that the server
  // computed. For the client who sent them; they may hold its session token, so not for logs.
  std::string detail;

  std::string full_message() const { return message + detail; }
  bool operator==(const AuthError&) const = default;
};

struct ParsedAuth {
  std::string access_key_id;
  std::string date;  // of the credential scope, YYYYMMDD
  std::string region;
  std::string service;
  std::string terminator;
  std::vector<std::string> signed_headers;
  std::string signature;
  std::string session_token;  // signed or not
  bool is_presigned = false;
  std::chrono::seconds expires{};  // of a presigned request
  std::string date_time;           // as given, YYYYMMDD'T'HHMMSS'Z'
  Timestamp timestamp{};

  std::string scope() const { return date + "/" + region + "/" + service + "/" + terminator; }
};

inline constexpr std::chrono::seconds kPresignedExpiresMax{604800};

std::variant<ParsedAuth, AuthError> parse_authorization(const RequestView& request);

// `window` is what the two clocks may differ: 5 minutes for aps, 15 for sts and iam.
std::optional<AuthError> check_clock(const ParsedAuth& auth, Timestamp now, Duration window);

struct ExpectedScope {
  std::vector<std::string> regions;  // empty: any
  std::string service;
};
// All that is wrong with the scope, in one message.
std::optional<AuthError> check_scope(const ParsedAuth& auth, const ExpectedScope& expected);

struct VerifiedRequest {
  // Dot segments and repeated slashes resolved, escapes as sent: what must be routed on.
  std::string path;
  // False where the path on the request line differs from it.
  bool path_was_normal = true;
};

// Tries the path normalised and as it is, and a presigned request also with its session token left
// out (added after signing). `signing_key` comes from derive_signing_key or a SigningKeyCache.
std::variant<VerifiedRequest, AuthError> verify_signature(const ParsedAuth& auth,
                                                          const RequestView& request,
                                                          const Digest& signing_key);

// All in one, but for the expected region and service, which are the caller's to check.
std::variant<VerifiedRequest, AuthError> verify(const ParsedAuth& auth, const RequestView& request,
                                                std::string_view secret_access_key, Timestamp now,
                                                Duration window);

}  // namespace tributary::aws
