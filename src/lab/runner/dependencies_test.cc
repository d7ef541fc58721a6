#include "lab/runner/dependencies.h"

#include <gtest/gtest.h>

namespace tributary::lab {
namespace {

// "app" waits for "other" to come to a condition.
struct Example {
  explicit Example(StartCondition condition, ContainerState other) {
    definition.containers = {{.name = "other"}, {.name = "app"}};
    definition.containers[1].depends_on = {{"other", condition}};
    state.containers = {std::move(other), {.status = Status::pulled}};
  }
  Readiness::Kind kind() const { return readiness_of(definition, state, 1).kind; }

  TaskDefinition definition;
  TaskState state;
};

ContainerState running(Health health = Health::unknown) {
  return {.status = Status::running, .health = health, .started_at = Timestamp(1s)};
}
ContainerState ended(int code) {
  return {.status = Status::stopped, .started_at = Timestamp(1s), .exit_code = code};
}

TEST(Readiness, IsWhatTheConditionSays) {
  const auto check = [](StartCondition condition, ContainerState other, Readiness::Kind kind) {
    EXPECT_EQ(Example(condition, std::move(other)).kind(), kind);
  };
  using enum StartCondition;
  using enum Readiness::Kind;

  check(start, {.status = Status::created}, waits);
  check(start, running(), ready);
  check(start, ended(1), ready);
  check(complete, running(), waits);
  check(complete, ended(1), ready);
  check(success, running(), waits);
  check(success, ended(0), ready);
  check(success, ended(1), never);
  check(healthy, running(), waits);
  check(healthy, running(Health::unhealthy), waits);
  check(healthy, running(Health::healthy), ready);
  check(healthy, ended(0), never);
}

TEST(Readiness, IsNeverWhereTheOtherCouldNotStart) {
  const ContainerState failed{.status = Status::stopped, .reason = "no image"};

  EXPECT_EQ(Example(StartCondition::start, failed).kind(), Readiness::Kind::never);
  EXPECT_EQ(Example(StartCondition::complete, failed).kind(), Readiness::Kind::never);
}

TEST(Readiness, NamesAContainerThatIsNotThere) {
  Example example(StartCondition::start, running());
  example.definition.containers[1].depends_on[0].container = "ghost";

  const Readiness readiness = readiness_of(example.definition, example.state, 1);

  EXPECT_EQ(readiness.kind, Readiness::Kind::never);
  EXPECT_EQ(readiness.reason, "TaskDependencyError: there is no container \"ghost\"");
}

TEST(MayStop, WaitsForThoseThatDependOnIt) {
  Example example(StartCondition::start, running());
  example.state.containers[1] = running();

  EXPECT_FALSE(may_stop(example.definition, example.state, 0));
  EXPECT_TRUE(may_stop(example.definition, example.state, 1));
  example.state.containers[1] = ended(0);
  EXPECT_TRUE(may_stop(example.definition, example.state, 0));
}

}  // namespace
}  // namespace tributary::lab
