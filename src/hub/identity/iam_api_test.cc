#include "hub/identity/iam_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "hub/identity/test_hub.h"

namespace tributary::hub::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Values = std::map<std::string, std::string>;

constexpr const char* kTrustTasks =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
    R"("Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
constexpr const char* kMayWrite =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"aps:RemoteWrite",)"
    R"("Resource":"*"}]})";
constexpr const char* kRemoteWriteArn = "arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess";

class IamTest : public ::testing::Test {
 protected:
  ApiResponse call(std::string_view action, Values values = {}) {
    return hub_.iam(hub_.central(), action, std::move(values));
  }
  std::string done(std::string_view action, Values values = {}) {
    return hub_.done(call(action, std::move(values)));
  }
  void refused(std::string_view action, Values values, int status, std::string_view code,
               std::string_view message) {
    const ApiResponse response = call(action, std::move(values));
    EXPECT_EQ(response.status, status) << action << response.body;
    EXPECT_EQ(between(response.body, "Code"), code) << action;
    EXPECT_THAT(between(response.body, "Message"), HasSubstr(std::string(message))) << action;
  }
  void create_role(const std::string& name) {
    done("CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", kTrustTasks}});
  }

  TestHub hub_;
};

TEST_F(IamTest, CreatesARole) {
  const ApiResponse response = call("CreateRole", {{"RoleName", "ECS-AMP-Central-Role"},
                                                   {"AssumeRolePolicyDocument", kTrustTasks},
                                                   {"Description", "a < b"},
                                                   {"Tags.member.1.Key", "team"},
                                                   {"Tags.member.1.Value", "blue"}});

  EXPECT_EQ(response.action, "iam:CreateRole");
  EXPECT_EQ(response.resource, "arn:aws:iam::222222222222:role/ECS-AMP-Central-Role");
  const std::string id = between(response.body, "RoleId");
  EXPECT_TRUE(id.starts_with("AROA"));
  EXPECT_EQ(id.size(), 21U);
  EXPECT_EQ(response.body,
            "<CreateRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n"
            "<CreateRoleResult><Role><Path>/</Path><RoleName>ECS-AMP-Central-Role</RoleName>"
            "<RoleId>" +
                id +
                "</RoleId><Arn>arn:aws:iam::222222222222:role/ECS-AMP-Central-Role</Arn>"
                "<CreateDate>2023-11-14T22:13:20Z</CreateDate><AssumeRolePolicyDocument>" +
                percent_encode(kTrustTasks) +
                "</AssumeRolePolicyDocument><Description>a &lt; b</Description>"
                "<MaxSessionDuration>3600</MaxSessionDuration><Tags><member><Key>team</Key>"
                "<Value>blue</Value></member></Tags></Role></CreateRoleResult>"
                "<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>"
                "</CreateRoleResponse>\n");
}

TEST_F(IamTest, AnswersErrorsInTheirEnvelope) {
  const ApiResponse response = call("GetRole", {{"RoleName", "nobody"}});

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "text/xml");
  EXPECT_EQ(response.body,
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n"
            "<Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
            "<Message>The role with name nobody cannot be found.</Message></Error>"
            "<RequestId>request-1</RequestId></ErrorResponse>\n");
}

TEST_F(IamTest, ValidatesParameters) {
  refused("CreateRole", {{"RoleName", "a b"}, {"AssumeRolePolicyDocument", kTrustTasks}}, 400,
          "ValidationError",
          "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: "
          "Member must satisfy regular expression pattern: [\\w+=,.@-]+");
  refused("CreateRole", {{"RoleName", std::string(65, 'a')}}, 400, "ValidationError",
          "2 validation errors detected: ");
  refused(
      "CreateRole",
      {{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrustTasks}, {"MaxSessionDuration", "60"}},
      400, "ValidationError", "Member must have value greater than or equal to 3600");
  refused("CreateRole",
          {{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrustTasks}, {"Path", "a/"}}, 400,
          "ValidationError", "at 'path' failed");
  refused("GetRole", {}, 400, "ValidationError",
          "Value null at 'roleName' failed to satisfy constraint: Member must not be null");
  refused("ListRoles", {{"MaxItems", "0"}}, 400, "ValidationError", "'maxItems'");
  refused("FlyToTheMoon", {}, 400, "InvalidAction",
          "Could not find operation FlyToTheMoon for version 2010-05-08");
}

TEST_F(IamTest, RefusesMalformedPolicies) {
  refused("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", "{bad"}}, 400,
          "MalformedPolicyDocument", "This policy contains invalid Json");
  refused("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kTrustTasks}}, 400,
          "MalformedPolicyDocument", "Has prohibited field Principal");
  refused("CreateRole",
          {{"RoleName", "r"},
           {"AssumeRolePolicyDocument",
            R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
                "Principal":{"AWS":"arn:aws:iam::111111111111:role/nobody"}}})"}},
          400, "MalformedPolicyDocument",
          "Invalid principal in policy: &quot;AWS&quot;:&quot;"
          "arn:aws:iam::111111111111:role/nobody&quot;");
}

