#include "hub/identity/arn.h"

#include <algorithm>

namespace tributary::hub::identity {

bool is_account_id(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string iam_arn(std::string_view account, std::string_view resource) {
  std::string arn = "arn:aws:iam::";
  arn.append(account).append(":").append(resource);
  return arn;
}

std::optional<IamResource> split_iam_resource(std::string_view resource) {
  const std::size_t first = resource.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t last = resource.rfind('/');
  IamResource parts{.kind = resource.substr(0, first),
                    .path = std::string(resource.substr(first, last - first + 1)),
                    .name = resource.substr(last + 1)};
  if (parts.kind.empty() || parts.name.empty()) return std::nullopt;
  return parts;
}

}  // namespace tributary::hub::identity
