#include "hub/gateway/activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace tributary::hub::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kWorkspace = "ws-1";

identity::Principal role_session(std::string name, std::string session) {
  return {.kind = identity::PrincipalKind::role_session,
          .account = "222222222222",
          .arn = "arn:aws:sts::222222222222:assumed-role/" + name + "/" + session,
          .entity_arn = "arn:aws:iam::222222222222:role/" + name,
          .name = name,
          .session_name = session,
          .assumed_by = "arn:aws:iam::111111111111:user/ann"};
}

workspaces::WriteOutcome stored(std::uint64_t samples) {
  return {.answer = {}, .samples_stored = samples};
}

class ActivityTest : public ::testing::Test {
 protected:
  FakeClock clock;
  ActivityBook book{{.writers_max = 3, .text_bytes_max = 20}, clock};
};

TEST_F(ActivityTest, KnowsWritersByPrincipalAndSession) {
  clock.advance(1h);
  book.wrote(kWorkspace, role_session("central", "task-a"), "tributary/1", stored(600));
  book.wrote(kWorkspace, role_session("central", "task-b"), "tributary/2", stored(60));
  book.wrote(kWorkspace, role_session("central", "task-a"), "tributary/1", stored(600));

  const WorkspaceActivity activity = book.of(kWorkspace);

  EXPECT_DOUBLE_EQ(activity.samples_per_second, 21);
  EXPECT_DOUBLE_EQ(activity.requests_per_second, 0.05);
  ASSERT_THAT(activity.writers, SizeIs(2));
  const WriterActivity& first = activity.writers[0];
  EXPECT_EQ(first.account, "222222222222");
  EXPECT_EQ(first.principal, "arn:aws:iam::222222222222:role/central");
  EXPECT_EQ(first.session, "task-a");
  EXPECT_EQ(first.assumed_by, "arn:aws:iam::111111111111:user/ann");
  EXPECT_EQ(first.user_agent, "tributary/1");
  EXPECT_DOUBLE_EQ(first.samples_per_second, 20);
  EXPECT_EQ(first.samples, 1200U);
  EXPECT_EQ(first.requests, 2U);
  EXPECT_EQ(first.last_write, clock.now());
  EXPECT_THAT(book.of("ws-other").writers, IsEmpty());
}

TEST_F(ActivityTest, TellsSessionsOfOneNameApartByWhoAssumedTheRole) {
  identity::Principal theirs = role_session("central", "otel");
  theirs.assumed_by = "arn:aws:iam::333333333333:role/task";

  book.wrote(kWorkspace, role_session("central", "otel"), "", stored(1));
  book.wrote(kWorkspace, theirs, "", stored(1));

  EXPECT_THAT(book.of(kWorkspace).writers, SizeIs(2));
  EXPECT_THAT(book.flows(), SizeIs(1));
}

TEST_F(ActivityTest, KeepsTheLastExampleOfEachReasonAndWhoseItWas) {
  workspaces::WriteOutcome refused = stored(5);
  refused.refused["out of order sample"] = {3, "out of order: up"};
  workspaces::WriteOutcome without_example = stored(5);
  without_example.refused["out of order sample"] = {2, ""};
  const workspaces::WriteOutcome broken{.answer = {.status = 400, .body = "snappy: no\n"},
                                        .failure = "unreadable request"};

  book.wrote(kWorkspace, role_session("central", "a"), "", refused);
  clock.advance(1s);
  book.wrote(kWorkspace, role_session("central", "b"), "", without_example);
  clock.advance(1s);
  book.wrote(kWorkspace, role_session("central", "b"), "", broken);

  const WorkspaceActivity activity = book.of(kWorkspace);
  ASSERT_THAT(activity.refusals, SizeIs(2));
  EXPECT_EQ(activity.refusals[0].reason, "unreadable request");
  EXPECT_EQ(activity.refusals[0].total, 1U);
  EXPECT_EQ(activity.refusals[0].example, "snappy: no");
  EXPECT_EQ(activity.refusals[1].reason, "out of order sample");
  EXPECT_EQ(activity.refusals[1].total, 5U);
  EXPECT_EQ(activity.refusals[1].example, "out of order: up");
  EXPECT_EQ(activity.refusals[1].writer, role_session("central", "a").arn);
  EXPECT_EQ(activity.refusals[1].last, clock.now() - 1s);
}

