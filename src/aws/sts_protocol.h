// The messages of the Security Token Service: query protocol requests, XML answers (API version
// 2011-06-15; hub-spec.md 2.1 to 2.5), and where a region's STS is.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/credentials_plan.h"
#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"

namespace tributary::aws {

// AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, else https://sts.<region>.amazonaws.com (.cn in
// China; sts-fips.… with AWS_USE_FIPS_ENDPOINT).
Result<net::Url> sts_endpoint(std::string_view region, const EnvFunction& env);

// application/x-www-form-urlencoded. `hop` is complete: it has a session name.
std::string assume_role_body(const RoleHop& hop);
std::string web_identity_body(const RoleHop& hop, std::string_view token);

// The answer to AssumeRole or AssumeRoleWithWebIdentity; `arn` is the session's.
Result<Credentials> parse_assumed_role(std::string_view xml);

// What STS takes as a RoleSessionName: other characters become '-', at most 64 are kept.
std::string session_name_from(std::string_view text);

}  // namespace tributary::aws