TEST_F(IamTest, TellsNamesApartWithoutCase) {
  create_role("Role");

  refused("CreateRole", {{"RoleName", "rOLE"}, {"AssumeRolePolicyDocument", kTrustTasks}}, 409,
          "EntityAlreadyExists", "Role with name rOLE already exists.");
  EXPECT_THAT(done("GetRole", {{"RoleName", "role"}}), HasSubstr("<RoleName>Role</RoleName>"));
}

TEST_F(IamTest, AttachesPoliciesIdempotently) {
  create_role("r");
  const Values attachment{{"RoleName", "r"}, {"PolicyArn", kRemoteWriteArn}};

  const std::string attached = done("AttachRolePolicy", attachment);
  done("AttachRolePolicy", attachment);

  EXPECT_THAT(attached, Not(HasSubstr("AttachRolePolicyResult")));
  EXPECT_THAT(done("ListAttachedRolePolicies", {{"RoleName", "r"}}),
              HasSubstr("<AttachedPolicies><member><PolicyName>AmazonPrometheusRemoteWriteAccess"
                        "</PolicyName><PolicyArn>" +
                        std::string(kRemoteWriteArn) +
                        "</PolicyArn></member></AttachedPolicies><IsTruncated>false"));
  EXPECT_THAT(done("ListEntitiesForPolicy", {{"PolicyArn", kRemoteWriteArn}}),
              HasSubstr("<RoleName>r</RoleName>"));
  EXPECT_EQ(between(done("GetPolicy", {{"PolicyArn", kRemoteWriteArn}}), "AttachmentCount"), "1");
  done("DetachRolePolicy", attachment);
  refused("DetachRolePolicy", attachment, 404, "NoSuchEntity",
          "Policy " + std::string(kRemoteWriteArn) + " was not found.");
  refused("AttachRolePolicy",
          {{"RoleName", "r"}, {"PolicyArn", "arn:aws:iam::222222222222:policy/gone"}}, 404,
          "NoSuchEntity",
          "Policy arn:aws:iam::222222222222:policy/gone does not exist or is not attachable.");
}

TEST_F(IamTest, LimitsAttachments) {
  create_role("r");
  for (int i = 0; i < 10; ++i) {
    const std::string name = "p" + std::to_string(i);
    done("CreatePolicy", {{"PolicyName", name}, {"PolicyDocument", kMayWrite}});
    done("AttachRolePolicy",
         {{"RoleName", "r"}, {"PolicyArn", "arn:aws:iam::222222222222:policy/" + name}});
  }

  refused("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", kRemoteWriteArn}}, 409,
          "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10");

  EXPECT_THAT(done("ListAttachedRolePolicies", {{"RoleName", "r"}}),
              Not(HasSubstr(kRemoteWriteArn)))
      << "what failed is undone";
}

TEST_F(IamTest, RefusesToDeleteWhatIsInUse) {
  create_role("r");
  const std::string arn = "arn:aws:iam::222222222222:policy/p";
  done("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kMayWrite}});
  done("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  done("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "i"}, {"PolicyDocument", kMayWrite}});

  refused("DeletePolicy", {{"PolicyArn", arn}}, 409, "DeleteConflict",
          "Cannot delete a policy attached to entities.");
  refused("DeleteRole", {{"RoleName", "r"}}, 409, "DeleteConflict",
          "Cannot delete entity, must detach all policies first.");
  done("DetachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  refused("DeleteRole", {{"RoleName", "r"}}, 409, "DeleteConflict",
          "Cannot delete entity, must delete policies first.");
  done("DeleteRolePolicy", {{"RoleName", "r"}, {"PolicyName", "i"}});
  done("DeleteRole", {{"RoleName", "r"}});
  done("DeletePolicy", {{"PolicyArn", arn}});
  refused("GetPolicy", {{"PolicyArn", arn}}, 404, "NoSuchEntity", "Policy " + arn);
}

