#include "hub/gateway/denials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace tributary::hub::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kCentral = "222222222222";
constexpr const char* kWorkload = "111111111111";
constexpr Timestamp kNow{1'700'000'000s};

// The task's role wants to be the central one, and neither side lets it.
Denial assume(Timestamp at) {
  return {.at = at,
          .request_id = "id",
          .caller = "arn:aws:sts::111111111111:assumed-role/task/t1",
          .account = kWorkload,
          .action = "sts:AssumeRole",
          .resource = "arn:aws:iam::222222222222:role/central",
          .reason = "everything, with SECRET near misses",
          .missing = {{identity::Side::identity_policy, "role task of account 111111111111",
                       "{\"Effect\":\"Allow\"}", "SECRET statement of the caller"},
                      {identity::Side::trust_policy, "role central of account 222222222222", "{}",
                       "own statement"}}};
}

TEST(DenialLog, GivesTheNewestFirst) {
  DenialLog log({.kept = 3});
  for (int i = 0; i < 5; ++i) log.add(assume(kNow + i * 1s));

  const std::vector<Denial> seen = log.seen_by({.account = kWorkload}, 2);

  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].at, kNow + 4s);
  EXPECT_EQ(seen[1].at, kNow + 3s);
  EXPECT_THAT(log.seen_by({.account = kWorkload}, 100), SizeIs(3));
}

TEST(DenialLog, ShowsAnAccountWhatItsCallersOrItsResourcesHadToDoWith) {
  DenialLog log({});
  log.add(assume(kNow));
  Denial unknown = assume(kNow);
  unknown.caller = unknown.account = "";
  unknown.resource = "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1";
  log.add(unknown);

  EXPECT_THAT(log.seen_by({.account = kWorkload}, 10), SizeIs(1));
  EXPECT_THAT(log.seen_by({.account = kCentral}, 10), SizeIs(2));
  EXPECT_THAT(log.seen_by({.account = "333333333333"}, 10), IsEmpty());
  EXPECT_THAT(log.seen_by({.account = "333333333333", .monitoring = true}, 10), SizeIs(2));
}

TEST(DenialLog, KeepsACallersPoliciesFromWhoeverOwnsTheResource) {
  DenialLog log({});
  log.add(assume(kNow));

  const Denial caller = log.seen_by({.account = kWorkload}, 1)[0];
  const Denial owner = log.seen_by({.account = kCentral}, 1)[0];
  const Denial monitor = log.seen_by({.account = kCentral, .monitoring = true}, 1)[0];

  EXPECT_THAT(caller.reason, HasSubstr("SECRET"));
  EXPECT_THAT(monitor.missing[0].near_miss, HasSubstr("SECRET"));
  EXPECT_THAT(to_json({owner}), Not(HasSubstr("SECRET")));
  EXPECT_THAT(owner.missing[0].statement, HasSubstr("Allow"));
  EXPECT_EQ(owner.missing[1].near_miss, "own statement");
  EXPECT_EQ(owner.reason,
            "missing in the identity policy of role task of account 111111111111: "
            "{\"Effect\":\"Allow\"}; missing in the trust policy of role central of account "
            "222222222222: {} (own statement)");
}

TEST(DenialLog, DoesNotLetStrangersPushOutTheOthers) {
  DenialLog log({.kept = 2, .unknown_kept = 3});
  log.add(assume(kNow));
  Denial unknown = assume(kNow + 1s);
  unknown.account.clear();
  for (int i = 0; i < 100; ++i) log.add(unknown);

  const std::vector<Denial> seen = log.seen_by({.account = kCentral}, 100);

  ASSERT_THAT(seen, SizeIs(4));
  EXPECT_EQ(seen.back().account, kWorkload);
}

TEST(DenialLog, DoesNotLetAFleetThatTriesForeverPushOutTheOthers) {
  DenialLog log({.kept = 10, .repeats_kept = 3});
  Denial rare = assume(kNow);
  rare.action = "aps:QueryMetrics";
  log.add(rare);
  for (int i = 0; i < 100; ++i) {
    Denial try_again = assume(kNow + i * 1s);
    try_again.caller += std::to_string(i);
    log.add(try_again);
  }

  const std::vector<Denial> seen = log.seen_by({.account = kWorkload}, 100);

  ASSERT_THAT(seen, SizeIs(4));
  EXPECT_EQ(seen.front().at, kNow + 99s);
  EXPECT_EQ(seen.back().action, "aps:QueryMetrics");
}

