// What all operations that hand out a role's session have in common.
//
// Threads: one at a time, the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hub/identity/operation.h"
#include "hub/identity/session_token.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

// The role of exactly this ARN, if it is here.
Result<std::optional<Entity>> find_role(Store& store, std::string_view arn);
bool is_role_arn(std::string_view text);

Session new_session(Store& store, const Entity& role, std::string_view name, std::int64_t seconds);
// Adds <Credentials> and <AssumedRoleUser> to the answer; gives the session's token.
std::string write_session(Call& call, const Entity& role, const Session& session);

}  // namespace tributary::hub::identity
