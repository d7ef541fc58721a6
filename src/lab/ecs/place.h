// An account in a region, and the ARNs of what ECS keeps there.
//
// Values.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "lab/api/authority.h"

namespace tributary::lab::ecs {

struct Place {
  std::string account;
  std::string region;

  auto operator<=>(const Place&) const = default;

  // "cluster/main" -> "arn:aws:ecs:eu-west-1:111122223333:cluster/main"
  std::string arn(std::string_view resource) const;
};

inline Place place_of(const Caller& caller) { return {caller.account, caller.region}; }

// What follows "<kind>/" in an ARN of ECS in that place; the text itself where it is no ARN;
// nothing where it is an ARN of another kind or place.
std::string_view name_in(const Place& place, std::string_view kind, std::string_view name_or_arn);

// What stands after the last '/': a service's name or a task's id.
std::string_view last_part(std::string_view name);

}  // namespace tributary::lab::ecs
