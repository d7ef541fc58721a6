#include "collector/exporters/prometheusremotewrite/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>

#include "base/faulty_disk.h"
#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/fake_requests.h"
#include "collector/exporters/prometheusremotewrite/spool_queue.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::size_t> range(std::size_t from, std::size_t to) {
  std::vector<std::size_t> out(to - from);
  std::iota(out.begin(), out.end(), from);
  return out;
}

class SpoolTest : public ::testing::Test {
 protected:
  SpoolTest() { options_.spool.directory = directory_.path() + "/spool"; }

  // As another process would find it.
  SpoolQueue& reopen() {
    queue_.reset();
    auto opened = world_.open(options_);
    EXPECT_TRUE(opened) << opened.error().message();
    queue_ = std::move(*opened);
    return *queue_;
  }
  void push(std::size_t from, std::size_t to, std::size_t bytes = 20) {
    for (std::size_t i = from; i < to; ++i) queue_->push(numbered_request(i, bytes));
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(options_.spool.directory))
      if (entry.is_regular_file() && entry.path().filename() != "lock")
        out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
  }
  std::uint64_t disk_bytes() const {
    std::uint64_t bytes = 0;
    for (const std::string& file : files()) bytes += std::filesystem::file_size(file);
    return bytes;
  }
  static void flip_bit(const std::string& path, std::size_t byte) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(byte));
    const char was = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(byte));
    file.put(static_cast<char>(was ^ 16));
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  SpoolWorld world_{disk_};
  SpoolQueue::Options options_;
  std::unique_ptr<SpoolQueue> queue_;
};

TEST_F(SpoolTest, KeepsTheOrderOverARestart) {
  reopen();
  push(0, 5);
  EXPECT_EQ(queue_->requests(), 5u);
  EXPECT_EQ(queue_->samples(), 15u);
  EXPECT_EQ(queue_->samples_in_memory(), 0u);

  reopen();
  EXPECT_EQ(queue_->requests(), 5u);
  EXPECT_EQ(queue_->samples(), 15u);
  EXPECT_EQ(queue_->bytes(), 100u);
  EXPECT_THAT(world_.log, HasSubstr("requests of an earlier run"));
  push(5, 8);

  EXPECT_THAT(drain(*queue_), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(queue_->requests(), 0u);
  EXPECT_EQ(queue_->samples(), 0u);
  EXPECT_EQ(queue_->bytes(), 0u);
}

TEST_F(SpoolTest, LeavesNothingOnDiskOnceAllIsSent) {
  reopen();

  for (std::size_t i = 0; i < 3; ++i) {
    queue_->push(numbered_request(i));
    EXPECT_EQ(files().size(), 1u);
    EXPECT_EQ(number_of(*queue_->front()), i);
    queue_->pop();
    EXPECT_THAT(files(), IsEmpty());
  }
}

TEST_F(SpoolTest, RepeatsNothingThatWasPopped) {
  reopen();
  push(0, 10);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(number_of(*queue_->front()), i);
    queue_->pop();
    reopen();
    EXPECT_EQ(queue_->requests(), 9 - i);
  }
  queue_->front();  // handed out, not settled

  EXPECT_THAT(drain(reopen()), ElementsAre(4, 5, 6, 7, 8, 9));
  EXPECT_THAT(drain(reopen()), IsEmpty());
}

TEST_F(SpoolTest, KeepsTheAgeOfItsDataOverARestart) {
  reopen();
  EncodedRequest request = numbered_request(0);
  world_.clock.advance(100s);
  request.oldest = world_.clock.monotonic() - 40s;
  queue_->push(std::move(request));
  world_.clock.advance(20s);

  const Instant oldest = reopen().front()->oldest;

  EXPECT_EQ(world_.clock.monotonic() - oldest, 60s);
}

TEST_F(SpoolTest, IsForItsOwnerAlone) {
  reopen();
  push(0, 1);

  const auto mode = [](const std::string& path) {
    struct stat status{};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777U;
  };

  RealDisk disk(SpoolQueue::kModes);
  TemporaryDirectory other;
  SpoolWorld world(disk);
  auto queue = world.open({.spool = {.directory = other.path() + "/a/b"}}).value();
  queue->push(numbered_request(0));
  EXPECT_EQ(mode(other.path() + "/a/b"), 0700u);
  EXPECT_EQ(mode(other.path() + "/a/b/lock"), 0600u);
  EXPECT_EQ(mode(other.path() + "/a/b/0000000001.spool"), 0600u);
}

