#include "lab/client/json_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/client/testing.h"

namespace tributary::lab::client {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result<config::Node> call(FakeAws& aws) {
  return aws.run(aws.ecs_api.call("ListClusters", "{}", {}));
}

TEST(JsonApi, SendsTheTargetAndReadsTheAnswer) {
  FakeAws aws;
  aws.answer("ListClusters", R"({"clusterArns":["a","b"]})");

  const auto answer = call(aws);

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(texts_of(*answer, "clusterArns").size(), 2U);
  const net::Request& request = aws.http->requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.headers.get("X-Amz-Target"), "AmazonEC2ContainerServiceV20141113.ListClusters");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-amz-json-1.1");
}

TEST(JsonApi, GivesARefusalItsType) {
  FakeAws aws;
  aws.answer("ListClusters", FakeAws::refuse("ClusterNotFoundException", "Cluster not found."));

  const auto answer = call(aws);

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message(), "ClusterNotFoundException: Cluster not found.");
  EXPECT_TRUE(is_refusal(answer.error(), "ClusterNotFoundException"));
  EXPECT_FALSE(is_refusal(answer.error(), "Cluster"));
}

TEST(JsonApi, SaysThatNobodyAnswers) {
  FakeAws aws;
  aws.http->answer = [](const net::Request&) -> Result<net::Response> {
    return Error(Code::unavailable, "connection refused");
  };

  EXPECT_THAT(call(aws).error().message(),
              StartsWith("nobody answers at http://lab:1/: connection refused"));
}

TEST(JsonApi, RefusesAnswersThatAreNoJson) {
  const auto refuses = [](int status, const std::string& body, const std::string& message) {
    FakeAws aws;
    aws.http->answer = [&](const net::Request&) -> Result<net::Response> {
      return net::Response{.status = status, .headers = {}, .body = body};
    };
    const auto answer = call(aws);
    ASSERT_FALSE(answer) << body;
    EXPECT_THAT(answer.error().message(), HasSubstr(message)) << body;
  };

  refuses(200, "{", "ListClusters");
  refuses(200, "[]", "no JSON object");
  refuses(502, "<html>", "answered 502, not as an AWS service would");
}

}  // namespace
}  // namespace tributary::lab::client
