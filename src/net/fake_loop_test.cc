#include "net/fake_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "net/run_task.h"

namespace tributary::net {
namespace {

using testing::ElementsAre;

Task<bool> nap(Loop& loop, Duration duration, std::stop_token stop) {
  co_return co_await sleep_for(loop, duration, std::move(stop));
}

TEST(FakeLoop, FiresTimersInOrderOfDueTimeAtThatTime) {
  FakeLoop loop;
  const Instant start = loop.clock().monotonic();
  std::vector<std::pair<int, Duration>> fired;
  const auto note = [&](int name) { fired.emplace_back(name, loop.clock().monotonic() - start); };
  loop.call_at(start + 3s, [&] { note(3); });
  loop.call_at(start + 1s, [&] { note(1); });
  loop.call_at(start + 1s, [&] { note(2); });
  loop.call_at(start + 9s, [&] { note(9); });

  loop.advance(5s);

  EXPECT_THAT(fired, ElementsAre(std::pair(1, Duration(1s)), std::pair(2, Duration(1s)),
                                 std::pair(3, Duration(3s))));
  EXPECT_EQ(loop.clock().monotonic() - start, 5s);
  EXPECT_EQ(loop.timers(), 1U);
}

TEST(FakeLoop, RunsPostedWorkBetweenTimers) {
  FakeLoop loop;
  const Instant start = loop.clock().monotonic();
  std::vector<std::string> order;
  loop.call_at(start + 1s, [&] {
    order.push_back("first timer");
    loop.post([&] { order.push_back("posted"); });
  });
  loop.call_at(start + 1s, [&] { order.push_back("second timer"); });

  loop.advance(1s);

  EXPECT_THAT(order, ElementsAre("first timer", "posted", "second timer"));
}

TEST(FakeLoop, RunsTimersThatTimersAdd) {
  FakeLoop loop;
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    loop.call_at(loop.clock().monotonic() + 10s, tick);
  };
  loop.call_at(loop.clock().monotonic() + 10s, tick);

  loop.advance(35s);

  EXPECT_EQ(ticks, 3);
}

TEST(FakeLoop, NeverRunsACancelledTimer) {
  FakeLoop loop;
  bool ran = false;
  const auto timer = loop.call_at(loop.clock().monotonic() + 1s, [&] { ran = true; });

  loop.cancel(timer);
  loop.advance(2s);

  EXPECT_FALSE(ran);
}

TEST(FakeLoop, WakesASleeperWhenItsTimeHasCome) {
  FakeLoop loop;
  const std::stop_source stop;
  Started<bool> sleeper(nap(loop, 10s, stop.get_token()));

  loop.advance(9s);
  EXPECT_FALSE(sleeper.done());
  loop.advance(1s);

  ASSERT_TRUE(sleeper.done());
  EXPECT_TRUE(sleeper.take());
}

TEST(FakeLoop, WakesASleeperThatIsStopped) {
  FakeLoop loop;
  std::stop_source stop;
  Started<bool> sleeper(nap(loop, 10s, stop.get_token()));

  stop.request_stop();
  loop.run_posted();

  ASSERT_TRUE(sleeper.done());
  EXPECT_FALSE(sleeper.take());
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(FakeLoop, JumpsFromTimerToTimerWhenRun) {
  FakeLoop loop;
  const Instant start = loop.clock().monotonic();

  const bool slept = run_task(loop, nap(loop, 48h, {}));

  EXPECT_TRUE(slept);
  EXPECT_EQ(loop.clock().monotonic() - start, 48h);
}

TEST(FakeLoop, HandsRaisedSignalsToTheHandlers) {
  FakeLoop loop;
  std::vector<int> got;
  loop.on_signal([&](int signal) { got.push_back(signal); });

  loop.raise_signal(SIGTERM);
  EXPECT_TRUE(got.empty());
  loop.run_posted();

  EXPECT_THAT(got, ElementsAre(SIGTERM));
}

TEST(FakeLoop, TakesWorkFromOtherThreads) {
  FakeLoop loop;
  bool done = false;
  std::thread other([&] { loop.post([&] { done = true; }); });

  const bool came = loop.run_until([&] { return done; });
  other.join();

  EXPECT_TRUE(came);
}

}  // namespace
}  // namespace tributary::net
