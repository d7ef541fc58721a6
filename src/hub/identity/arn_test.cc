#include "hub/identity/arn.h"

#include <gtest/gtest.h>

namespace tributary::hub::identity {
namespace {

TEST(Arn, SplitsIamResources) {
  const auto plain = split_iam_resource("role/name");
  const auto deep = split_iam_resource("user/a/b/name");

  ASSERT_TRUE(plain && deep);
  EXPECT_EQ(plain->kind, "role");
  EXPECT_EQ(plain->path, "/");
  EXPECT_EQ(plain->name, "name");
  EXPECT_EQ(deep->path, "/a/b/");
  EXPECT_EQ(deep->name, "name");
  EXPECT_FALSE(split_iam_resource("root"));
  EXPECT_FALSE(split_iam_resource("role/"));
}

TEST(Arn, KnowsAccountIds) {
  EXPECT_TRUE(is_account_id("012345678901"));
  EXPECT_FALSE(is_account_id("01234567890"));
  EXPECT_FALSE(is_account_id("01234567890x"));
}

}  // namespace
}  // namespace tributary::hub::identity
