#include "hub/identity/sts_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/identity/test_hub.h"

namespace tributary::hub::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Values = std::map<std::string, std::string>;

constexpr const char* kTaskArn = "arn:aws:ecs:eu-west-1:111111111111:task/demo/0123456789abcdef";
constexpr const char* kTaskRole = "arn:aws:iam::111111111111:role/ecs-xaccount-task-role";
constexpr const char* kCentralRole = "arn:aws:iam::222222222222:role/ECS-AMP-Central-Role";
constexpr const char* kWorkspace = "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1";

// The walkthrough: a task role in the workload account that may assume a role in the central one,
// which trusts it and may write.
class StsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    iam(hub_.workload(), "CreateRole",
        {{"RoleName", "ecs-xaccount-task-role"},
         {"AssumeRolePolicyDocument",
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
              "Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]})"}});
    iam(hub_.workload(), "PutRolePolicy",
        {{"RoleName", "ecs-xaccount-task-role"},
         {"PolicyName", "assume-central"},
         {"PolicyDocument", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Action":"sts:AssumeRole",
            "Resource":"arn:aws:iam::222222222222:role/ECS-AMP-Central-Role"}]})"}});
    iam(hub_.central(), "CreateRole",
        {{"RoleName", "ECS-AMP-Central-Role"}, {"AssumeRolePolicyDocument", trust(kTaskRole, "")}});
    iam(hub_.central(), "AttachRolePolicy",
        {{"RoleName", "ECS-AMP-Central-Role"},
         {"PolicyArn", "arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess"}});
  }

  static std::string trust(const std::string& principal, const std::string& condition) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" +
           principal + R"("},"Action":["sts:AssumeRole","sts:TagSession"])" + condition + "}]}";
  }
  std::string iam(const Credentials& who, std::string_view action, Values values) {
    return hub_.done(hub_.iam(who, action, std::move(values)));
  }
  static Credentials credentials(std::string_view xml) {
    return {between(xml, "AccessKeyId"), between(xml, "SecretAccessKey"),
            between(xml, "SessionToken")};
  }
  Credentials task() {
    return credentials(hub_.done(hub_.sts(hub_.workload(), "TributaryIssueTaskCredentials",
                                          {{"RoleArn", kTaskRole}, {"TaskArn", kTaskArn}})));
  }
  ApiResponse assume(const Credentials& who, Values more = {}) {
    more.emplace("RoleArn", kCentralRole);
    more.emplace("RoleSessionName", "collector");
    return hub_.sts(who, "AssumeRole", std::move(more));
  }
  bool may(const Credentials& who, const char* action) {
    const Principal principal = hub_.principal(who);
    const auto decision = hub_.authorizer().authorize({.principal = principal,
                                                       .action = action,
                                                       .resource = kWorkspace,
                                                       .resource_account = "222222222222"});
    EXPECT_TRUE(decision);
    return decision->allowed();
  }
  std::string refusal(const Credentials& who) {
    auto found = hub_.authenticator().find(who.id, who.token);
    const ApiError* error = std::get_if<ApiError>(&found);
    return error ? error->code : "";
  }

  TestHub hub_;
};

TEST_F(StsTest, LetsTheTaskWriteThroughTheCentralRole) {
  const Credentials session = credentials(hub_.done(assume(task())));

  EXPECT_TRUE(session.id.starts_with("ASIA"));
  EXPECT_EQ(session.id.size(), 20U);
  EXPECT_EQ(session.secret.size(), 40U);
  EXPECT_TRUE(may(session, "aps:RemoteWrite"));
  EXPECT_FALSE(may(session, "aps:QueryMetrics"));
  EXPECT_FALSE(may(task(), "aps:RemoteWrite"));
  EXPECT_EQ(hub_.principal(session).assumed_by,
            "arn:aws:sts::111111111111:assumed-role/ecs-xaccount-task-role/0123456789abcdef");
}

TEST_F(StsTest, AnswersAssumeRole) {
  const std::string body = hub_.done(assume(task()));

  EXPECT_THAT(body, HasSubstr("<AssumeRoleResponse "
                              "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"));
  EXPECT_EQ(between(body, "Expiration"), "2023-11-14T23:13:20Z");
  EXPECT_TRUE(between(body, "AssumedRoleId").starts_with("AROA"));
  EXPECT_TRUE(between(body, "AssumedRoleId").ends_with(":collector"));
  EXPECT_EQ(between(body, "Arn"),
            "arn:aws:sts::222222222222:assumed-role/ECS-AMP-Central-Role/collector");
  EXPECT_THAT(body, Not(HasSubstr("PackedPolicySize")));
}

