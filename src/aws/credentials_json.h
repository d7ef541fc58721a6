// The JSON in which credentials arrive. Errors name the field, never its value.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "aws/credentials.h"
#include "base/result.h"

namespace tributary::aws {

// Container endpoint and instance metadata: AccessKeyId, SecretAccessKey, Token, Expiration. An
// answer with a Code other than Success, or with code and message, is an error that says them.
Result<Credentials> parse_endpoint_credentials(std::string_view json);

// What a credential_process prints: Version 1, with SessionToken and Expiration optional.
Result<Credentials> parse_process_credentials(std::string_view json);

// TaskARN of an ECS task metadata document, "" where it has none.
std::string parse_task_arn(std::string_view json);

}  // namespace tributary::aws
