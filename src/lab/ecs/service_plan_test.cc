#include "lab/ecs/service_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab::ecs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TaskView kNew = {.primary = true, .running = true, .healthy = true};
constexpr TaskView kNewPending = {.primary = true};
constexpr TaskView kOld = {.primary = false, .running = true, .healthy = true};
constexpr TaskView kOldPending = {.primary = false};

ServicePlan plan(std::size_t desired, std::vector<TaskView> tasks, std::uint32_t minimum = 100,
                 std::uint32_t maximum = 200) {
  return plan_service({.desired = desired,
                       .minimum_healthy_percent = minimum,
                       .maximum_percent = maximum,
                       .tasks = std::move(tasks)});
}

TEST(ServicePlan, StartsWhatIsMissing) {
  EXPECT_EQ(plan(3, {}).start, 3U);
  EXPECT_EQ(plan(3, {kNew, kNewPending}).start, 1U);
  EXPECT_EQ(plan(2, {kNew, kNewPending}).start, 0U);
}

TEST(ServicePlan, StopsWhatIsTooMuchTheYoungestFirst) {
  EXPECT_THAT(plan(1, {kNew, kNewPending, kNew}).stop, ElementsAre(1, 2));
  EXPECT_THAT(plan(0, {kNew, kNew}).stop, ElementsAre(1, 0));
}

TEST(ServicePlan, StartsTheNewBeforeItStopsTheOld) {
  const ServicePlan first = plan(2, {kOld, kOld});
  EXPECT_EQ(first.start, 2U);
  EXPECT_THAT(first.stop, IsEmpty());

  EXPECT_THAT(plan(2, {kOld, kOld, kNewPending, kNewPending}).stop, IsEmpty());
  EXPECT_THAT(plan(2, {kOld, kOld, kNew, kNewPending}).stop, ElementsAre(0));
  EXPECT_THAT(plan(2, {kOld, kOld, kNew, kNew}).stop, ElementsAre(0, 1));
}

TEST(ServicePlan, StopsTheOldFirstWhereNoMoreMayRun) {
  const ServicePlan first = plan(2, {kOld, kOld}, 50, 100);

  EXPECT_EQ(first.start, 0U) << "what is being stopped still holds its ports";
  EXPECT_THAT(first.stop, ElementsAre(0));
  EXPECT_EQ(plan(2, {kOld}, 50, 100).start, 1U);
}

TEST(ServicePlan, CountsWhatIsBeingStopped) {
  const ServicePlan waiting = plan_service(
      {.desired = 1, .minimum_healthy_percent = 0, .maximum_percent = 100, .stopping = 1});

  EXPECT_EQ(waiting.start, 0U);
}

TEST(ServicePlan, StopsOldTasksThatDoNotServeAtOnce) {
  EXPECT_THAT(plan(1, {kOldPending}).stop, ElementsAre(0));
}

TEST(ServicePlan, LeavesADeploymentThatFailedAlone) {
  const ServicePlan failed =
      plan_service({.desired = 2, .primary_failed = true, .tasks = {kOld, kOld}});

  EXPECT_EQ(failed.start, 0U);
  EXPECT_THAT(failed.stop, IsEmpty());
}

}  // namespace
}  // namespace tributary::lab::ecs
