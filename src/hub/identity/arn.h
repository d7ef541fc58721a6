// What the ARNs of accounts, users, roles and policies say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/arn.h"

namespace tributary::hub::identity {

using aws::Arn;
using aws::split_arn;

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
