#include "aws/cached_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "aws/fake_environment.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

// Gives what the test says, after a delay on the loop.
class ScriptedProvider final : public CredentialsProvider {
 public:
  struct Script {
    net::Loop& loop;
    Duration delay = 0s;
    Result<Credentials> answer = Error(Code::unavailable, "not scripted");
    int calls = 0;
  };
  explicit ScriptedProvider(Script& script) : script_(script) {}

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override {
    const int call = ++script_.calls;
    if (script_.delay > 0s) {
      const bool elapsed = co_await net::sleep_for(script_.loop, script_.delay, stop);
      if (!elapsed) co_return Error(Code::cancelled, "stopped");
    }
    Result<Credentials> answer = script_.answer;
    if (answer) answer->access_key_id += std::to_string(call);
    co_return answer;
  }
  std::string describe() const override { return "the script"; }

 private:
  Script& script_;
};

class CachedCredentialsTest : public testing::Test {
 protected:
  Credentials expiring_in(Duration lifetime) const {
    return {.access_key_id = "ASIA",
            .secret_access_key = "s",
            .expiration = fake_.loop.clock().now() + lifetime};
  }
  Result<Credentials> get() { return fake_.run(cached_.get({})); }
  std::string key() {
    const auto credentials = get();
    return credentials ? credentials->access_key_id : credentials.error().message();
  }

  FakeEnvironment fake_;
  ScriptedProvider::Script script_{.loop = fake_.loop};
  std::vector<std::string> lines_;
  Logger log_{
      std::make_shared<LogSink>(LogSink::Options{}, fake_.loop.clock(),
                                [this](std::string_view line) { lines_.emplace_back(line); })};
  CachedCredentials cached_{std::make_unique<ScriptedProvider>(script_), fake_.loop, fake_.random,
                            log_};
};

TEST_F(CachedCredentialsTest, FetchesOnceWhileTheyAreFresh) {
  script_.answer = expiring_in(1h);

  EXPECT_EQ(key(), "ASIA1");
  fake_.loop.advance(54min);
  EXPECT_EQ(key(), "ASIA1");

  EXPECT_EQ(script_.calls, 1);
  EXPECT_EQ(cached_.principal(), "ASIA1");
}

TEST_F(CachedCredentialsTest, KeepsForeverWhatDoesNotExpire) {
  script_.answer = Credentials{.access_key_id = "AKIA"};

  EXPECT_EQ(key(), "AKIA1");
  fake_.loop.advance(24h * 365);

  EXPECT_EQ(key(), "AKIA1");
}

TEST_F(CachedCredentialsTest, RenewsFiveMinutesBeforeTheyExpire) {
  script_.answer = expiring_in(1h);
  ASSERT_EQ(key(), "ASIA1");

  fake_.loop.advance(55min);
  script_.answer = expiring_in(1h);

  EXPECT_EQ(key(), "ASIA2");
}

TEST_F(CachedCredentialsTest, HandsOutTheOldOnesWhileARenewalRuns) {
  script_.answer = expiring_in(1h);
  ASSERT_EQ(key(), "ASIA1");
  fake_.loop.advance(56min);
  script_.delay = 2s;
  script_.answer = expiring_in(1h);

  net::Started<Result<Credentials>> renewing(cached_.get({}));
  net::Started<Result<Credentials>> other(cached_.get({}));
  fake_.loop.run_posted();

  EXPECT_FALSE(renewing.done());
  ASSERT_TRUE(other.done());
  EXPECT_EQ(other.take()->access_key_id, "ASIA1");
  fake_.loop.advance(2s);
  ASSERT_TRUE(renewing.done());
  EXPECT_EQ(renewing.take()->access_key_id, "ASIA2");
}

TEST_F(CachedCredentialsTest, FetchesOnceForAllWhoWait) {
  script_.delay = 2s;
  script_.answer = expiring_in(1h);

  net::Started<Result<Credentials>> first(cached_.get({}));
  net::Started<Result<Credentials>> second(cached_.get({}));
  net::Started<Result<Credentials>> third(cached_.get({}));
  fake_.loop.advance(2s);

  ASSERT_TRUE(first.done() && second.done() && third.done());
  EXPECT_EQ(third.take()->access_key_id, "ASIA1");
  EXPECT_EQ(script_.calls, 1);
  EXPECT_EQ(fake_.loop.timers(), 0U);
}

TEST_F(CachedCredentialsTest, LetsAWaiterTakeOverWhenTheFetcherIsStopped) {
  script_.delay = 2s;
  script_.answer = expiring_in(1h);
  std::stop_source stop;

  net::Started<Result<Credentials>> first(cached_.get(stop.get_token()));
  net::Started<Result<Credentials>> second(cached_.get({}));
  stop.request_stop();
  fake_.loop.run_posted();
  fake_.loop.advance(2s);

  ASSERT_TRUE(first.done() && second.done());
  EXPECT_EQ(first.take().error().code(), Code::cancelled);
  EXPECT_EQ(second.take()->access_key_id, "ASIA2");
}

