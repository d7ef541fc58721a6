// The canonical form of an HTTP request in AWS Signature Version 4, shared by the signer and the
// verifier. Rules and where they were checked: hub-spec.md, section 1.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace tributary::aws {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// A request as it stands on the wire. Headers hold Host.
struct RequestView {
  std::string_view method;
  std::string_view target;  // path and query of the request line, percent-encoded as sent
  const net::Headers& headers;
  std::string_view body;
  std::string_view body_sha256 = {};  // in hexadecimal, in the place of a body that is not at hand

  std::string_view path() const;   // target up to '?'
  std::string_view query() const;  // target after '?', raw
};

// Clients differ: most remove dot segments and double slashes before they sign, aws-sdk-go does
// not.
enum class PathForm : std::uint8_t { normalized, as_is };

// Dot segments resolved (RFC 3986, 5.2.4; above the root they vanish), repeated slashes merged, a
// trailing slash kept. Escapes are left alone.
std::string normalize_path(std::string_view path);

// The path encoded once more: what is neither unreserved nor '/' becomes %XX, hence %3A -> %253A.
std::string canonical_path(std::string_view path, PathForm form);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// Names and values decoded once; '+' is a space. A broken escape stands for itself.
QueryParameters parse_query(std::string_view query);

// True when a '%' is not followed by two hexadecimal digits.
bool has_broken_escape(std::string_view text);

// Encoded, sorted by name and then value, joined with '&'.
std::string canonical_query(const QueryParameters& parameters);

// Every value of that header, white space trimmed, runs of spaces made one, joined with ','.
std::string canonical_header_value(const net::Headers& headers, std::string_view name);

struct CanonicalParts {
  std::string_view method;
  std::string path;
  std::string query;
  std::span<const std::string> signed_headers;  // lower case, in the order of the list
  std::string_view payload_hash;
};
std::string canonical_request(const CanonicalParts& parts, const net::Headers& headers);

// What the signature is made over. `scope` is date/region/service/aws4_request.
std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request);

}  // namespace tributary::aws
