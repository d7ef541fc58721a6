// The spool on a disk that fails, fills up, tears writes and forgets. Every run has a seed, which
// is shown where something fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <set>

#include "base/faulty_disk.h"
#include "base/random.h"
#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/fake_requests.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

class SpoolFaultTest : public ::testing::Test {
 protected:
  SpoolFaultTest() { options_.spool.directory = directory_.path() + "/spool"; }

  void open() {
    queue_.reset();
    auto opened = world_.open(options_);
    ASSERT_TRUE(opened) << opened.error().message();
    queue_ = std::move(*opened);
  }
  // Another life, in an empty directory.
  void begin_anew() {
    queue_.reset();
    disk_.set({});
    std::filesystem::remove_all(options_.spool.directory);
    open();
  }
  // The process is gone, and the disk works again.
  void die() {
    FaultyDisk::Faults dead;
    dead.operations_left = 0;
    disk_.set(dead);
    queue_.reset();
    disk_.set({});
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  SpoolWorld world_{disk_};
  SpoolQueue::Options options_;
  std::unique_ptr<SpoolQueue> queue_;
};

// Pushes and pops as a seed says, until the disk is dead. Knows what must be there afterwards.
class Workload {
 public:
  explicit Workload(std::uint64_t seed) : random_(seed) {}

  // `kept` tells whether what is pushed now is on disk.
  void step(SpoolQueue& queue) {
    if (random_.next() % 3 != 0) {
      queue.push(numbered_request(next_, 20 + random_.next() % 300));
      if (queue.samples_in_memory() == 0) pushed_ = next_ + 1;
      ++next_;
    } else if (const EncodedRequest* front = queue.front()) {
      EXPECT_EQ(number_of(*front), popped_);
      queue.pop();
      ++popped_;
    }
  }
  // What a reopened spool may hold: from at most one before the first that was not popped, all that
  // was pushed, in order.
  void expect_held_by(const std::vector<std::size_t>& got, std::size_t repeats_max) const {
    std::size_t expected = got.empty() ? popped_ : got.front();
    EXPECT_LE(expected, popped_);
    EXPECT_LE(popped_ - expected, repeats_max);
    for (const std::size_t number : got) EXPECT_EQ(number, expected++);
    EXPECT_GE(expected, pushed_);
    EXPECT_LE(expected, next_);
  }

  std::size_t pushed() const { return pushed_; }

 private:
  SeededRandom random_;
  std::size_t next_ = 0;
  std::size_t pushed_ = 0;  // those before it were taken by the disk
  std::size_t popped_ = 0;
};

TEST_F(SpoolFaultTest, LosesNothingWhereverTheProcessEnds) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (std::uint64_t operations = 1; operations < 150; ++operations) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", dead after operation " +
                   std::to_string(operations));
      begin_anew();
      FaultyDisk::Faults faults;
      faults.operations_left = operations;
      disk_.set(faults);
      const std::uint64_t before = disk_.operations();
      Workload work(seed);
      while (disk_.operations() <= before + operations) work.step(*queue_);

      die();
      open();

      // Only the last thing that was done may not have been told.
      work.expect_held_by(drain(*queue_), 1);
    }
  }
}

TEST_F(SpoolFaultTest, LosesNothingWhereverAWriteIsTorn) {
  for (std::uint64_t seed = 11; seed <= 12; ++seed) {
    for (std::uint64_t bytes = 1; bytes < 4'000; bytes += 13) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", torn after byte " + std::to_string(bytes));
      begin_anew();
      FaultyDisk::Faults faults;
      faults.bytes_left = bytes;
      faults.halts = true;
      faults.truncates = true;
      disk_.set(faults);
      Workload work(seed);
      for (int i = 0; i < 60; ++i) work.step(*queue_);

      die();
      open();

      const std::vector<std::size_t> got = drain(*queue_);
      EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
      EXPECT_EQ(std::set<std::size_t>(got.begin(), got.end()).size(), got.size());
      EXPECT_LE(queue_->spool().damaged(), 2u);
      EXPECT_TRUE(got.empty() || got.back() + 1 >= work.pushed());
    }
  }
}

TEST_F(SpoolFaultTest, LosesNothingThatWasSyncedToThePower) {
  options_.spool.fsync = true;
  for (std::uint64_t seed = 21; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    begin_anew();
    Workload work(seed);
    for (int i = 0; i < 100; ++i) work.step(*queue_);

    die();
    disk_.lose_unsynced();
    open();

    // What was settled since the last push may be repeated.
    work.expect_held_by(drain(*queue_), 100);
  }
}

