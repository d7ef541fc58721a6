#include "hub/identity/service_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/sha256.h"
#include "aws/sigv4.h"
#include "hub/identity/test_hub.h"

namespace tributary::hub::identity {
namespace {

using ::testing::HasSubstr;

using Values = std::map<std::string, std::string>;

constexpr const char* kTaskArn = "arn:aws:ecs:eu-west-1:111111111111:task/demo/0123456789abcdef";
constexpr const char* kTaskRole = "arn:aws:iam::111111111111:role/task-role";
constexpr const char* kCluster = "arn:aws:ecs:eu-west-1:111111111111:cluster/demo";

class ServiceApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = hub_.store().add_service_key(kLabService);
    ASSERT_TRUE(made);
    lab_ = {made->key.id, made->secret, ""};
    hub_.done(hub_.iam(hub_.workload(), "CreateRole",
                       {{"RoleName", "task-role"},
                        {"AssumeRolePolicyDocument",
                         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
              "Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]})"}}));
    constexpr const char* kPolicy = R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"},
      {"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":
        {"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}]})";
    hub_.done(
        hub_.iam(hub_.workload(), "PutRolePolicy",
                 {{"RoleName", "task-role"}, {"PolicyName", "run"}, {"PolicyDocument", kPolicy}}));
  }

  struct Sent {
    std::string service = "ecs";
    std::string body = "{}";
    std::string target = "/";
  };
  // The question whose signature a request bears that `who` has signed.
  Values signed_by(const Credentials& who, const Sent& sent) {
    net::Headers headers{{"Host", "127.0.0.1:9010"}, {"X-Amz-Target", "Ecs.RunTask"}};
    const aws::RequestView view{"POST", sent.target, headers, sent.body};
    const auto made = aws::sign(view, {who.id, who.secret, who.token, {}, {}},
                                {"eu-west-1", sent.service}, hub_.clock().now());
    for (const auto& [name, value] : made.headers) headers.set(name, value);
    Values values = {{"Method", "POST"},
                     {"Target", sent.target},
                     {"PayloadHash", aws::sha256_hex(sent.body)},
                     {"Service", "ecs"}};
    int i = 0;
    for (const auto& [name, value] : headers) {
      const std::string member = "Headers.member." + std::to_string(++i);
      values[member + ".Name"] = name;
      values[member + ".Value"] = value;
    }
    return values;
  }
  std::string verify(const Values& values) {
    return hub_.done(hub_.sts(lab_, "TributaryVerifyRequest", values));
  }
  std::string authorize(const Credentials& who, std::string_view action, std::string_view resource,
                        Values more = {}) {
    more.emplace("AccessKeyId", who.id);
    more.emplace("AuthorizedAction", action);
    more.emplace("Resource", resource);
    return hub_.done(hub_.sts(lab_, "TributaryAuthorize", std::move(more)));
  }
  ApiResponse issue(const Credentials& who, const char* role, const char* task) {
    return hub_.sts(who, "TributaryIssueTaskCredentials", {{"RoleArn", role}, {"TaskArn", task}});
  }
  Credentials task() {
    const std::string xml = hub_.done(issue(lab_, kTaskRole, kTaskArn));
    return {between(xml, "AccessKeyId"), between(xml, "SecretAccessKey"),
            between(xml, "SessionToken")};
  }

  TestHub hub_;
  Credentials lab_;
};

TEST_F(ServiceApiTest, TellsWhoSignedARequest) {
  const std::string user = verify(signed_by(hub_.workload(), {}));
  const std::string session = verify(signed_by(task(), {}));

  EXPECT_EQ(between(user, "Arn"), "arn:aws:iam::111111111111:user/administrator");
  EXPECT_EQ(between(user, "Account"), "111111111111");
  EXPECT_EQ(between(user, "AccessKeyId"), hub_.workload().id);
  EXPECT_EQ(between(user, "Region"), "eu-west-1");
  EXPECT_EQ(between(session, "Arn"),
            "arn:aws:sts::111111111111:assumed-role/task-role/0123456789abcdef");
}

TEST_F(ServiceApiTest, RefusesARequestThatWasChangedAfterSigning) {
  Values other_body = signed_by(hub_.workload(), {});
  other_body["PayloadHash"] = aws::sha256_hex("{\"other\": 1}");
  Values other_target = signed_by(hub_.workload(), {});
  other_target["Target"] = "/v2/";

  EXPECT_EQ(between(verify(other_body), "Code"), "SignatureDoesNotMatch");
  EXPECT_EQ(between(verify(other_target), "Code"), "SignatureDoesNotMatch");
  EXPECT_EQ(between(verify(other_target), "Account"), "");
}

TEST_F(ServiceApiTest, RefusesASignatureForAnotherServiceOrAnotherTime) {
  const std::string other = verify(signed_by(hub_.workload(), {.service = "logs"}));
  const Values old = signed_by(hub_.workload(), {});
  hub_.clock().advance(16min);

  EXPECT_THAT(between(other, "Message"), HasSubstr("scoped to correct service: 'ecs'"));
  EXPECT_THAT(between(verify(old), "Message"), HasSubstr("Signature expired"));
}

TEST_F(ServiceApiTest, RefusesUnknownKeysAndServicesAsCallers) {
  const Credentials unknown{"AKIAAAAAAAAAAAAAAAAA", "secret", ""};

  EXPECT_EQ(between(verify(signed_by(unknown, {})), "Code"), "InvalidClientTokenId");
  EXPECT_EQ(between(verify(signed_by(lab_, {})), "Code"), "InvalidClientTokenId");
  EXPECT_EQ(between(authorize(lab_, "ecs:RunTask", "*"), "Code"), "InvalidClientTokenId");
}

TEST_F(ServiceApiTest, DecidesByThePoliciesOfTheCaller) {
  const Credentials session = task();

  EXPECT_EQ(between(authorize(hub_.workload(), "ecs:CreateCluster", kCluster), "Decision"),
            "allowed");
  EXPECT_EQ(between(authorize(session, "ecs:RunTask", kCluster), "Decision"), "allowed");
  const std::string refused = authorize(session, "ecs:CreateCluster", kCluster);
  EXPECT_EQ(between(refused, "Code"), "AccessDenied");
  EXPECT_THAT(between(refused, "Message"),
              HasSubstr("is not authorized to perform: ecs:CreateCluster on resource: "
                        "arn:aws:ecs:eu-west-1:111111111111:cluster/demo because no "
                        "identity-based policy allows the ecs:CreateCluster action"));
  EXPECT_THAT(between(refused, "Explanation"), HasSubstr("role task-role of account 111111111111"));
}

TEST_F(ServiceApiTest, LooksAtTheContextOfTheRequest) {
  const Credentials session = task();
  const auto pass_to = [&](const char* service) {
    return authorize(
        session, "iam:PassRole", kTaskRole,
        {{"Context.member.1.Key", "iam:PassedToService"}, {"Context.member.1.Value", service}});
  };

  EXPECT_EQ(between(pass_to("ecs-tasks.amazonaws.com"), "Decision"), "allowed");
  EXPECT_EQ(between(pass_to("ec2.amazonaws.com"), "Code"), "AccessDenied");
  EXPECT_EQ(between(authorize(session, "iam:PassRole", kTaskRole), "Code"), "AccessDenied");
}

TEST_F(ServiceApiTest, LetsNobodyActOnAnotherAccount) {
  const std::string refused = authorize(hub_.central(), "ecs:DeleteCluster", kCluster);

  EXPECT_EQ(between(refused, "Code"), "AccessDenied");
}

TEST_F(ServiceApiTest, KnowsASessionOnceItWasVerifiedAndUntilItExpires) {
  const std::string xml = hub_.done(issue(hub_.workload(), kTaskRole, kTaskArn));
  const Credentials session{between(xml, "AccessKeyId"), between(xml, "SecretAccessKey"),
                            between(xml, "SessionToken")};

  EXPECT_EQ(between(authorize(session, "ecs:RunTask", "*"), "Code"), "InvalidClientTokenId");
  verify(signed_by(session, {}));
  EXPECT_EQ(between(authorize(session, "ecs:RunTask", "*"), "Decision"), "allowed");
  hub_.clock().advance(7h);
  EXPECT_EQ(between(authorize(session, "ecs:RunTask", "*"), "Code"), "ExpiredToken");
}

TEST_F(ServiceApiTest, ForgetsASessionWithItsRole) {
  const Credentials session = task();
  hub_.done(hub_.iam(hub_.workload(), "DeleteRolePolicy",
                     {{"RoleName", "task-role"}, {"PolicyName", "run"}}));
  EXPECT_EQ(between(authorize(session, "ecs:RunTask", "*"), "Code"), "AccessDenied");

  hub_.done(hub_.iam(hub_.workload(), "DeleteRole", {{"RoleName", "task-role"}}));

  EXPECT_EQ(between(authorize(session, "ecs:RunTask", "*"), "Code"), "InvalidClientTokenId");
}

TEST_F(ServiceApiTest, AnswersServicesOnly) {
  const ApiResponse verified =
      hub_.sts(hub_.workload(), "TributaryVerifyRequest", signed_by(hub_.workload(), {}));
  const ApiResponse authorized = hub_.sts(
      hub_.workload(), "TributaryAuthorize",
      {{"AccessKeyId", hub_.central().id}, {"AuthorizedAction", "ecs:RunTask"}, {"Resource", "*"}});

  EXPECT_EQ(verified.error->code, "AccessDenied");
  EXPECT_EQ(authorized.error->code, "AccessDenied");
  EXPECT_THAT(authorized.error->message, HasSubstr("needs a service key of this hub"));
}

TEST_F(ServiceApiTest, IssuesTaskCredentialsToAServiceInAnyAccountThatTrustsEcs) {
  hub_.done(hub_.iam(hub_.central(), "CreateRole",
                     {{"RoleName", "other"},
                      {"AssumeRolePolicyDocument",
                       R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})"}}));
  constexpr const char* kOther = "arn:aws:iam::222222222222:role/other";
  constexpr const char* kOtherTask = "arn:aws:ecs:eu-west-1:222222222222:task/demo/0123";

  EXPECT_EQ(issue(lab_, kTaskRole, kTaskArn).status, 200);
  EXPECT_EQ(issue(lab_, kTaskRole, kOtherTask).error->code, "AccessDenied");
  EXPECT_THAT(issue(lab_, kOther, kOtherTask).error->explanation,
              HasSubstr(R"("Principal":{"Service":"ecs-tasks.amazonaws.com"})"));
}

TEST_F(ServiceApiTest, GivesAServiceNothingElse) {
  EXPECT_EQ(hub_.iam(lab_, "ListUsers").error->code, "AccessDenied");
  EXPECT_EQ(hub_.sts(lab_, "AssumeRole", {{"RoleArn", kTaskRole}, {"RoleSessionName", "lab"}})
                .error->code,
            "AccessDenied");
}

TEST_F(ServiceApiTest, KnowsAKeyNoLongerWhenItWasRemoved) {
  ASSERT_TRUE(hub_.store().remove_service_key(lab_.id).value());

  const auto found = hub_.authenticator().find(lab_.id, "");

  EXPECT_TRUE(std::holds_alternative<ApiError>(found));
  EXPECT_FALSE(hub_.store().remove_service_key(lab_.id).value());
}

TEST_F(ServiceApiTest, NamesWhatAQuestionLacks) {
  const ApiResponse response = hub_.sts(lab_, "TributaryAuthorize", {{"Resource", "*"}});

  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.error->message, HasSubstr("authorizedAction"));
}

}  // namespace
}  // namespace tributary::hub::identity
