// Real processes that push and pop on a real disk, each ended by SIGKILL when it does not expect
// it.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include "base/random.h"
#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/fake_requests.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr unsigned kKills = 1'000;
constexpr unsigned kDrainEvery = 10;

// Shared with the process that will be killed.
struct Progress {
  std::atomic<bool> open{false};
  std::atomic<std::size_t> pushed{0};  // so many pushes have returned
  std::atomic<std::size_t> popped{0};
};

class SharedProgress {
 public:
  SharedProgress()
      : at_(new(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Progress) {}
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  ~SharedProgress() { ::munmap(at_, sizeof(Progress)); }
  Progress* operator->() const { return at_; }

 private:
  Progress* const at_;
};

// What the process does until it is killed.
[[noreturn]] void push_and_pop(const SpoolQueue::Options& options, const SharedProgress& progress,
                               std::uint64_t seed) {
  RealDisk disk;
  SpoolWorld world(disk);
  auto queue = world.open(options);
  if (!queue) ::_exit(1);
  SeededRandom random(seed);
  progress->open = true;
  while (true) {
    const bool is_long = progress->pushed - progress->popped > 200;
    if (random.next() % 2 == 0 && !is_long) {
      (*queue)->push(numbered_request(progress->pushed, 20 + random.next() % 20'000));
      ++progress->pushed;
    } else if ((*queue)->front() != nullptr) {
      (*queue)->pop();
      ++progress->popped;
    }
  }
}

TEST(SpoolKill, LosesNothingAndRepeatsNothingThatWasPopped) {
  TemporaryDirectory directory;
  SpoolQueue::Options options;
  options.spool.directory = directory.path();
  options.spool.bytes_max = 64U << 20;
  SharedProgress progress;
  SeededRandom random(4);
  RealDisk disk;
  for (unsigned round = 0; round < kKills; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    progress->open = false;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) push_and_pop(options, progress, round);
    while (!progress->open && ::waitpid(child, nullptr, WNOHANG) == 0) std::this_thread::yield();
    ASSERT_TRUE(progress->open);
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::microseconds(random.next() % 2'000);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);

    SpoolWorld world(disk);
    const auto queue = world.open(options);
    ASSERT_TRUE(queue) << queue.error().message();

    // What it was doing when it was killed may be done or not.
    const EncodedRequest* const front = (*queue)->front();
    const std::size_t first = front ? number_of(*front) : progress->pushed.load();
    const std::size_t end = first + (*queue)->requests();
    ASSERT_GE(first, progress->popped);
    ASSERT_LE(first, progress->popped + 1);
    ASSERT_GE(end, progress->pushed);
    ASSERT_LE(end, progress->pushed + 1);
    // Each of those that ran since all was read may have left a torn end.
    ASSERT_LE((*queue)->spool().damaged(), kDrainEvery);
    progress->popped = first;
    progress->pushed = end;
    if (round % kDrainEvery != 0) continue;
    for (std::size_t expected = first; expected < end; ++expected, (*queue)->pop())
      ASSERT_EQ(number_of(*(*queue)->front()), expected);
    progress->popped = end;
  }
  EXPECT_GT(progress->pushed, kKills);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