TEST_F(SpoolFaultTest, LosesAtMostWhatIsDamaged) {
  for (std::uint64_t seed = 100; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    begin_anew();
    SeededRandom random(seed);
    constexpr std::size_t kCount = 30;
    for (std::size_t i = 0; i < kCount; ++i)
      queue_->push(numbered_request(i, 20 + random.next() % 500));
    queue_.reset();
    const std::string file = options_.spool.directory + "/0000000001.spool";
    std::string bytes = disk_.read(file).value();
    const std::size_t flips = 1 + random.next() % 4;
    for (std::size_t i = 0; i < flips; ++i)
      bytes[random.next() % bytes.size()] ^= static_cast<char>(1U << (random.next() % 8));
    ASSERT_TRUE(disk_.create(file).value()->append(bytes));

    open();
    const std::vector<std::size_t> got = drain(*queue_);

    EXPECT_GE(got.size(), kCount - flips);
    EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
    EXPECT_LE(queue_->spool().damaged(), flips);
    EXPECT_GE(queue_->spool().damaged(), got.size() < kCount ? 1u : 0u);
  }
}

TEST_F(SpoolFaultTest, KeepsRequestsInMemoryWhileTheDiskIsFull) {
  open();
  FaultyDisk::Faults full;
  full.bytes_left = 150;
  disk_.set(full);

  for (std::size_t i = 0; i < 10; ++i) queue_->push(numbered_request(i));

  EXPECT_EQ(queue_->requests(), 10u);
  EXPECT_GT(queue_->samples_in_memory(), 0u);
  EXPECT_EQ(count_of(world_.log, "The disk does not take requests"), 1u);
  EXPECT_THAT(world_.log, HasSubstr("No space left on device"));

  disk_.set({});
  world_.clock.advance(SpoolQueue::kRetry);
  queue_->push(numbered_request(10));
  EXPECT_EQ(queue_->samples_in_memory(), 0u);
  EXPECT_EQ(count_of(world_.log, "The disk takes requests again"), 1u);

  open();
  EXPECT_THAT(drain(*queue_), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_EQ(world_.losses, 0u);
}

TEST_F(SpoolFaultTest, SendsFromDiskAndMemoryInOrderWhileTheDiskIsFull) {
  open();
  FaultyDisk::Faults full;
  full.bytes_left = 150;
  disk_.set(full);
  for (std::size_t i = 0; i < 6; ++i) queue_->push(numbered_request(i));
  const std::size_t samples = queue_->samples();

  EXPECT_EQ(samples, 21u);
  EXPECT_THAT(drain(*queue_), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(queue_->samples(), 0u);
  EXPECT_EQ(queue_->samples_in_memory(), 0u);
}

TEST_F(SpoolFaultTest, BoundsWhatWaitsInMemory) {
  options_.memory = {.requests = 3, .bytes = 1000};
  open();
  FaultyDisk::Faults broken;
  broken.operations_left = 0;
  disk_.set(broken);

  for (std::size_t i = 0; i < 10; ++i) queue_->push(numbered_request(i));

  EXPECT_EQ(queue_->requests(), 3u);
  EXPECT_EQ(world_.lost_full, 28u);
  EXPECT_THAT(drain(*queue_), ElementsAre(7, 8, 9));
}

TEST_F(SpoolFaultTest, LosesNothingWhicheverOperationFails) {
  for (std::uint64_t nth = 0; nth < 60; ++nth) {
    SCOPED_TRACE("operation " + std::to_string(nth));
    begin_anew();
    std::vector<std::size_t> got;
    const auto take_one = [&] {
      if (const EncodedRequest* front = queue_->front()) {
        got.push_back(number_of(*front));
        queue_->pop();
      }
    };
    FaultyDisk::Faults faults;
    faults.operations_left = nth;
    disk_.set(faults);
    for (std::size_t i = 0; i < 20; ++i) {
      queue_->push(numbered_request(i));
      if (i % 2 == 1) take_one();
      if (i % 5 == 4) disk_.set({});  // it was but for a while
      world_.clock.advance(2s);
    }
    while (queue_->requests() > 0) take_one();

    std::vector<std::size_t> all(20);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(got, all);
    EXPECT_EQ(world_.losses, 0u);
    open();
    EXPECT_THAT(drain(*queue_), IsEmpty());
  }
}

TEST_F(SpoolFaultTest, TriesAgainWhatCannotBeReadAndThenGivesItUp) {
  open();
  for (std::size_t i = 0; i < 3; ++i) queue_->push(numbered_request(i));
  open();
  FaultyDisk::Faults unreadable;
  unreadable.reads = true;
  disk_.set(unreadable);

  EXPECT_EQ(queue_->front(), nullptr);
  EXPECT_EQ(queue_->requests(), 3u);
  EXPECT_THAT(world_.log, HasSubstr("Cannot read the spool"));
  disk_.set({});
  world_.clock.advance(SpoolQueue::kRetry);
  EXPECT_EQ(number_of(*queue_->front()), 0u);
  queue_->pop();

  disk_.set(unreadable);
  for (int i = 0; i < Spool::kReadAttempts; ++i) {
    EXPECT_EQ(queue_->front(), nullptr);
    world_.clock.advance(SpoolQueue::kRetry);
  }
  EXPECT_EQ(queue_->requests(), 0u);
  EXPECT_EQ(world_.lost_unreadable, 5u);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
