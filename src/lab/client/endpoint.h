// Where a service of AWS is, and in which region, as the AWS CLI finds it out: the command line,
// the service's own variable, the common one, the profile, AWS itself.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "aws/config_file.h"
#include "aws/credentials_plan.h"
#include "base/result.h"
#include "net/http.h"

namespace tributary::lab::client {

struct Surroundings {
  std::string endpoint_url;  // --endpoint-url; for every service
  std::string region;        // --region
  std::string profile;       // --profile
  aws::EnvFunction env;
  aws::Profiles profiles;
};

// The variables with --profile in front of AWS_PROFILE.
aws::EnvFunction environment_of(const Surroundings& surroundings);

// --region, AWS_REGION, AWS_DEFAULT_REGION, the profile's.
Result<std::string> region_of(const Surroundings& surroundings);

enum class Service : std::uint8_t { ecs, logs, amp, sts };

Result<net::Url> endpoint_of(const Surroundings& surroundings, Service service,
                             const std::string& region);

}  // namespace tributary::lab::client
