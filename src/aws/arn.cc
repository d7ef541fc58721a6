#include "aws/arn.h"

#include <algorithm>
#include <array>

namespace tributary::aws {

std::string Arn::to_string() const {
  std::string out = "arn";
  for (const std::string_view part : {partition, service, region, account, resource})
    out.append(":").append(part);
  return out;
}

std::string_view Arn::resource_name() const {
  const std::size_t slash = resource.rfind('/');
  return slash == std::string_view::npos ? resource : resource.substr(slash + 1);
}

std::optional<Arn> split_arn(std::string_view text) {
  std::array<std::string_view, 5> head;
  for (std::string_view& part : head) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (head[0] != "arn") return std::nullopt;
  return Arn{.partition = head[1],
             .service = head[2],
             .region = head[3],
             .account = head[4],
             .resource = text};
}

Result<Arn> parse_arn(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return Error(Code::invalid_argument, "ARN \"" + std::string(text) + "\": " + std::string(why));
  };
  const auto arn = split_arn(text);
  if (!arn) {
    return refuse(std::count(text.begin(), text.end(), ':') < 5
                      ? "must have six parts, arn:partition:service:region:account:resource"
                      : "must start with \"arn:\"");
  }
  if (arn->partition.empty()) return refuse("the partition is empty");
  if (arn->service.empty()) return refuse("the service is empty");
  if (arn->resource.empty()) return refuse("the resource is empty");
  return *arn;
}

std::string_view partition_of_region(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

}  // namespace tributary::aws
