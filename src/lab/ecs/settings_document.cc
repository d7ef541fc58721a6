#include "lab/ecs/settings_document.h"

#include "base/json_text.h"

namespace tributary::lab::ecs {

bool decode(const config::Node& node, Moment& value, config::Diagnostics& diagnostics) {
  double seconds = 0;
  if (!config::decode(node, seconds, diagnostics)) return false;
  constexpr double kLatest = 9e9;
  if (!(seconds >= 0 && seconds < kLatest)) {
    diagnostics.error(node.mark(), "must be seconds since 1970, got " + node.describe());
    return false;
  }
  value.time = timestamp_from_ms(static_cast<std::int64_t>(seconds * 1000 + 0.5));
  return true;
}

config::Node encode(const Moment& value) {
  const std::int64_t ms = to_ms(value.time);
  std::string fraction = std::to_string(1000 + ms % 1000);
  fraction[0] = '.';
  return config::Node::scalar(std::to_string(ms / 1000) + fraction);
}

void AwsVpcDocument::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  constexpr std::size_t kSubnetsMax = 16;
  constexpr std::size_t kGroupsMax = 5;
  if (subnets.empty()) diagnostics.error(node.mark_of("subnets"), "subnets can not be empty.");
  if (subnets.size() > kSubnetsMax)
    diagnostics.error(node.mark_of("subnets"), "subnets can have at most 16 items.");
  if (security_groups.size() > kGroupsMax)
    diagnostics.error(node.mark_of("securityGroups"), "securityGroups can have at most 5 items.");
  if (assign_public_ip != "ENABLED" && assign_public_ip != "DISABLED")
    diagnostics.error(
        node.mark_of("assignPublicIp"),
        "assignPublicIp must be ENABLED or DISABLED, got " + json_string(assign_public_ip));
}

void DeploymentConfigurationDocument::validate(const config::Node& node,
                                               config::Diagnostics& diagnostics) const {
  if (minimum_healthy_percent > 100)
    diagnostics.error(
        node.mark_of("minimumHealthyPercent"),
        "minimumHealthyPercent can be at most 100, got " + std::to_string(minimum_healthy_percent));
  if (maximum_percent < 100 || maximum_percent > 1000)
    diagnostics.error(
        node.mark_of("maximumPercent"),
        "maximumPercent must be from 100 to 1000, got " + std::to_string(maximum_percent));
  if (maximum_percent == 100 && minimum_healthy_percent == 100)
    diagnostics.error(node.mark_of("maximumPercent"),
                      "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will "
                      "block deployments.");
}

void DeploymentControllerDocument::validate(const config::Node& node,
                                            config::Diagnostics& diagnostics) const {
  if (type != "ECS")
    diagnostics.error(node.mark_of("type"),
                      "this lab has the deployment controller ECS alone, got " + json_string(type));
}

}  // namespace tributary::lab::ecs
