// How repositories, tags and images are called. The registry holds every account's repositories
// under one address, so that the first component of a name tells whose they are:
//
//   127.0.0.1:9010/123456789012.dkr.ecr.eu-central-1/team/app:latest
//
// Values.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::lab::registry {

struct RepositoryName {
  std::string account;  // 12 digits
  std::string region;
  std::string name;  // "team/app"

  auto operator<=>(const RepositoryName&) const = default;

  std::string path() const;  // "123456789012.dkr.ecr.eu-central-1/team/app"
  std::string arn() const;   // "arn:aws:ecr:eu-central-1:123456789012:repository/team/app"
};

bool is_account(std::string_view text);
bool is_region(std::string_view text);

// ECR's rule: lower-case letters and digits, in components parted by '/', in them '.', '_' and '-'
// one at a time. 2 to 240 characters; ECR takes 256, which do not fit a file's name.
bool is_repository_name(std::string_view text);
bool is_tag(std::string_view text);

// The other way round from RepositoryName::path.
std::optional<RepositoryName> parse_repository_path(std::string_view path);

// arn:aws:ecr:<region>:<account>:repository/<name>
std::optional<RepositoryName> parse_repository_arn(std::string_view arn);

// An image as a container's definition names it: "127.0.0.1:9010/123456789012.dkr.ecr.../app:1".
struct ImageName {
  std::string server;
  RepositoryName repository;
  std::string reference;  // tag or digest; "latest" where none is named
};
// Nothing where it is not an image of such a registry.
std::optional<ImageName> parse_image_name(std::string_view image);

}  // namespace tributary::lab::registry
