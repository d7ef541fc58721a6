// Signing in to the console by a link: whoever may read the hub's data directory makes one for a
// user or role, and the page changes its token, once and within minutes, for temporary credentials.
//
// Threads: one at a time, the store's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "hub/identity/api.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

// How long the sessions of users last (GetSessionToken).
inline constexpr std::int64_t kUserSessionSecondsMin = 900;
inline constexpr std::int64_t kUserSessionSecondsMax = 129'600;
inline constexpr std::int64_t kUserSessionSecondsDefault = 43'200;

inline constexpr Duration kLinkValidMin = std::chrono::seconds(10);
inline constexpr Duration kLinkValidMax = std::chrono::hours(24);

struct LinkRequest {
  std::string account;
  EntityKind kind = EntityKind::user;
  std::string name;  // of the user or role
  Duration valid = std::chrono::minutes(5);
  // Zero is as long as may be, but not longer than kUserSessionSecondsDefault. A role's session is
  // not longer than the role allows.
  Duration session = Duration::zero();
};

struct NewLink {
  std::string token;  // 256 bits, told this once
  std::string arn;    // of the user or role
  Timestamp expires{};
  Duration session{};
};

// Works while the hub runs.
Result<NewLink> create_console_link(Store& store, const LinkRequest& request);

// The STS operation that needs no signature; its parameter is Token. <Credentials> as of
// GetSessionToken, and <Account> and <Arn> of who they are.
inline constexpr std::string_view kRedeemConsoleLink = "TributaryRedeemConsoleLink";
ApiResponse redeem_console_link(Store& store, const ApiRequest& request);

}  // namespace tributary::hub::identity
