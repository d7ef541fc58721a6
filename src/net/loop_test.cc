#include "net/loop.h"

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

Task<void> stop_after(Loop& loop, Duration duration, std::stop_source stop) {
  co_await sleep_for(loop, duration, {});
  stop.request_stop();
}

TEST(Loop, FiresTimersInOrderAndNoneThatIsCancelled) {
  const auto loop = make_loop();
  const Instant start = loop->clock().monotonic();
  std::vector<int> fired;
  loop->call_at(start + 20ms, [&] {
    fired.push_back(20);
    loop->stop();
  });
  const auto cancelled = loop->call_at(start + 5ms, [&] { fired.push_back(5); });
  loop->call_at(start + 10ms, [&] { fired.push_back(10); });
  loop->cancel(cancelled);

  loop->run();

  EXPECT_THAT(fired, ElementsAre(10, 20));
  EXPECT_GE(loop->clock().monotonic() - start, 20ms);
}

TEST(Loop, FiresATimerThatIsDueBeforeTheOneItWaitsFor) {
  const auto loop = make_loop();
  const Instant start = loop->clock().monotonic();
  loop->call_at(start + 1h, [] { FAIL(); });
  loop->call_at(start + 1ms, [&] { loop->stop(); });

  loop->run();

  EXPECT_LT(loop->clock().monotonic() - start, 1h);
}

TEST(Loop, TakesWorkFromOtherThreads) {
  const auto loop = make_loop();
  std::thread::id ran_on;

  std::thread other([&] {
    loop->post([&] {
      ran_on = std::this_thread::get_id();
      loop->stop();
    });
  });
  loop->run();
  other.join();

  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(Loop, WakesSleepersInTimeAndWhenStopped) {
  const auto loop = make_loop();
  std::stop_source stop;
  Started<void> stopper(stop_after(*loop, 5ms, stop));

  EXPECT_TRUE(run_task(*loop, nap(*loop, 1ms, {})));
  EXPECT_FALSE(run_task(*loop, nap(*loop, 1h, stop.get_token())));
}

TEST(Loop, HandsSignalsToEveryHandler) {
  const auto loop = make_loop();
  std::vector<int> got;
  loop->on_signal([&](int signal) { got.push_back(signal); });
  loop->on_signal([&](int signal) {
    got.push_back(signal);
    loop->stop();
  });
  loop->post([] { ::raise(SIGHUP); });

  loop->run();

  EXPECT_THAT(got, ElementsAre(SIGHUP, SIGHUP));
}

}  // namespace
}  // namespace tributary::net
