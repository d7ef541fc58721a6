#include "aws/arn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

using testing::HasSubstr;

TEST(Arn, ReadsARole) {
  const auto arn = parse_arn("arn:aws:iam::222222222222:role/team/ECS-AMP-Central-Role");

  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->account, "222222222222");
  EXPECT_EQ(arn->region, "");
  EXPECT_EQ(arn->resource, "role/team/ECS-AMP-Central-Role");
  EXPECT_EQ(arn->resource_name(), "ECS-AMP-Central-Role");
}

TEST(Arn, KeepsColonsOfTheResource) {
  const std::string text = "arn:aws:logs:eu-west-1:111111111111:log-group:name:*";

  const auto arn = parse_arn(text);

  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->resource, "log-group:name:*");
  EXPECT_EQ(arn->to_string(), text);
}

TEST(Arn, RefusesWhatIsNotOneAndSaysWhy) {
  const auto refusal = [](std::string_view text) { return parse_arn(text).error().message(); };

  EXPECT_THAT(refusal("role/x"), HasSubstr("ARN \"role/x\": must have six parts"));
  EXPECT_THAT(refusal("urn:aws:iam::1:role/x"), HasSubstr("must start with \"arn:\""));
  EXPECT_THAT(refusal("arn::iam::1:role/x"), HasSubstr("partition is empty"));
  EXPECT_THAT(refusal("arn:aws:::1:role/x"), HasSubstr("service is empty"));
  EXPECT_THAT(refusal("arn:aws:iam::1:"), HasSubstr("resource is empty"));
}

TEST(Arn, SplitsIntoSixParts) {
  const auto arn = split_arn("arn:aws:logs:eu-west-1:111111111111:log-group:name:*");

  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->partition, "aws");
  EXPECT_EQ(arn->service, "logs");
  EXPECT_EQ(arn->region, "eu-west-1");
  EXPECT_EQ(arn->account, "111111111111");
  EXPECT_EQ(arn->resource, "log-group:name:*");
}

TEST(Arn, SplitsNothingElse) {
  EXPECT_FALSE(split_arn(""));
  EXPECT_FALSE(split_arn("arn:aws:iam::111111111111"));
  EXPECT_FALSE(split_arn("urn:aws:iam::111111111111:root"));
}

TEST(Arn, KnowsThePartitionOfARegion) {
  EXPECT_EQ(partition_of_region("eu-west-1"), "aws");
  EXPECT_EQ(partition_of_region("cn-north-1"), "aws-cn");
  EXPECT_EQ(partition_of_region("us-gov-west-1"), "aws-us-gov");
}

}  // namespace
}  // namespace tributary::aws
