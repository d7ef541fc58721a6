#include "hub/identity/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::hub::identity {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kCentralRole = "arn:aws:iam::222222222222:role/ECS-AMP-Central-Role";
constexpr std::string_view kTaskRole = "arn:aws:iam::111111111111:role/ecs-xaccount-task-role";
constexpr std::string_view kWorkspace = "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1";

// The walkthrough's documents.
constexpr std::string_view kMayAssumeCentral = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"sts:AssumeRole",
   "Resource":"arn:aws:iam::222222222222:role/ECS-AMP-Central-Role"}]})";
constexpr std::string_view kTrustAccount = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},
   "Action":"sts:AssumeRole","Condition":{}}]})";
constexpr std::string_view kTrustRole = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/ecs-xaccount-task-role"},
   "Action":"sts:AssumeRole"}]})";
constexpr std::string_view kTrustTasks = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},
   "Action":"sts:AssumeRole"}]})";
constexpr std::string_view kRemoteWrite = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["aps:RemoteWrite"],"Resource":"*"}]})";
constexpr std::string_view kAdministrator = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"*","Resource":"*"}]})";
constexpr std::string_view kDenyAll = R"({"Version":"2012-10-17","Statement":[
  {"Sid":"Never","Effect":"Deny","Action":"*","Resource":"*"}]})";

NamedPolicy policy(std::string_view text, PolicyKind kind = PolicyKind::identity) {
  auto parsed = parse_policy(text, kind);
  EXPECT_TRUE(parsed) << parsed.error().message();
  return {"policy P", std::make_shared<const Policy>(std::move(parsed).value())};
}

RoleTrust trust(std::string_view account, std::string_view text) {
  return {std::string(account), policy(text, PolicyKind::trust)};
}

Principal session_of(std::string_view account, std::string_view role) {
  return Principal{
      .kind = PrincipalKind::role_session,
      .account = std::string(account),
      .arn = "arn:aws:sts::" + std::string(account) + ":assumed-role/" + std::string(role) + "/s",
      .user_id = "AROAAAAAAAAAAAAAAAAAA:s",
      .entity_id = "AROAAAAAAAAAAAAAAAAAA",
      .entity_arn = "arn:aws:iam::" + std::string(account) + ":role/" + std::string(role),
      .name = std::string(role),
      .session_name = "s"};
}

const Principal kTask = session_of("111111111111", "ecs-xaccount-task-role");
const Principal kCentral = session_of("222222222222", "ECS-AMP-Central-Role");

AccessRequest assume(const Principal& who, std::string_view role = kCentralRole) {
  return {.principal = who, .action = "sts:AssumeRole", .resource = std::string(role)};
}

AccessRequest write(const Principal& who) {
  return {.principal = who,
          .action = "aps:RemoteWrite",
          .resource = std::string(kWorkspace),
          .resource_account = "222222222222"};
}

TEST(Evaluate, AllowsWhatAnIdentityPolicyAllows) {
  const Decision decision = evaluate(write(kCentral), {.identity = {policy(kRemoteWrite)}});

  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.decided_by, "statement 1 of policy P");
}

TEST(Evaluate, NamesTheStatementThatIsMissing) {
  const AccessRequest request = write(kCentral);

  const Decision decision = evaluate(request, {});

  EXPECT_EQ(decision.verdict, Verdict::implicit_deny);
  EXPECT_EQ(denial_message(request, decision),
            "User: arn:aws:sts::222222222222:assumed-role/ECS-AMP-Central-Role/s is not authorized "
            "to perform: aps:RemoteWrite on resource: "
            "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1 because no identity-based policy "
            "allows the aps:RemoteWrite action");
  EXPECT_EQ(explain(decision),
            "missing in the identity-based policy of role ECS-AMP-Central-Role of account "
            "222222222222: {\"Effect\":\"Allow\",\"Action\":\"aps:RemoteWrite\",\"Resource\":"
            "\"arn:aws:aps:eu-west-1:222222222222:workspace/ws-1\"}");
}

