// Temporary credentials without state: the session token is the session itself, sealed. The hub
// keeps no list of sessions, so they survive its restarts; a session ends with its time or with its
// user or role, which is looked up at every use.
//
// Plaintext: one byte of format version, then the fields in the order below, each a length (four
// bytes, little endian) and its bytes; lists are preceded by their count.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hub/identity/principal.h"
#include "hub/identity/secret_box.h"

namespace tributary::hub::identity {

struct Session {
  std::string access_key_id;  // ASIA...
  std::string secret;
  std::string entity_id;  // AROA..., or AIDA... of a user's session
  std::string name;       // of a role's session; "" of a user's
  Timestamp issued{};     // to the millisecond
  Timestamp expires{};
  std::string source_identity;
  std::string assumed_by;  // ARN of who asked for it; "" in tokens of hubs that did not note it
  std::vector<Tag> tags;
  std::vector<std::string> transitive_tag_keys;
  SessionPolicies policies;

  bool operator==(const Session&) const = default;
};

// What tags and policies of a session may take up: a token travels in a header.
inline constexpr std::size_t kPackedBytesMax = 4096;
std::size_t packed_bytes(const Session& session);

// In base64.
std::string seal_session(const Session& session, const SecretBox& box, Random& random);
// Nothing for a token that this hub did not make. Does not look at the time.
std::optional<Session> open_session(std::string_view token, const SecretBox& box);

}  // namespace tributary::hub::identity
