// Single comparisons of the policy language: wildcards, and one request value with one policy
// value under an operator (hub-spec 2.7). Sets, negation and absent keys are match.h's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/identity/policy.h"
#include "hub/identity/request_context.h"

namespace tributary::hub::identity {

// Whether the policy value is of the operator's kind: a number, a date, a network, ...
bool is_comparable(Comparison comparison, std::string_view policy_value);

// `*` is any run of characters, `?` any single one; with or without case.
bool wildcard_match(std::string_view pattern, std::string_view text);
bool wildcard_match_ignore_case(std::string_view pattern, std::string_view text);
// Or a variable.
bool has_wildcard(std::string_view pattern);

// A resource pattern: "*", or an ARN whose six parts are matched one by one, variables replaced.
// What a variable stands for is taken literally. An unknown variable matches nothing.
bool arn_matches(std::string_view pattern, std::string_view arn, const RequestContext& context,
                 bool has_variables);

bool compare(Comparison comparison, std::string_view request_value, std::string_view policy_value,
             const RequestContext& context, bool has_variables);

}  // namespace tributary::hub::identity
