// The small words inside a policy document: actions, resources, principals, condition operators
// and their values, each checked with IAM's own texts (hub-spec 2.6 to 2.8). No JSON here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "hub/identity/policy.h"

namespace tributary::hub::identity {

bool is_valid_sid(std::string_view sid);

Result<void> check_action(std::string_view action);
// The STS actions that a role's trust policy may speak of.
Result<void> check_trust_action(std::string_view action);
Result<void> check_resource(std::string_view resource);

// `type` is the key inside Principal: AWS, Service or Federated.
Result<PrincipalPattern> parse_principal(std::string_view type, std::string_view name);

// "ForAnyValue:StringNotLikeIfExists" -> everything but key and values.
Result<Condition> parse_operator(std::string_view name);
// Values that can never be compared (a number that is none, a broken CIDR) are refused.
Result<void> check_condition_values(const Condition& condition);

}  // namespace tributary::hub::identity
