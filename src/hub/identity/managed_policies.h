// The policies that AWS itself manages and that this system has a use for, word for word
// (hub-spec 2.9).
#pragma once

#include <span>
#include <string_view>

namespace tributary::hub::identity {

struct AwsManagedPolicy {
  std::string_view path;
  std::string_view name;
  int version;
  std::string_view created;  // ISO 8601
  std::string_view updated;
  std::string_view document;
};

std::span<const AwsManagedPolicy> aws_managed_policies();

inline constexpr std::string_view kAdministratorAccess =
    "arn:aws:iam::aws:policy/AdministratorAccess";

}  // namespace tributary::hub::identity