TEST_F(StsTest, NamesTheTasksSessionAfterTheTask) {
  const std::string body = hub_.done(hub_.sts(task(), "GetCallerIdentity"));

  EXPECT_EQ(between(body, "Arn"),
            "arn:aws:sts::111111111111:assumed-role/ecs-xaccount-task-role/0123456789abcdef");
  EXPECT_EQ(between(body, "Account"), "111111111111");
}

TEST_F(StsTest, TellsUsersWhoTheyAre) {
  const std::string body = hub_.done(hub_.sts(hub_.central(), "GetCallerIdentity"));

  EXPECT_EQ(between(body, "Arn"), "arn:aws:iam::222222222222:user/administrator");
  EXPECT_TRUE(between(body, "UserId").starts_with("AIDA"));
}

TEST_F(StsTest, NeedsBothSides) {
  const Credentials who = task();
  iam(hub_.workload(), "DeleteRolePolicy",
      {{"RoleName", "ecs-xaccount-task-role"}, {"PolicyName", "assume-central"}});

  const ApiResponse without_identity = assume(who);
  iam(hub_.central(), "UpdateAssumeRolePolicy",
      {{"RoleName", "ECS-AMP-Central-Role"}, {"PolicyDocument", trust("222222222222", "")}});
  const ApiResponse without_both = assume(who);

  EXPECT_EQ(without_identity.status, 403);
  EXPECT_THAT(
      without_identity.error->explanation,
      HasSubstr("missing in the identity-based policy of role ecs-xaccount-task-role of "
                "account 111111111111: {\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\""));
  EXPECT_THAT(without_identity.error->explanation, Not(HasSubstr("trust")));
  EXPECT_THAT(without_both.error->explanation,
              HasSubstr("missing in the role trust policy of role ECS-AMP-Central-Role of account "
                        "222222222222"));
}

TEST_F(StsTest, HidesWhetherARoleExists) {
  const Credentials who = task();
  iam(hub_.workload(), "PutRolePolicy",
      {{"RoleName", "ecs-xaccount-task-role"},
       {"PolicyName", "any"},
       {"PolicyDocument", R"({"Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}})"}});
  iam(hub_.central(), "CreateRole",
      {{"RoleName", "other"}, {"AssumeRolePolicyDocument", trust("222222222222", "")}});

  const ApiResponse other = assume(who, {{"RoleArn", "arn:aws:iam::222222222222:role/other"}});
  const ApiResponse absent = assume(who, {{"RoleArn", "arn:aws:iam::222222222222:role/othor"}});

  EXPECT_EQ(absent.status, 403);
  EXPECT_EQ(other.error->message.size(), absent.error->message.size());
  EXPECT_EQ(other.error->explanation.size(), absent.error->explanation.size());
  EXPECT_EQ(absent.error->internal, "there is no role arn:aws:iam::222222222222:role/othor");
}

TEST_F(StsTest, ChecksTheExternalId) {
  iam(hub_.central(), "UpdateAssumeRolePolicy",
      {{"RoleName", "ECS-AMP-Central-Role"},
       {"PolicyDocument",
        trust(kTaskRole, R"(,"Condition":{"StringEquals":{"sts:ExternalId":"42-secret"}})")}});

  EXPECT_EQ(assume(task()).status, 403);
  EXPECT_EQ(assume(task(), {{"ExternalId", "43-secret"}}).status, 403);
  EXPECT_EQ(assume(task(), {{"ExternalId", "42-secret"}}).status, 200);
}

TEST_F(StsTest, EndsSessionsInTime) {
  const Credentials session = credentials(hub_.done(assume(task(), {{"DurationSeconds", "900"}})));

  hub_.clock().advance(899s);
  const std::string before = refusal(session);
  hub_.clock().advance(1s);

  EXPECT_EQ(before, "");
  EXPECT_EQ(refusal(session), "ExpiredToken");
}

TEST_F(StsTest, EndsSessionsWithTheirRole) {
  const Credentials session = credentials(hub_.done(assume(task())));
  ASSERT_EQ(refusal(session), "");
  iam(hub_.central(), "DetachRolePolicy",
      {{"RoleName", "ECS-AMP-Central-Role"},
       {"PolicyArn", "arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess"}});
  EXPECT_FALSE(may(session, "aps:RemoteWrite"));
  iam(hub_.central(), "DeleteRole", {{"RoleName", "ECS-AMP-Central-Role"}});
  const std::string deleted = refusal(session);

  iam(hub_.central(), "CreateRole",
      {{"RoleName", "ECS-AMP-Central-Role"}, {"AssumeRolePolicyDocument", trust(kTaskRole, "")}});

  EXPECT_EQ(deleted, "InvalidClientTokenId");
  EXPECT_EQ(refusal(session), "InvalidClientTokenId") << "a namesake is another role";
}

