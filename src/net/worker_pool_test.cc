#include "net/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/result.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::net {
namespace {

struct Where {
  std::thread::id worked;
  std::thread::id resumed;
};

Task<Where> work_once(WorkerPool& pool, Loop& loop) {
  auto work = run(pool, loop, [] { return std::this_thread::get_id(); });
  const std::thread::id worked = co_await work;
  co_return Where{worked, std::this_thread::get_id()};
}

TEST(WorkerPool, WorksOnAnotherThreadAndGoesOnTheLoop) {
  FakeLoop loop;
  WorkerPool pool(2);

  Started<Where> where(work_once(pool, loop));
  ASSERT_TRUE(loop.run_until([&] { return where.done(); }));

  const Where got = where.take();
  EXPECT_NE(got.worked, std::this_thread::get_id());
  EXPECT_EQ(got.resumed, std::this_thread::get_id());
}

TEST(WorkerPool, TakesWorkForIdleThreadsOnlyWhileThereAreAny) {
  std::atomic<bool> release{false};
  std::atomic<int> done{0};
  WorkerPool pool(1);

  while (!pool.submit_if_idle([&] { release.wait(false); })) std::this_thread::yield();
  const bool second = pool.submit_if_idle([&] { ++done; });
  release = true;
  release.notify_all();
  while (!pool.submit_if_idle([&] { ++done; })) std::this_thread::yield();
  while (done == 0) std::this_thread::yield();

  EXPECT_FALSE(second);
  EXPECT_EQ(done, 1);
}

TEST(WorkerPool, FinishesWhatIsQueuedBeforeItDies) {
  std::atomic<int> done{0};
  {
    WorkerPool pool(1);
    for (int i = 0; i < 100; ++i) pool.submit([&] { ++done; });
  }

  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace tributary::net