TEST(Evaluate, TellsTheNearMiss) {
  const auto other = policy(R"({"Statement":{"Sid":"Other","Effect":"Allow",
      "Action":"aps:RemoteWrite","Resource":"arn:aws:aps:*:222222222222:workspace/ws-2"}})");

  const Decision decision = evaluate(write(kCentral), {.identity = {other}});

  ASSERT_EQ(decision.missing.size(), 1U);
  EXPECT_EQ(decision.missing[0].near_miss,
            "statement 1 (Sid Other) of policy P is for another resource than "
            "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1");
}

TEST(Evaluate, LetsAnExplicitDenyWin) {
  const AccessRequest request = write(kCentral);

  const Decision decision =
      evaluate(request, {.identity = {policy(kAdministrator), policy(kDenyAll)}});

  EXPECT_EQ(decision.verdict, Verdict::explicit_deny);
  EXPECT_EQ(decision.decided_by, "statement 1 (Sid Never) of policy P");
  EXPECT_THAT(denial_message(request, decision),
              HasSubstr("with an explicit deny in an identity-based policy"));
}

TEST(Evaluate, IntersectsWithSessionPoliciesAndBoundary) {
  const PolicySet all{.identity = {policy(kAdministrator)}};
  PolicySet session = all;
  session.session = {policy(kMayAssumeCentral)};
  PolicySet boundary = all;
  boundary.boundary = policy(kMayAssumeCentral);
  PolicySet fits = all;
  fits.session = {policy(kMayAssumeCentral), policy(kRemoteWrite)};

  EXPECT_TRUE(evaluate(write(kCentral), all).allowed());
  EXPECT_EQ(evaluate(write(kCentral), session).side, Side::session_policy);
  EXPECT_EQ(evaluate(write(kCentral), boundary).side, Side::permissions_boundary);
  EXPECT_TRUE(evaluate(write(kCentral), fits).allowed());
}

TEST(Evaluate, RefusesAnotherAccountsResource) {
  const AccessRequest request = write(kTask);

  const Decision decision = evaluate(request, {.identity = {policy(kAdministrator)}});

  EXPECT_EQ(decision.side, Side::resource_policy);
  EXPECT_THAT(explain(decision), HasSubstr("assume a role of account 222222222222"));
}

TEST(Evaluate, LetsRootDoEverythingInItsAccount) {
  const Principal root = root_principal("222222222222");
  const Principal other = root_principal("111111111111");

  EXPECT_TRUE(evaluate(write(root), {}).allowed());
  EXPECT_FALSE(evaluate(write(other), {}).allowed());
}

TEST(AssumeRole, NeedsBothSidesAcrossAccounts) {
  const PolicySet may{.identity = {policy(kMayAssumeCentral)}};
  for (const std::string_view document : {kTrustAccount, kTrustRole}) {
    const RoleTrust central = trust("222222222222", document);
    EXPECT_TRUE(evaluate_assume_role(assume(kTask), may, &central).allowed());
    EXPECT_EQ(evaluate_assume_role(assume(kTask), {}, &central).side, Side::identity_policy);
  }
  const RoleTrust nobody = trust("222222222222", kTrustTasks);

  const Decision decision = evaluate_assume_role(assume(kTask), may, &nobody);

  EXPECT_EQ(decision.side, Side::trust_policy);
  EXPECT_EQ(explain(decision),
            "missing in the role trust policy of role ECS-AMP-Central-Role of account "
            "222222222222: {\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
            "\"arn:aws:iam::111111111111:role/ecs-xaccount-task-role\"},"
            "\"Action\":\"sts:AssumeRole\"}");
}

TEST(AssumeRole, AnswersForAMissingRoleAsForAnUntrustingOne) {
  const PolicySet may{.identity = {policy(kMayAssumeCentral)}};
  const RoleTrust nobody = trust("222222222222", kTrustTasks);

  const Decision missing = evaluate_assume_role(assume(kTask), may, nullptr);
  const Decision untrusting = evaluate_assume_role(assume(kTask), may, &nobody);

  EXPECT_EQ(explain(missing), explain(untrusting));
  EXPECT_EQ(denial_message(assume(kTask), missing), denial_message(assume(kTask), untrusting));
}

TEST(AssumeRole, ReportsBothSidesWhenBothAreMissing) {
  const RoleTrust nobody = trust("222222222222", kTrustTasks);

  const Decision decision = evaluate_assume_role(assume(kTask), {}, &nobody);

  ASSERT_EQ(decision.missing.size(), 2U);
  EXPECT_EQ(decision.missing[0].side, Side::identity_policy);
  EXPECT_EQ(decision.missing[1].side, Side::trust_policy);
}

