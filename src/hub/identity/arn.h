// Amazon resource names: arn:partition:service:region:account:resource, where the resource may
// hold colons of its own.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::hub::identity {

// Views into the text that was split.
struct ArnView {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;
};

std::optional<ArnView> split_arn(std::string_view text);

// Twelve digits.
bool is_account_id(std::string_view text);

// arn:aws:iam::<account>:<resource>
std::string iam_arn(std::string_view account, std::string_view resource);

// An IAM user, role or policy named by its ARN: the kind, the path ("/" or "/a/b/") and the name.
struct IamResource {
  std::string_view kind;  // "role", "user", "policy"
  std::string path;
  std::string_view name;
};
std::optional<IamResource> split_iam_resource(std::string_view resource);

}  // namespace tributary::hub::identity
