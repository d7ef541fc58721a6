// Task definitions that were registered: families and their revisions, of each account and region.
// Kept in memory. A revision never changes but for its status, so tasks and services share it.
//
// Threads: the Loop's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lab/ecs/definition_document.h"
#include "lab/ecs/place.h"
#include "lab/task/task.h"

namespace tributary::lab::ecs {

enum class DefinitionStatus : std::uint8_t { active, inactive, delete_in_progress };
std::string_view to_string(DefinitionStatus status);

struct RegisteredDefinition {
  Place place;
  DefinitionDocument document;
  TaskDefinition definition;  // the same, as tasks are run by; with its revision
  DefinitionStatus status = DefinitionStatus::active;
  std::string registered_by;
  Timestamp registered_at;
  std::optional<Timestamp> deregistered_at;
  std::map<std::string, std::string> tags;

  std::string family_revision() const;  // "family:3"
  std::string arn() const;
};

class DefinitionRegistry {
 public:
  static constexpr std::size_t kRevisionsMax = 2000;  // of one account and region

  using Definition = std::shared_ptr<RegisteredDefinition>;

  // Errors: limit_exceeded.
  Result<Definition> add(const Place& place, DefinitionDocument document, std::string registered_by,
                         Timestamp now);

  // By "family" (its latest active revision), "family:revision" or ARN. Null where there is none.
  Definition find(const Place& place, std::string_view name) const;

  static void deregister(RegisteredDefinition& definition, Timestamp now);
  // Only of an inactive one: gone with the last task or service that uses it.
  void remove(const RegisteredDefinition& definition);

  // In the order of families and revisions.
  std::vector<Definition> list(const Place& place) const;

 private:
  struct Family {
    std::uint32_t last_revision = 0;  // survives its revisions: numbers are never used twice
    std::map<std::uint32_t, Definition> revisions;
  };
  using Families = std::map<std::string, Family, std::less<>>;

  std::map<Place, Families> places_;
};

}  // namespace tributary::lab::ecs