TEST_F(ActivityTest, ForgetsWhoWroteLongestAgoWhenThereAreTooMany) {
  for (const char* session : {"a", "b", "a", "c", "d"}) {
    book.wrote(kWorkspace, role_session("r", session), std::string(100, 'x'), stored(1));
    clock.advance(1s);
  }

  std::vector<std::string> sessions;
  for (const auto& writer : book.of(kWorkspace).writers) sessions.push_back(writer.session);
  std::sort(sessions.begin(), sessions.end());

  EXPECT_THAT(sessions, ElementsAre("a", "c", "d"));
  EXPECT_EQ(book.of(kWorkspace).writers[0].user_agent, std::string(20, 'x') + "...");
}

TEST_F(ActivityTest, CountsQueriesOfAWorkspaceUntilItIsForgotten) {
  book.asked(kWorkspace, role_session("reader", "grafana"));
  book.queries(kWorkspace, {.waiting = 1});
  book.queries(kWorkspace, {.running = 1});

  const WorkspaceActivity activity = book.of(kWorkspace);
  EXPECT_DOUBLE_EQ(activity.queries_per_second, 0.1);
  EXPECT_EQ(activity.queries_running, 1U);
  EXPECT_EQ(activity.queries_waiting, 1U);
  book.forget(kWorkspace);
  book.queries(kWorkspace, {.running = -1});
  EXPECT_EQ(book.of(kWorkspace).queries_running, 0U);
  book.queries(kWorkspace, {.running = 1});
  EXPECT_EQ(book.of(kWorkspace).queries_running, 1U);
}

TEST_F(ActivityTest, SumsTheSessionsOfARoleIntoOneFlow) {
  clock.advance(1h);
  book.wrote(kWorkspace, role_session("central", "a"), "", stored(60));
  book.wrote(kWorkspace, role_session("central", "b"), "", stored(120));
  book.asked(kWorkspace, role_session("reader", "grafana"));

  const std::vector<PrincipalFlow> flows = book.flows();

  ASSERT_THAT(flows, SizeIs(2));
  EXPECT_EQ(flows[0].kind, PrincipalFlow::Kind::write);
  EXPECT_EQ(flows[0].principal, "arn:aws:iam::222222222222:role/central");
  EXPECT_DOUBLE_EQ(flows[0].samples_per_second, 3);
  EXPECT_EQ(flows[0].last, clock.now());
  EXPECT_EQ(flows[1].kind, PrincipalFlow::Kind::query);
}

TEST_F(ActivityTest, IsJsonWhateverItsTextsHold) {
  workspaces::WriteOutcome outcome = stored(15);
  outcome.refused["invalid labels"] = {1, "\"<b>\xff\n"};
  book.wrote(kWorkspace, role_session("r", "s"), "\xc3(", outcome);

  rapidjson::Document json;
  json.Parse(to_json(book.of(kWorkspace), {.active_series = 7}, {.ingestion_rate = 2.5}).c_str());

  ASSERT_FALSE(json.HasParseError());
  EXPECT_EQ(json["since"].GetDouble(), 1'700'000'000);
  EXPECT_EQ(json["ingest"]["samplesPerSecond"].GetDouble(), 1.5);
  EXPECT_EQ(json["series"]["active"].GetInt(), 7);
  EXPECT_EQ(json["series"]["limit"].GetInt(), 2'000'000);
  EXPECT_EQ(json["limits"]["ingestion_rate"].GetDouble(), 2.5);
  EXPECT_EQ(json["limits"]["query_timeout"].GetDouble(), 120);
  ASSERT_EQ(json["writers"].Size(), 1U);
  EXPECT_STREQ(json["writers"][0]["session"].GetString(), "s");
  EXPECT_STREQ(json["writers"][0]["assumedBy"].GetString(), "arn:aws:iam::111111111111:user/ann");
  EXPECT_EQ(json["writers"][0]["lastWriteAt"].GetDouble(), 1'700'000'000);
  EXPECT_STREQ(json["refusals"][0]["example"].GetString(), "\"<b>\xEF\xBF\xBD\n");
}

}  // namespace
}  // namespace tributary::hub::gateway
