// Amazon Resource Names: arn:partition:service:region:account:resource. The resource may hold
// colons and slashes itself.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::aws {

// Views into the text that it was read from.
struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;   // empty for global services
  std::string_view account;  // 12 digits, "aws", or empty
  std::string_view resource;

  std::string to_string() const;
  // What stands after the last '/' of the resource: the name of a role, user or policy.
  std::string_view resource_name() const;
  bool operator==(const Arn&) const = default;
};

// The six parts, whatever they hold: also of a pattern such as arn:aws:s3:::*.
std::optional<Arn> split_arn(std::string_view text);

// An ARN of something: partition, service and resource are there. The error says what is wrong.
Result<Arn> parse_arn(std::string_view text);

// "aws", "aws-cn", "aws-us-gov": whose regions start like this one.
std::string_view partition_of_region(std::string_view region);

}  // namespace tributary::aws
