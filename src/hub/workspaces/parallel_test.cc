#include "hub/workspaces/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "net/worker_pool.h"

namespace tributary::hub::workspaces {
namespace {

TEST(WorkerParallel, CallsEachPartOnce) {
  net::WorkerPool helpers(3);
  WorkerParallel parallel(helpers, 3);
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<std::atomic<int>> calls(count);

    parallel.run(count, [&](std::size_t i) { ++calls[i]; });

    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(calls[i], 1) << i << " of " << count;
  }
}

TEST(WorkerParallel, GoesOnAloneWhileEveryHelperIsBusy) {
  net::WorkerPool helpers(1);
  std::atomic<bool> release{false};
  helpers.submit([&] { release.wait(false); });
  WorkerParallel parallel(helpers, 1);
  std::vector<std::thread::id> by(5);

  parallel.run(by.size(), [&](std::size_t i) { by[i] = std::this_thread::get_id(); });
  release = true;
  release.notify_all();

  for (const std::thread::id& id : by) EXPECT_EQ(id, std::this_thread::get_id());
}

TEST(WorkerParallel, ServesManyQueriesAtOnce) {
  net::WorkerPool helpers(2);
  WorkerParallel parallel(helpers, 2);
  std::atomic<std::size_t> sum{0};
  std::vector<std::thread> queries;
  for (int t = 0; t < 4; ++t) {
    queries.emplace_back([&] {
      for (int i = 0; i < 200; ++i) parallel.run(10, [&](std::size_t part) { sum += part; });
    });
  }
  for (std::thread& query : queries) query.join();

  EXPECT_EQ(sum, 4U * 200 * 45);
}

}  // namespace
}  // namespace tributary::hub::workspaces
