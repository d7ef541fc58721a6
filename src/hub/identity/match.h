// Whether a statement speaks of a request: its actions, resources, principals and conditions
// (hub-spec 2.6 and 2.7).
#pragma once

#include <cstdint>
#include <string_view>

#include "hub/identity/policy.h"
#include "hub/identity/principal.h"
#include "hub/identity/request_context.h"

namespace tributary::hub::identity {

bool action_matches(const Statement& statement, std::string_view action);

bool resource_matches(const Statement& statement, std::string_view arn,
                      const RequestContext& context, bool has_variables);

// How a trust policy names the caller: from not at all to exactly this session. The narrower the
// name, the less else is needed (hub-spec 2.6).
enum class PrincipalMatch : std::uint8_t { none, account, anyone, entity, session };

PrincipalMatch match_principal(const Statement& statement, const Principal& caller);

// The first condition that does not hold, or null. See RequestContext::suppose_request.
const Condition* first_unmet(const Statement& statement, const RequestContext& context,
                             bool has_variables);

}  // namespace tributary::hub::identity