TEST_F(SpoolTest, RefusesADirectoryThatIsInUse) {
  reopen();

  const auto second = world_.open(options_);

  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr(options_.spool.directory + "/lock"));
  EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(::getpid())));
}

TEST_F(SpoolTest, LosesTheTornEndAndNothingElse) {
  reopen();
  push(0, 3, 100);
  queue_.reset();
  const std::string file = files().at(0);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);

  reopen();
  EXPECT_EQ(queue_->requests(), 2u);
  EXPECT_THAT(world_.log, HasSubstr("damaged"));
  push(3, 4);

  EXPECT_THAT(drain(*queue_), ElementsAre(0, 1, 3));
  EXPECT_EQ(world_.losses, 0u);  // it was never counted as here
}

TEST_F(SpoolTest, LosesOneRequestToAFlippedBitWhereverItIs) {
  constexpr std::size_t kBytes = SpoolRecord::kHeaderBytes + 30;
  for (std::size_t byte = 0; byte < 3 * kBytes; ++byte) {
    reopen();
    push(0, 3, 30);
    queue_.reset();
    flip_bit(files().at(0), byte);

    world_.lost_unreadable = 0;
    reopen();
    const std::size_t before = queue_->samples();
    std::vector<std::size_t> expected = {0, 1, 2};
    expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(byte / kBytes));
    EXPECT_EQ(drain(*queue_), expected) << "byte " << byte;
    EXPECT_EQ(queue_->spool().damaged(), 1u) << "byte " << byte;
    std::size_t sent = 0;
    for (const std::size_t number : expected) sent += number + 1;
    EXPECT_EQ(before, sent + world_.lost_unreadable);
    EXPECT_THAT(files(), IsEmpty());
  }
}

TEST_F(SpoolTest, TellsWhatIsDamagedWhileItWaits) {
  reopen();
  push(0, 4, 30);
  flip_bit(files().at(0), SpoolRecord::kHeaderBytes + 30 + 2);  // the header of 1

  EXPECT_THAT(drain(*queue_), ElementsAre(0, 2, 3));
  EXPECT_EQ(world_.lost_unreadable, 2u);
  EXPECT_EQ(queue_->requests(), 0u);
  EXPECT_EQ(queue_->samples(), 0u);
}

TEST_F(SpoolTest, TakesNothingInsideABodyForARecord) {
  reopen();
  push(0, 1, 30);
  const std::string segment = disk_.read(files().at(0)).value();
  drain(*queue_);
  push(1, 2, 30);
  EncodedRequest evil = numbered_request(2);
  evil.body = net::make_body(segment);
  queue_->push(std::move(evil));
  queue_.reset();
  flip_bit(files().at(0), SpoolRecord::kHeaderBytes + 30 + 2);

  EXPECT_THAT(drain(reopen()), ElementsAre(1));
}

