#include "aws/arn.h"

#include <array>

#include "base/strings.h"

namespace tributary::aws {

std::string Arn::to_string() const {
  const std::array<std::string, 6> parts = {"arn", partition, service, region, account, resource};
  return join(parts, ":");
}

std::string_view Arn::resource_name() const {
  const std::string_view whole = resource;
  const std::size_t slash = whole.rfind('/');
  return slash == std::string_view::npos ? whole : whole.substr(slash + 1);
}

Result<Arn> parse_arn(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return Error(Code::invalid_argument, "ARN \"" + std::string(text) + "\": " + std::string(why));
  };
  constexpr std::size_t kPartsBeforeResource = 5;
  std::array<std::string_view, kPartsBeforeResource> parts;
  std::string_view rest = text;
  for (std::string_view& part : parts) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos)
      return refuse("must have six parts, arn:partition:service:region:account:resource");
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn") return refuse("must start with \"arn:\"");
  if (parts[1].empty()) return refuse("the partition is empty");
  if (parts[2].empty()) return refuse("the service is empty");
  if (rest.empty()) return refuse("the resource is empty");
  return Arn{.partition = std::string(parts[1]),
             .service = std::string(parts[2]),
             .region = std::string(parts[3]),
             .account = std::string(parts[4]),
             .resource = std::string(rest)};
}

std::string_view partition_of_region(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

}  // namespace tributary::aws
