#include "hub/workspaces/limits_table.h"

#include <cmath>
#include <utility>

#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::hub::workspaces {
namespace {

using config::Diagnostics;
using config::Node;

struct File {
  Node defaults;
  std::map<std::string, Node> workspaces;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("defaults", defaults, "limits of every workspace");
    f.optional("workspaces", workspaces, "limits of single workspaces, by id");
  }
};

// What the types alone do not say.
void check(const Limits& limits, const Node& node, Diagnostics& diagnostics) {
  const auto at_least = [&](bool good, std::string_view key, std::string_view least) {
    if (good) return;
    diagnostics.error(node.mark_of(key),
                      std::string(key) + ": must be at least " + std::string(least));
  };
  at_least(limits.ingestion_rate >= 0, "ingestion_rate", "0");
  at_least(limits.ingestion_burst >= 0, "ingestion_burst", "0");
  at_least(limits.queries_running_max > 0, "queries_running_max", "1");
  at_least(limits.request_size_max.bytes > 0, "request_size_max", "1 byte");
  at_least(limits.query_timeout.value > Duration::zero(), "query_timeout", "1ms");
  at_least(limits.query_lookback.value > Duration::zero(), "query_lookback", "1ms");
}

Limits decoded(const Node& node, Limits limits, Diagnostics& diagnostics) {
  if (config::decode(node, limits, diagnostics)) check(limits, node, diagnostics);
  return limits;
}

}  // namespace

LimitsTable::LimitsTable(Limits defaults)
    : defaults_(std::make_shared<const Limits>(std::move(defaults))) {}

std::shared_ptr<const Limits> LimitsTable::of(std::string_view workspace_id) const {
  const std::lock_guard lock(mutex_);
  if (const auto known = combined_.find(workspace_id); known != combined_.end())
    return known->second;
  return combined_.emplace(std::string(workspace_id), combine(workspace_id)).first->second;
}

std::shared_ptr<const Limits> LimitsTable::combine(std::string_view workspace_id) const {
  const auto by_file = overrides_.find(workspace_id);
  const auto& base = by_file != overrides_.end() ? by_file->second : defaults_;
  const auto by_owner = settings_.find(workspace_id);
  if (by_owner == settings_.end() || !by_owner->second.retention) return base;
  Limits limits = *base;
  limits.retention = *by_owner->second.retention;
  return std::make_shared<const Limits>(std::move(limits));
}

void LimitsTable::set(std::string_view workspace_id, WorkspaceSettings settings) {
  const std::lock_guard lock(mutex_);
  settings_.insert_or_assign(std::string(workspace_id), std::move(settings));
  combined_.clear();
}

void LimitsTable::forget(std::string_view workspace_id) {
  const std::lock_guard lock(mutex_);
  settings_.erase(std::string(workspace_id));
  combined_.erase(std::string(workspace_id));
}

void LimitsTable::load(std::string text, std::string name, const Limits& base,
                       Diagnostics& diagnostics) {
  const Node node = config::parse(std::move(text), std::move(name), diagnostics);
  File file;
  if (diagnostics.has_errors() || !config::decode(node, file, diagnostics)) return;
  std::shared_ptr<const Limits> defaults;
  {
    const Diagnostics::Scope scope(diagnostics, "defaults");
    defaults = std::make_shared<const Limits>(decoded(file.defaults, base, diagnostics));
  }
  std::map<std::string, std::shared_ptr<const Limits>, std::less<>> overrides;
  for (const auto& [id, limits] : file.workspaces) {
    const Diagnostics::Scope scope(diagnostics, "workspaces::" + id);
    overrides.emplace(id, std::make_shared<const Limits>(decoded(limits, *defaults, diagnostics)));
  }
  if (diagnostics.has_errors()) return;
  const std::lock_guard lock(mutex_);
  defaults_ = std::move(defaults);
  overrides_ = std::move(overrides);
  combined_.clear();
}

}  // namespace tributary::hub::workspaces
