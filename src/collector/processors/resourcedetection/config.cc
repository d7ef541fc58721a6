#include "collector/processors/resourcedetection/config.h"

#include "base/json_text.h"
#include "collector/processors/resourcedetection/tag_matcher.h"

namespace tributary::collector::resourcedetection {
namespace {

struct ToggleSection {
  bool enabled;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("enabled", enabled, "whether it is added");
  }
};

}  // namespace

bool decode(const config::Node& node, Toggle& toggle, config::Diagnostics& diagnostics) {
  ToggleSection section{toggle.enabled};
  if (!config::decode(node, section, diagnostics)) return false;
  toggle.enabled = section.enabled;
  return true;
}

config::Node encode(const Toggle& toggle) { return config::print(ToggleSection{toggle.enabled}); }

void Ec2Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (tags.empty()) return;
  if (!tags_from_imds) {
    diagnostics.error(node.mark_of("tags"),
                      "tags: the EC2 API is not asked for tags; allow tags in the instance's "
                      "metadata and set tags_from_imds: true");
  }
  if (const auto matcher = TagMatcher::make(tags); !matcher)
    diagnostics.error(node.mark_of("tags"), matcher.error().message());
}

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (timeout <= 0s) diagnostics.error(node.mark_of("timeout"), "timeout: must be more than 0s");
  if (detectors.empty())
    diagnostics.error(node.mark_of("detectors"), "detectors: name at least one");
}

}  // namespace tributary::collector::resourcedetection
