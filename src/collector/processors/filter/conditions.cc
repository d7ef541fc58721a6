#include "collector/processors/filter/conditions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/json_text.h"

namespace tributary::collector::filter {
namespace {

class Reader {
 public:
  explicit Reader(config::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // Without a context, that of the paths.
  void read(const config::Node& list, std::optional<OttlContext> context) {
    if (list.is_null()) return;
    if (!list.is_sequence())
      return diagnostics_.error(list.mark(), "want a list of conditions, got " + list.describe());
    for (const config::Node& one : list.elements()) {
      if (one.is_mapping() && !context) {
        read_group(one);
      } else {
        read_one(one, context);
      }
    }
  }

  std::vector<NamedCondition> take() {
    std::stable_sort(conditions_.begin(), conditions_.end(), [](const auto& a, const auto& b) {
      return a.condition.context() < b.condition.context();
    });
    return std::move(conditions_);
  }

 private:
  void read_one(const config::Node& node, std::optional<OttlContext> context) {
    if (!node.is_scalar())
      return diagnostics_.error(node.mark(), "want a condition, got " + node.describe());
    auto condition =
        context ? OttlCondition::parse(node.text(), *context) : OttlCondition::parse(node.text());
    if (!condition) return diagnostics_.error(node.mark(), condition.error().message());
    std::string name = std::string(to_string(condition->context())) + ": " + node.text();
    conditions_.push_back({std::move(name), std::move(*condition)});
  }

  // {context: metric, conditions: [...], error_mode: ignore}
  void read_group(const config::Node& group) {
    for (const config::Node::Item& item : group.items()) {
      if (item.key != "context" && item.key != "conditions" && item.key != "error_mode")
        diagnostics_.error(item.key_mark, "unknown key " + json_string(item.key) +
                                              "; there are context, conditions and error_mode");
    }
    std::optional<OttlContext> context;
    if (const config::Node* name = group.find("context"); name != nullptr && !name->is_null()) {
      for (const auto one :
           {OttlContext::resource, OttlContext::scope, OttlContext::metric, OttlContext::datapoint})
        if (name->is_scalar() && name->text() == to_string(one)) context = one;
      if (!context)
        return diagnostics_.error(
            name->mark(),
            "context: want resource, scope, metric or datapoint, got " + name->describe());
    }
    const config::Node* conditions = group.find("conditions");
    if (conditions == nullptr || !conditions->is_sequence())
      return diagnostics_.error(group.mark(), "want conditions, a list");
    for (const config::Node& one : conditions->elements()) read_one(one, context);
  }

  config::Diagnostics& diagnostics_;
  std::vector<NamedCondition> conditions_;
};

}  // namespace

std::vector<NamedCondition> read_conditions(const Config& config,
                                            config::Diagnostics& diagnostics) {
  Reader reader(diagnostics);
  reader.read(config.metrics.resource, OttlContext::resource);
  reader.read(config.metrics.metric, OttlContext::metric);
  reader.read(config.metrics.datapoint, OttlContext::datapoint);
  reader.read(config.metric_conditions, std::nullopt);
  return reader.take();
}

}  // namespace tributary::collector::filter