TEST(AssumeRole, FollowsTheRulesOfOneAccount) {
  const Principal user{.kind = PrincipalKind::user,
                       .account = "222222222222",
                       .arn = "arn:aws:iam::222222222222:user/ann",
                       .entity_id = "AIDAAAAAAAAAAAAAAAAAA",
                       .entity_arn = "arn:aws:iam::222222222222:user/ann",
                       .name = "ann"};
  const PolicySet none;
  const PolicySet may{.identity = {policy(kMayAssumeCentral)}};
  const auto allowed = [&](std::string_view principal, const PolicySet& policies) {
    const RoleTrust role = trust(
        "222222222222", R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":)" +
                            std::string(principal) + "}}");
    return evaluate_assume_role(assume(user), policies, &role).allowed();
  };

  EXPECT_TRUE(allowed(R"({"AWS":"arn:aws:iam::222222222222:user/ann"})", none));
  EXPECT_TRUE(allowed(R"({"AWS":"AIDAAAAAAAAAAAAAAAAAA"})", none));
  EXPECT_FALSE(allowed(R"({"AWS":"222222222222"})", none));
  EXPECT_TRUE(allowed(R"({"AWS":"222222222222"})", may));
  EXPECT_TRUE(allowed(R"("*")", none));
  EXPECT_FALSE(allowed(R"({"AWS":"arn:aws:iam::222222222222:user/bob"})", may))
      << "an identity policy alone is never enough";
}

TEST(AssumeRole, ChecksTheExternalId) {
  const PolicySet may{.identity = {policy(kMayAssumeCentral)}};
  const RoleTrust central =
      trust("222222222222", R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
          "Principal":{"AWS":"111111111111"},
          "Condition":{"StringEquals":{"sts:ExternalId":"secret-42"}}}})");
  AccessRequest request = assume(kTask);

  const Decision without = evaluate_assume_role(request, may, &central);
  request.context.set("sts:ExternalId", "wrong");
  const Decision wrong = evaluate_assume_role(request, may, &central);
  request.context.set("sts:ExternalId", "secret-42");
  const Decision right = evaluate_assume_role(request, may, &central);

  EXPECT_THAT(explain(without), HasSubstr("StringEquals on sts:ExternalId, which the request does "
                                          "not have"));
  EXPECT_FALSE(wrong.allowed());
  EXPECT_THAT(explain(wrong), testing::Not(HasSubstr("secret-42")));
  EXPECT_TRUE(right.allowed());
}

TEST(AssumeRole, LetsAServiceInByTheTrustPolicyAlone) {
  const RoleTrust task = trust("111111111111", kTrustTasks);
  const RoleTrust other = trust("111111111111", kTrustAccount);
  const Principal ecs = service_principal("ecs-tasks.amazonaws.com");

  EXPECT_TRUE(evaluate_assume_role(assume(ecs, kTaskRole), {}, &task).allowed());
  EXPECT_FALSE(evaluate_assume_role(assume(ecs, kTaskRole), {}, &other).allowed());
}

TEST(AssumeRole, DeniesExplicitlyOnEitherSide) {
  const RoleTrust central = trust("222222222222", kTrustAccount);
  const RoleTrust denying = trust("222222222222", R"({"Statement":[
        {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111111111111"}},
        {"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"111111111111"}}]})");
  const PolicySet may{.identity = {policy(kMayAssumeCentral)}};

  const Decision ours =
      evaluate_assume_role(assume(kTask), {.identity = {policy(kDenyAll)}}, &central);
  const Decision theirs = evaluate_assume_role(assume(kTask), may, &denying);

  EXPECT_EQ(ours.verdict, Verdict::explicit_deny);
  EXPECT_EQ(ours.side, Side::identity_policy);
  EXPECT_EQ(theirs.verdict, Verdict::explicit_deny);
  EXPECT_THAT(denial_message(assume(kTask), theirs),
              HasSubstr("with an explicit deny in the role trust policy"));
}

}  // namespace
}  // namespace tributary::hub::identity
