// What all operations that hand out temporary credentials have in common.
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

// Of a role, or of a user; that has no name.
Session new_session(Store& store, const Entity& entity, std::string_view name,
                    std::int64_t seconds);
// "arn:aws:sts::111111111111:assumed-role/name/session"
std::string session_arn(const Entity& role, const Session& session);
// Adds <Credentials>; gives the session's token.
std::string write_credentials(Store& store, const Session& session, Xml& out);
// Adds <Credentials> and <AssumedRoleUser> to the answer; gives the session's token.
std::string write_session(Call& call, const Entity& role, const Session& session);

}  // namespace tributary::hub::identity