TEST_F(IamTest, KeepsPolicyVersions) {
  const Values policy{{"PolicyArn", "arn:aws:iam::222222222222:policy/p"}};
  const auto with = [&](Values more) {
    more.insert(policy.begin(), policy.end());
    return more;
  };
  done("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kMayWrite}});

  const std::string second =
      done("CreatePolicyVersion", with({{"PolicyDocument", kMayWrite}, {"SetAsDefault", "true"}}));
  const std::string first = done("GetPolicyVersion", with({{"VersionId", "v1"}}));

  EXPECT_THAT(second, HasSubstr("<VersionId>v2</VersionId><IsDefaultVersion>true"));
  EXPECT_EQ(between(first, "Document"), percent_encode(kMayWrite));
  EXPECT_EQ(between(first, "IsDefaultVersion"), "false");
  refused("DeletePolicy", policy, 409, "DeleteConflict", "more than one version");
  refused("DeletePolicyVersion", with({{"VersionId", "v2"}}), 409, "DeleteConflict", "default");
  for (int i = 0; i < 3; ++i) done("CreatePolicyVersion", with({{"PolicyDocument", kMayWrite}}));
  refused("CreatePolicyVersion", with({{"PolicyDocument", kMayWrite}}), 409, "LimitExceeded",
          "up to 5 versions");
  done("SetDefaultPolicyVersion", with({{"VersionId", "v1"}}));
  done("DeletePolicyVersion", with({{"VersionId", "v2"}}));
  const std::string list = done("ListPolicyVersions", policy);
  EXPECT_LT(list.find("v5"), list.find("v3"));
  EXPECT_THAT(list, Not(HasSubstr("v2")));
}

TEST_F(IamTest, LeavesThePoliciesOfAwsAlone) {
  refused("DeletePolicy", {{"PolicyArn", kRemoteWriteArn}}, 400, "InvalidInput",
          "Policy is outside your own account.");
  EXPECT_THAT(done("GetPolicyVersion", {{"PolicyArn", kRemoteWriteArn}, {"VersionId", "v1"}}),
              HasSubstr("aps%3ARemoteWrite"));
}

TEST_F(IamTest, PagesThroughLists) {
  for (const char* name : {"b", "A", "c"}) create_role(name);

  const std::string first = done("ListRoles", {{"MaxItems", "2"}});
  const std::string second = done("ListRoles", {{"Marker", between(first, "Marker")}});

  EXPECT_EQ(between(first, "IsTruncated"), "true");
  EXPECT_LT(first.find("<RoleName>A<"), first.find("<RoleName>b<"));
  EXPECT_THAT(first, Not(HasSubstr("<RoleName>c<")));
  EXPECT_THAT(second, HasSubstr("<RoleName>c<"));
  EXPECT_THAT(second, Not(HasSubstr("<RoleName>b<")));
  EXPECT_EQ(between(second, "IsTruncated"), "false");
}

TEST_F(IamTest, ListsPoliciesByScope) {
  done("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kMayWrite}});

  EXPECT_THAT(done("ListPolicies"), HasSubstr("AmazonPrometheusQueryAccess"));
  EXPECT_THAT(done("ListPolicies", {{"Scope", "Local"}}), Not(HasSubstr("AmazonPrometheus")));
  EXPECT_THAT(done("ListPolicies", {{"Scope", "AWS"}}), Not(HasSubstr("222222222222")));
  EXPECT_THAT(done("ListPolicies", {{"OnlyAttached", "true"}}), HasSubstr("AdministratorAccess"));
}

TEST_F(IamTest, TrustsTheRoleThatWasMeantNotItsNamesake) {
  create_role("caller");
  const std::string caller = "arn:aws:iam::222222222222:role/caller";
  const std::string document =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" + caller +
      R"("},"Action":"sts:AssumeRole"}]})";
  done("CreateRole", {{"RoleName", "target"}, {"AssumeRolePolicyDocument", document}});
  const auto shown = [&] {
    return *percent_decode(
        between(done("GetRole", {{"RoleName", "target"}}), "AssumeRolePolicyDocument"));
  };

  const std::string before = shown();
  done("DeleteRole", {{"RoleName", "caller"}});
  create_role("caller");

  EXPECT_EQ(before, document);
  EXPECT_THAT(shown(), HasSubstr(R"("AWS":"AROA)"));
}

TEST_F(IamTest, ShowsAnAccountAsItsRoot) {
  done("CreateRole",
       {{"RoleName", "r"},
        {"AssumeRolePolicyDocument", R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{"AWS":["111111111111","999999999999"]}}})"}});

  EXPECT_THAT(done("GetRole", {{"RoleName", "r"}}),
              HasSubstr(percent_encode(R"(["arn:aws:iam::111111111111:root",)"
                                       R"("arn:aws:iam::999999999999:root"])")));
}

