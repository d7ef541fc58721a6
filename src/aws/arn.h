// Amazon Resource Names: arn:partition:service:region:account:resource. The resource may hold
// colons and slashes itself.
//
// Threads: values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::aws {

struct Arn {
  std::string partition;
  std::string service;
  std::string region;   // empty for global services
  std::string account;  // 12 digits, "aws", or empty
  std::string resource;

  std::string to_string() const;
  // What stands after the last '/' of the resource: the name of a role, user or policy.
  std::string_view resource_name() const;
  bool operator==(const Arn&) const = default;
};

Result<Arn> parse_arn(std::string_view text);

// "aws", "aws-cn", "aws-us-gov": whose regions start like this one.
std::string_view partition_of_region(std::string_view region);

}  // namespace tributary::aws
