// From an access key id, and the token where there is one, to the secret that must have signed the
// request and who it is (hub-spec 1.8). The signature itself is aws/sigv4.h's.
//
// What was looked up is kept until somebody changes the database, in whatever process; a request
// with a known key costs one PRAGMA.
//
// Threads: one at a time, the store's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "hub/identity/api_error.h"
#include "hub/identity/principal.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

struct Authenticated {
  std::string secret;
  Principal principal;
};
using AuthenticatedPtr = std::shared_ptr<const Authenticated>;

class Authenticator {
 public:
  explicit Authenticator(Store& store) : store_(store) {}

  // `token` is "" where the request has none. Refusals are InvalidClientTokenId and ExpiredToken,
  // 403, with the texts of the query services.
  std::variant<AuthenticatedPtr, ApiError> find(std::string_view access_key_id,
                                                std::string_view token);

 private:
  using Found = std::variant<AuthenticatedPtr, ApiError>;
  Found find_user(std::string_view access_key_id);
  Found find_service(std::string_view access_key_id);
  Found find_session(std::string_view access_key_id, std::string_view token);

  Store& store_;
  std::uint64_t generation_ = 0;
  // By key id, and by key id and token. Only what was found.
  std::unordered_map<std::string, AuthenticatedPtr> cache_;
};

// Nobody has this access key, or not with this token.
ApiError invalid_token();

}  // namespace tributary::hub::identity
