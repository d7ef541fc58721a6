#include "hub/identity/assumed_roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::hub::identity {
namespace {

using std::chrono::seconds;
using ::testing::SizeIs;

constexpr Timestamp kNow = timestamp_from_ms(1'700'000'000'000);

TEST(AssumedRoles, RemembersWhenAPairWasLastSeen) {
  AssumedRoles roles;

  roles.note("caller", "role", kNow);
  roles.note("caller", "role", kNow + seconds(9));

  ASSERT_THAT(roles.since(kNow), SizeIs(1));
  EXPECT_EQ(roles.since(kNow)[0].last, kNow + seconds(9));
  EXPECT_THAT(roles.since(kNow + seconds(10)), SizeIs(0));
}

TEST(AssumedRoles, ForgetsWhatNobodyReadsAnyMoreForWhatIsNew) {
  AssumedRoles roles;
  for (std::size_t i = 0; i < AssumedRoles::kPairsMax; ++i)
    roles.note("caller", std::to_string(i), kNow);

  roles.note("caller", "new", kNow + seconds(1));
  EXPECT_THAT(roles.since(kNow + seconds(1)), SizeIs(0));

  const Timestamp later = kNow + AssumedRoles::kMemory + seconds(1);
  roles.note("caller", "new", later);
  EXPECT_THAT(roles.since(later), SizeIs(1));
  EXPECT_THAT(roles.since(kNow), SizeIs(1));
}

}  // namespace
}  // namespace tributary::hub::identity
