#include "lab/ecs/place.h"

#include "aws/arn.h"

namespace tributary::lab::ecs {

std::string Place::arn(std::string_view resource) const {
  return ("arn:aws:ecs:" + region + ":" + account + ":").append(resource);
}

std::string_view name_in(const Place& place, std::string_view kind, std::string_view name_or_arn) {
  if (!name_or_arn.starts_with("arn:")) return name_or_arn;
  const auto arn = aws::split_arn(name_or_arn);
  if (!arn || arn->service != "ecs" || arn->region != place.region || arn->account != place.account)
    return {};
  const std::string_view resource = arn->resource;
  if (!resource.starts_with(kind) || resource.substr(kind.size()).substr(0, 1) != "/") return {};
  return resource.substr(kind.size() + 1);
}

std::string_view last_part(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace tributary::lab::ecs