TEST(DenialLog, DoesNotLetOneAccountPushOutTheOthers) {
  DenialLog log({.kept = 10, .account_kept = 4});
  Denial rare = assume(kNow);
  rare.account = kCentral;
  log.add(rare);
  for (int i = 0; i < 100; ++i) {
    Denial guess = assume(kNow + i * 1s);
    guess.resource = "arn:aws:tributary:eu-west-1:111111111111:dashboard/" + std::to_string(i);
    log.add(guess);
  }

  const std::vector<Denial> seen = log.seen_by({.monitoring = true}, 100);

  ASSERT_THAT(seen, SizeIs(5));
  EXPECT_THAT(seen.front().resource, HasSubstr("dashboard/99"));
  EXPECT_THAT(seen[3].resource, HasSubstr("dashboard/96"));
  EXPECT_EQ(seen.back().account, kCentral);
}

TEST(DenialLog, ShortensWhatACallerMadeLong) {
  DenialLog log({.resource_bytes_max = 100, .text_bytes_max = 200});
  Denial denial = assume(kNow);
  denial.resource =
      "arn:aws:tributary:eu-west-1:222222222222:dashboard/" + std::string(60'000, 'a');
  denial.reason = denial.missing[0].statement = denial.missing[0].near_miss = denial.resource;
  denial.missing[0].holder = denial.resource;
  log.add(denial);

  const Denial seen = log.seen_by({.account = kWorkload}, 1)[0];

  EXPECT_THAT(seen.resource, SizeIs(100 + 3));
  EXPECT_THAT(seen.reason, SizeIs(200 + 3));
  EXPECT_THAT(seen.missing[0].holder, SizeIs(100 + 3));
  EXPECT_THAT(seen.missing[0].statement, SizeIs(200 + 3));
  EXPECT_THAT(seen.missing[0].near_miss, SizeIs(200 + 3));
  EXPECT_THAT(log.seen_by({.account = kCentral}, 1), SizeIs(1)) << "still of its account";
}

TEST(DenialLog, SaysOfAStatementThatDeniesThatItDoes) {
  DenialLog log({});
  Denial denial = assume(kNow);
  denial.missing = {{.side = identity::Side::trust_policy,
                     .holder = "role central of account 222222222222",
                     .near_miss = "denied by statement 2 of the trust policy"}};
  log.add(denial);
  denial.missing[0].side = identity::Side::identity_policy;
  denial.missing[0].holder = "role task of account 111111111111";
  denial.missing[0].near_miss = "denied by SECRET";
  denial.at += 1s;
  log.add(denial);

  const std::vector<Denial> seen = log.seen_by({.account = kCentral}, 2);

  EXPECT_EQ(seen[0].reason, "denied by the identity policy of role task of account 111111111111");
  EXPECT_EQ(seen[1].reason,
            "denied by the trust policy of role central of account 222222222222 (denied by "
            "statement 2 of the trust policy)");
}

TEST(DenialLog, TellsTheTopologyOfThoseSinceATime) {
  DenialLog log({});
  log.add(assume(kNow - 10min));
  log.add(assume(kNow));

  const auto recent = log.since(kNow - 5min);

  ASSERT_THAT(recent, SizeIs(1));
  EXPECT_EQ(recent[0].action, "sts:AssumeRole");
  EXPECT_THAT(recent[0].missing, SizeIs(2));
}

TEST(DenialLog, IsJson) {
  rapidjson::Document json;
  json.Parse(to_json({assume(kNow + 250ms)}).c_str());

  ASSERT_FALSE(json.HasParseError());
  const auto& denial = json["denials"][0];
  EXPECT_DOUBLE_EQ(denial["at"].GetDouble(), 1'700'000'000.25);
  EXPECT_EQ(denial["status"].GetInt(), 403);
  EXPECT_STREQ(denial["account"].GetString(), kWorkload);
  EXPECT_STREQ(denial["missing"][1]["side"].GetString(), "trust_policy");
  EXPECT_STREQ(denial["missing"][1]["nearMiss"].GetString(), "own statement");
}

}  // namespace
}  // namespace tributary::hub::gateway