TEST_F(CachedCredentialsTest, StopsAWaiter) {
  script_.delay = 2s;
  std::stop_source stop;

  net::Started<Result<Credentials>> first(cached_.get({}));
  net::Started<Result<Credentials>> second(cached_.get(stop.get_token()));
  stop.request_stop();
  fake_.loop.run_posted();

  ASSERT_TRUE(second.done());
  EXPECT_EQ(second.take().error().code(), Code::cancelled);
  fake_.loop.advance(2s);
  EXPECT_TRUE(first.done());
}

TEST_F(CachedCredentialsTest, KeepsTheOldOnesWhileARenewalFailsAndTheyAreValid) {
  script_.answer = expiring_in(1h);
  ASSERT_EQ(key(), "ASIA1");
  script_.answer = Error(Code::unavailable, "endpoint is down");

  fake_.loop.advance(56min);
  EXPECT_EQ(key(), "ASIA1");
  fake_.loop.advance(4min);
  EXPECT_EQ(key(), "endpoint is down");

  EXPECT_THAT(lines_.at(1), HasSubstr("cannot renew credentials, the old ones are still valid"));
}

TEST_F(CachedCredentialsTest, NeverRetriesInABusyLoop) {
  script_.answer = Error(Code::unavailable, "endpoint is down");
  constexpr int kAsks = 60'000;  // every 10 ms for ten minutes

  for (int i = 0; i < kAsks; ++i) {
    EXPECT_FALSE(get());
    fake_.loop.advance(10ms);
  }

  EXPECT_GE(script_.calls, 10);
  EXPECT_LE(script_.calls, 30);
  EXPECT_LE(lines_.size(), 11U);
  EXPECT_THAT(lines_.at(0), HasSubstr("waiting for credentials"));
  EXPECT_THAT(lines_.at(0), HasSubstr("the script"));
  EXPECT_THAT(lines_.at(0), HasSubstr("endpoint is down"));
}

TEST_F(CachedCredentialsTest, RenewsShortLivedOnesHalfwayInsteadOfAlways) {
  script_.answer = expiring_in(2min);

  ASSERT_EQ(key(), "ASIA1");
  fake_.loop.advance(59s);
  EXPECT_EQ(key(), "ASIA1");
  fake_.loop.advance(1s);

  EXPECT_EQ(key(), "ASIA2");
}

TEST_F(CachedCredentialsTest, RenewsOnceASecondAtMost) {
  script_.answer = expiring_in(1500ms);
  ASSERT_EQ(key(), "ASIA1");

  fake_.loop.advance(999ms);
  EXPECT_EQ(key(), "ASIA1");
  fake_.loop.advance(1ms);

  EXPECT_EQ(key(), "ASIA2");
}

TEST_F(CachedCredentialsTest, TriesWhatSeemsToHaveExpiredSinceTheClockMayBeWrong) {
  script_.answer = expiring_in(-2h);

  EXPECT_EQ(key(), "ASIA1");
  fake_.loop.advance(4min);
  EXPECT_EQ(key(), "ASIA1");
  fake_.loop.advance(1min);
  EXPECT_EQ(key(), "ASIA2");

  EXPECT_THAT(lines_.at(0), HasSubstr("seem to have expired when they came"));
}

TEST_F(CachedCredentialsTest, OutlivesAJumpOfTheClock) {
  script_.answer = expiring_in(1h);
  ASSERT_EQ(key(), "ASIA1");

  fake_.loop.fake_clock().set(fake_.loop.clock().now() + 3h);
  EXPECT_EQ(key(), "ASIA2");
  fake_.loop.fake_clock().set(fake_.loop.clock().now() - 6h);

  EXPECT_EQ(key(), "ASIA2");
}

TEST_F(CachedCredentialsTest, FetchesAnewAfterARefusalOfTheCurrentOnes) {
  script_.answer = expiring_in(1h);
  ASSERT_EQ(key(), "ASIA1");
  fake_.loop.advance(10min);

  cached_.invalidate("ASIA1");
  ASSERT_EQ(key(), "ASIA2");
  cached_.invalidate("ASIA1");

  EXPECT_EQ(key(), "ASIA2");
}

TEST_F(CachedCredentialsTest, BacksOffWhenFreshOnesAreRefusedAgainAndAgain) {
  script_.answer = Credentials{.access_key_id = "AKIA"};

  for (int i = 0; i < 600; ++i) {
    const auto credentials = get();
    if (credentials) cached_.invalidate(credentials->access_key_id);
    fake_.loop.advance(100ms);
  }

  EXPECT_GE(script_.calls, 4);
  EXPECT_LE(script_.calls, 10);
  EXPECT_THAT(key(), HasSubstr("were refused again right after renewal"));
}

}  // namespace
}  // namespace tributary::aws
