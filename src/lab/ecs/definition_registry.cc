#include "lab/ecs/definition_registry.h"

#include "base/strings.h"
#include "lab/ecs/task_definition.h"

namespace tributary::lab::ecs {

std::string_view to_string(DefinitionStatus status) {
  switch (status) {
    case DefinitionStatus::active: return "ACTIVE";
    case DefinitionStatus::inactive: return "INACTIVE";
    case DefinitionStatus::delete_in_progress: return "DELETE_IN_PROGRESS";
  }
  return "";
}

std::string RegisteredDefinition::family_revision() const {
  return definition.family + ":" + std::to_string(definition.revision);
}

std::string RegisteredDefinition::arn() const {
  return place.arn("task-definition/" + family_revision());
}

Result<DefinitionRegistry::Definition> DefinitionRegistry::add(const Place& place,
                                                               DefinitionDocument document,
                                                               std::string registered_by,
                                                               Timestamp now) {
  Families& families = places_[place];
  std::size_t revisions = 0;
  for (const auto& [name, family] : families) revisions += family.revisions.size();
  if (revisions >= kRevisionsMax)
    return Error(Code::limit_exceeded, "this lab keeps at most " + std::to_string(kRevisionsMax) +
                                           " revisions of task definitions of an account");
  document.normalise();
  Family& family = families[document.family];
  auto one = std::make_shared<RegisteredDefinition>();
  one->place = place;
  one->definition = to_task_definition(document);
  one->definition.revision = ++family.last_revision;
  one->tags = one->definition.tags;
  one->document = std::move(document);
  one->registered_by = std::move(registered_by);
  one->registered_at = now;
  family.revisions[family.last_revision] = one;
  return Definition(one);
}

DefinitionRegistry::Definition DefinitionRegistry::find(const Place& place,
                                                        std::string_view name) const {
  name = name_in(place, "task-definition", name);
  const auto families = places_.find(place);
  if (families == places_.end()) return nullptr;
  const std::size_t colon = name.find(':');
  const auto family = families->second.find(name.substr(0, colon));
  if (family == families->second.end()) return nullptr;
  const auto& revisions = family->second.revisions;
  if (colon == std::string_view::npos) {
    for (auto one = revisions.rbegin(); one != revisions.rend(); ++one)
      if (one->second->status == DefinitionStatus::active) return one->second;
    return nullptr;
  }
  const auto number = parse_uint64(name.substr(colon + 1));
  if (!number || *number > UINT32_MAX) return nullptr;
  const auto found = revisions.find(static_cast<std::uint32_t>(*number));
  return found == revisions.end() ? nullptr : found->second;
}

void DefinitionRegistry::deregister(RegisteredDefinition& definition, Timestamp now) {
  if (definition.status != DefinitionStatus::active) return;
  definition.status = DefinitionStatus::inactive;
  definition.deregistered_at = now;
}

void DefinitionRegistry::remove(const RegisteredDefinition& definition) {
  Families& families = places_[definition.place];
  const auto family = families.find(definition.definition.family);
  if (family == families.end()) return;
  const auto found = family->second.revisions.find(definition.definition.revision);
  if (found == family->second.revisions.end()) return;
  found->second->status = DefinitionStatus::delete_in_progress;
  family->second.revisions.erase(found);
}

std::vector<DefinitionRegistry::Definition> DefinitionRegistry::list(const Place& place) const {
  std::vector<Definition> all;
  const auto families = places_.find(place);
  if (families == places_.end()) return all;
  for (const auto& [name, family] : families->second)
    for (const auto& [revision, definition] : family.revisions) all.push_back(definition);
  return all;
}

}  // namespace tributary::lab::ecs