TEST_F(StsTest, DoesNotTrustANamesakeOfTheTaskRole) {
  iam(hub_.workload(), "DeleteRolePolicy",
      {{"RoleName", "ecs-xaccount-task-role"}, {"PolicyName", "assume-central"}});
  iam(hub_.workload(), "DeleteRole", {{"RoleName", "ecs-xaccount-task-role"}});
  iam(hub_.workload(), "CreateRole",
      {{"RoleName", "ecs-xaccount-task-role"},
       {"AssumeRolePolicyDocument",
        R"({"Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},
            "Action":"sts:AssumeRole"}})"}});
  iam(hub_.workload(), "PutRolePolicy",
      {{"RoleName", "ecs-xaccount-task-role"},
       {"PolicyName", "assume"},
       {"PolicyDocument", R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"}});

  EXPECT_EQ(assume(task()).status, 403);
}

TEST_F(StsTest, RefusesTokensThatDoNotFit) {
  const Credentials session = credentials(hub_.done(assume(task())));
  Credentials no_token = session;
  no_token.token.clear();
  Credentials other_key = session;
  other_key.id = "ASIAAAAAAAAAAAAAAAAA";
  Credentials changed = session;
  changed.token[40] = changed.token[40] == 'A' ? 'B' : 'A';

  EXPECT_EQ(refusal(session), "");
  EXPECT_EQ(refusal(no_token), "InvalidClientTokenId");
  EXPECT_EQ(refusal(other_key), "InvalidClientTokenId");
  EXPECT_EQ(refusal(changed), "InvalidClientTokenId");
  EXPECT_EQ(refusal({"AKIAAAAAAAAAAAAAAAAA", "", ""}), "InvalidClientTokenId");
}

TEST_F(StsTest, LimitsDurations) {
  const auto message = [&](const Credentials& who, const char* seconds) {
    return assume(who, {{"DurationSeconds", seconds}}).error->message;
  };
  iam(hub_.central(), "UpdateAssumeRolePolicy",
      {{"RoleName", "ECS-AMP-Central-Role"},
       {"PolicyDocument", trust("arn:aws:iam::222222222222:user/administrator", "")}});

  EXPECT_THAT(message(hub_.central(), "3601"),
              HasSubstr("exceeds the MaxSessionDuration set for this role"));
  EXPECT_THAT(message(hub_.central(), "899"), HasSubstr("greater than or equal to 900"));
  EXPECT_THAT(message(hub_.central(), "43201"), HasSubstr("less than or equal to 43200"));
  iam(hub_.central(), "UpdateRole",
      {{"RoleName", "ECS-AMP-Central-Role"}, {"MaxSessionDuration", "7200"}});
  EXPECT_EQ(assume(hub_.central(), {{"DurationSeconds", "7200"}}).status, 200);
  iam(hub_.central(), "UpdateAssumeRolePolicy",
      {{"RoleName", "ECS-AMP-Central-Role"}, {"PolicyDocument", trust(kTaskRole, "")}});
  EXPECT_EQ(message(task(), "3601"),
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining.");
}

TEST_F(StsTest, LimitsSessionsByTheirPolicies) {
  const Credentials narrow = credentials(
      hub_.done(assume(task(), {{"Policy", R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",
          "Action":"aps:QueryMetrics","Resource":"*"}})"}})));
  const ApiResponse both = assume(
      task(), {{"PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/AmazonPrometheusFullAccess"}});

  EXPECT_FALSE(may(narrow, "aps:RemoteWrite"));
  EXPECT_FALSE(may(narrow, "aps:QueryMetrics")) << "the role may not";
  EXPECT_TRUE(may(credentials(both.body), "aps:RemoteWrite"));
  EXPECT_EQ(between(both.body, "PackedPolicySize"), "2");
  EXPECT_EQ(assume(task(), {{"Policy", "{"}}).error->code, "MalformedPolicyDocument");
  EXPECT_EQ(assume(task(), {{"PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/None"}}).status,
            400);
}

TEST_F(StsTest, CarriesTagsIntoTheSession) {
  const Values tags{{"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "blue"}};
  iam(hub_.workload(), "PutRolePolicy",
      {{"RoleName", "ecs-xaccount-task-role"},
       {"PolicyName", "tag"},
       {"PolicyDocument",
        R"({"Statement":{"Effect":"Allow","Action":"sts:TagSession","Resource":"*"}})"}});
  const Credentials session = credentials(hub_.done(assume(task(), tags)));
  iam(hub_.workload(), "DeleteRolePolicy",
      {{"RoleName", "ecs-xaccount-task-role"}, {"PolicyName", "tag"}});

  const ApiResponse untagged = assume(task(), tags);

  EXPECT_EQ(hub_.principal(session).tags, (std::vector<Tag>{{"team", "blue"}}));
  EXPECT_THAT(untagged.error->message, HasSubstr("sts:TagSession"));
}

TEST_F(StsTest, ValidatesParameters) {
  EXPECT_EQ(assume(task(), {{"RoleSessionName", "a b"}}).error->code, "ValidationError");
  EXPECT_EQ(assume(task(), {{"RoleArn", "arn:aws:iam::222222222222:user/x"}}).error->message,
            "arn:aws:iam::222222222222:user/x is invalid");
  EXPECT_EQ(hub_.sts(task(), "GetFederationToken").error->code, "InvalidAction");
}

TEST_F(StsTest, NamesAnActionOnlyWhereThereIsOne) {
  const Credentials session = credentials(hub_.done(hub_.sts(hub_.central(), "GetSessionToken")));

  const ApiResponse known = hub_.sts(session, "GetAccessKeyInfo");
  const ApiResponse unknown = hub_.sts(session, "Nonsense");

  EXPECT_EQ(known.error->code, "AccessDenied");
  EXPECT_EQ(known.action, "sts:GetAccessKeyInfo");
  EXPECT_EQ(unknown.error->code, "InvalidAction");
  EXPECT_EQ(unknown.action, "");
}

TEST_F(StsTest, IssuesTaskCredentialsOnlyWhereTheServiceIsTrusted) {
  const auto issue = [&](const Credentials& who, const char* role, const char* task_arn) {
    return hub_.sts(who, "TributaryIssueTaskCredentials",
                    {{"RoleArn", role}, {"TaskArn", task_arn}});
  };
  constexpr const char* kCentralTask = "arn:aws:ecs:eu-west-1:222222222222:task/demo/0123";

  EXPECT_EQ(issue(hub_.workload(), kTaskRole, kTaskArn).status, 200);
  EXPECT_EQ(issue(hub_.central(), kTaskRole, kTaskArn).status, 403);
  EXPECT_EQ(issue(hub_.workload(), kTaskRole, kCentralTask).status, 403);
  EXPECT_EQ(issue(task(), kTaskRole, kTaskArn).status, 403);
  EXPECT_EQ(issue(hub_.workload(), kTaskRole, "arn:aws:ecs:x:111111111111:task/a b").status, 400);
  const ApiResponse untrusting = issue(hub_.central(), kCentralRole, kCentralTask);
  EXPECT_THAT(untrusting.error->explanation,
              HasSubstr(R"("Principal":{"Service":"ecs-tasks.amazonaws.com"})"));
}

TEST_F(StsTest, AnswersUnsignedOperationsClearly) {
  Store& store = hub_.store();
  StsApi sts(store, hub_.authenticator(), hub_.authorizer());

  const ApiResponse response = sts.handle_unsigned(
      {.params = {{"Action", "AssumeRoleWithWebIdentity"}, {"Version", "2011-06-15"}}});

  EXPECT_TRUE(StsApi::is_unsigned("AssumeRoleWithWebIdentity"));
  EXPECT_FALSE(StsApi::is_unsigned("AssumeRole"));
  EXPECT_EQ(response.error->code, "InvalidIdentityToken");
}

TEST(Params, ReadForms) {
  const auto params =
      Params::parse("Action=X&A.member.1=a%20b&A.member.2=c+d&E=&Tags.member.1.Key=k");

  ASSERT_TRUE(params);
  EXPECT_EQ(params->text("Action"), "X");
  EXPECT_THAT(params->list("A"), testing::ElementsAre("a b", "c d"));
  EXPECT_EQ(params->find("E"), "");
  EXPECT_FALSE(params->find("F"));
  EXPECT_EQ(params->count("Tags"), 1U);
  EXPECT_EQ(params->field("Tags", 1, "Key"), "k");
  EXPECT_FALSE(Params::parse("a=%zz"));
  EXPECT_FALSE(Params::parse("a=%ff"));
  EXPECT_FALSE(Params::parse("a=1&a=2"));
}

}  // namespace
}  // namespace tributary::hub::identity