TEST_F(SpoolTest, GivesUpTheOldestAboveItsCap) {
  options_.spool.bytes_max = 1U << 20;
  reopen();

  push(0, 200, 50'000);

  EXPECT_LE(disk_bytes(), 1U << 20);
  EXPECT_GT(disk_bytes(), 700U << 10);
  const std::size_t left = queue_->samples();
  const std::vector<std::size_t> got = drain(*queue_);
  EXPECT_EQ(got.front(), 0u);  // was in hand from the first
  EXPECT_EQ(std::vector<std::size_t>(got.begin() + 1, got.end()), range(got[1], 200));
  EXPECT_EQ(left + world_.lost_full, 200u * 201 / 2);
}

TEST_F(SpoolTest, NeverGivesUpAFrontThatIsBeingSent) {
  options_.spool.bytes_max = 1U << 20;
  reopen();
  push(0, 3, 100'000);
  drain(*queue_);
  push(3, 6, 100'000);
  const EncodedRequest* const front = queue_->front();

  push(6, 100, 100'000);

  EXPECT_EQ(number_of(*front), 3u);
  EXPECT_EQ(queue_->samples_in_memory(), 4u);  // its file had to go
  EXPECT_EQ(drain(*queue_).front(), 3u);
  EXPECT_EQ(queue_->samples_in_memory(), 0u);
  EXPECT_EQ(queue_->samples(), 0u);
}

TEST_F(SpoolTest, MakesRoomWhenTheCapHasShrunk) {
  reopen();
  push(0, 100, 100'000);
  queue_.reset();

  options_.spool.bytes_max = 1U << 20;
  reopen();
  const std::size_t found = queue_->samples();  // what is lost was there first
  push(100, 101);

  EXPECT_LE(disk_bytes(), 1U << 20);
  EXPECT_EQ(queue_->samples() + world_.lost_full, found + 101);
}

TEST_F(SpoolTest, SendsThePartsOfASplitRequestInItsPlace) {
  reopen();
  push(0, 3);
  queue_->front();

  std::vector<EncodedRequest> parts;
  parts.push_back(numbered_request(10));
  parts.push_back(numbered_request(11));
  queue_->replace_front(std::move(parts));
  EXPECT_EQ(queue_->requests(), 4u);
  EXPECT_EQ(queue_->samples(), 11u + 12 + 2 + 3);
  EXPECT_EQ(number_of(*queue_->front()), 10u);
  queue_->pop();

  // What was not sent whole is sent again as a whole.
  EXPECT_THAT(drain(reopen()), ElementsAre(0, 1, 2));
}

TEST_F(SpoolTest, SplitsPartsAgain) {
  reopen();
  push(0, 2);
  const auto split_into = [&](std::size_t a, std::size_t b) {
    queue_->front();
    std::vector<EncodedRequest> parts;
    parts.push_back(numbered_request(a));
    parts.push_back(numbered_request(b));
    queue_->replace_front(std::move(parts));
  };

  split_into(10, 20);
  split_into(11, 12);

  EXPECT_THAT(drain(*queue_), ElementsAre(11, 12, 20, 1));
  EXPECT_EQ(queue_->requests(), 0u);
  EXPECT_EQ(queue_->samples(), 0u);
  EXPECT_EQ(queue_->bytes(), 0u);
}

TEST_F(SpoolTest, KeepsRefusedRequestsAsideWithTheReason) {
  reopen();
  push(0, 2);
  queue_->front();

  queue_->quarantine_front("400 out of bounds");

  const std::string kept =
      disk_.read(options_.spool.directory + "/quarantine/0000000001.request").value();
  EXPECT_THAT(kept, HasSubstr("400 out of bounds"));
  EXPECT_THAT(kept, HasSubstr(*numbered_request(0).body));
  EXPECT_THAT(drain(reopen()), ElementsAre(1));
}

TEST_F(SpoolTest, BoundsWhatIsKeptAside) {
  options_.spool.bytes_max = 1U << 20;
  reopen();
  for (std::size_t i = 0; i < 100; ++i) {
    queue_->push(numbered_request(i, i < 50 ? 20 : 50'000));
    queue_->front();
    queue_->quarantine_front("no");
    if (i == 49) {
      EXPECT_EQ(files().size(), Spool::kQuarantineFilesMax);
    }
    if (i % 10 == 0) reopen();
  }

  EXPECT_LE(disk_bytes(), (1U << 20) / 8);
  EXPECT_THAT(files().back(), HasSubstr("0000000100"));
}

TEST_F(SpoolTest, WritesANewFileWhenOneIsLarge) {
  options_.spool.bytes_max = 1U << 20;
  reopen();

  push(0, 8, 100'000);

  EXPECT_GE(files().size(), 4u);
  EXPECT_EQ(drain(reopen()), range(0, 8));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SpoolTest, CostsNoMemoryPerRequest) {
  options_.spool.bytes_max = std::uint64_t{1} << 30;
  reopen();
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    std::size_t total = 0;
    std::size_t pages = 0;
    file >> total >> pages;
    return pages * 4096;
  };
  const EncodedRequest request = numbered_request(7);
  for (int i = 0; i < 1'000; ++i) queue_->push(request);
  const std::size_t before = resident();

  for (int i = 1'000; i < 1'000'000; ++i) queue_->push(request);

  EXPECT_EQ(queue_->requests(), 1'000'000u);
  EXPECT_LT(resident(), before + (1U << 20));
  reopen();
  EXPECT_EQ(queue_->requests(), 1'000'000u);
  EXPECT_LT(resident(), before + (1U << 20));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