TEST_F(IamTest, ManagesUsersAndTheirKeys) {
  done("CreateUser", {{"UserName", "ann"}});
  const std::string made = done("CreateAccessKey", {{"UserName", "ann"}});
  const Credentials ann{between(made, "AccessKeyId"), between(made, "SecretAccessKey"), ""};
  const Values key{{"UserName", "ann"}, {"AccessKeyId", ann.id}};

  EXPECT_EQ(hub_.principal(ann).arn, "arn:aws:iam::222222222222:user/ann");
  done("CreateAccessKey", {{"UserName", "ann"}});
  refused("CreateAccessKey", {{"UserName", "ann"}}, 409, "LimitExceeded",
          "Cannot exceed quota for AccessKeysPerUser: 2");
  refused("DeleteUser", {{"UserName", "ann"}}, 409, "DeleteConflict", "delete access keys first");
  Values inactive = key;
  inactive["Status"] = "Inactive";
  done("UpdateAccessKey", inactive);
  const auto found = hub_.authenticator().find(ann.id, "");
  ASSERT_TRUE(std::holds_alternative<ApiError>(found));
  EXPECT_EQ(std::get<ApiError>(found).code, "InvalidClientTokenId");
  done("DeleteAccessKey", key);
  EXPECT_THAT(done("ListAccessKeys", {{"UserName", "ann"}}), Not(HasSubstr(ann.id)));
}

TEST_F(IamTest, AuthorisesItsOwnOperations) {
  done("CreateUser", {{"UserName", "ann"}});
  const std::string made = done("CreateAccessKey", {{"UserName", "ann"}});
  const Credentials ann{between(made, "AccessKeyId"), between(made, "SecretAccessKey"), ""};

  const ApiResponse denied = hub_.iam(ann, "GetRole", {{"RoleName", "r"}});
  done("PutUserPolicy",
       {{"UserName", "ann"},
        {"PolicyName", "read"},
        {"PolicyDocument",
         R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:Get*",
                "Resource":"arn:aws:iam::*:user/${aws:username}"}})"}});
  const ApiResponse self = hub_.iam(ann, "GetUser");
  const ApiResponse other = hub_.iam(ann, "GetUser", {{"UserName", "administrator"}});

  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(between(denied.body, "Message"),
            "User: arn:aws:iam::222222222222:user/ann is not authorized to perform: iam:GetRole on "
            "resource: arn:aws:iam::222222222222:role/r because no identity-based policy allows "
            "the iam:GetRole action");
  ASSERT_EQ(denied.headers.size(), 2U);
  EXPECT_EQ(denied.headers[1].first, kDenialHeader);
  EXPECT_THAT(denied.headers[1].second, HasSubstr("missing in the identity-based policy of user "
                                                  "ann of account 222222222222: {\"Effect\""));
  EXPECT_EQ(self.status, 200) << self.body;
  EXPECT_EQ(other.status, 403);
}

TEST_F(IamTest, KeepsAccountsApart) {
  create_role("r");

  const ApiResponse role = hub_.iam(hub_.workload(), "GetRole", {{"RoleName", "r"}});
  done("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kMayWrite}});
  const ApiResponse policy =
      hub_.iam(hub_.workload(), "GetPolicy", {{"PolicyArn", "arn:aws:iam::222222222222:policy/p"}});

  EXPECT_EQ(role.status, 404);
  EXPECT_EQ(policy.status, 403);
}

TEST_F(IamTest, TagsRoles) {
  create_role("r");

  done("TagRole", {{"RoleName", "r"},
                   {"Tags.member.1.Key", "a"},
                   {"Tags.member.1.Value", "1"},
                   {"Tags.member.2.Key", "b"},
                   {"Tags.member.2.Value", ""}});
  done("UntagRole", {{"RoleName", "r"}, {"TagKeys.member.1", "a"}});

  EXPECT_THAT(done("ListRoleTags", {{"RoleName", "r"}}),
              HasSubstr("<Tags><member><Key>b</Key><Value></Value></member></Tags>"));
  refused("TagRole", {{"RoleName", "r"}, {"Tags.member.1.Key", ""}, {"Tags.member.1.Value", "x"}},
          400, "ValidationError", "greater than or equal to 1");
}

TEST_F(IamTest, SimulatesPolicies) {
  create_role("r");
  done("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", kRemoteWriteArn}});

  const std::string result =
      done("SimulatePrincipalPolicy",
           {{"PolicySourceArn", "arn:aws:iam::222222222222:role/r"},
            {"ActionNames.member.1", "aps:RemoteWrite"},
            {"ActionNames.member.2", "aps:QueryMetrics"},
            {"ResourceArns.member.1", "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1"}});

  EXPECT_THAT(result, HasSubstr("<EvalActionName>aps:RemoteWrite</EvalActionName>"
                                "<EvalResourceName>arn:aws:aps:eu-west-1:222222222222:workspace/"
                                "ws-1</EvalResourceName><EvalDecision>allowed</EvalDecision>"));
  EXPECT_THAT(result, HasSubstr("<EvalDecision>implicitDeny</EvalDecision>"));
}

}  // namespace
}  // namespace tributary::hub::identity
