#include "collector/exporters/prometheusremotewrite/memory_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::ElementsAre;

EncodedRequest request_of(std::size_t bytes, std::size_t samples) {
  return {net::make_body(std::string(bytes, 'x')), 1, samples, Instant()};
}

class MemoryQueueTest : public ::testing::Test {
 protected:
  MemoryQueue queue_of(MemoryQueue::Limits limits) {
    return {limits, [this](const RequestQueue::Loss& loss) { lost_ += loss.samples; }};
  }
  // The samples of each request, front to back.
  static std::vector<std::size_t> drain(MemoryQueue& queue) {
    std::vector<std::size_t> out;
    for (; const EncodedRequest* front = queue.front(); queue.pop()) out.push_back(front->samples);
    return out;
  }

  std::size_t lost_ = 0;
};

TEST_F(MemoryQueueTest, KeepsTheOrder) {
  MemoryQueue queue = queue_of({.requests = 10, .bytes = 1000});

  queue.push(request_of(1, 1));
  queue.push(request_of(1, 2));

  EXPECT_EQ(queue.requests(), 2u);
  EXPECT_EQ(queue.samples(), 3u);
  EXPECT_EQ(queue.samples_in_memory(), 3u);
  EXPECT_THAT(drain(queue), ElementsAre(1, 2));
  EXPECT_EQ(queue.requests(), 0u);
  EXPECT_EQ(queue.bytes(), 0u);
  EXPECT_EQ(queue.samples(), 0u);
}

TEST_F(MemoryQueueTest, PutsThePartsOfTheFrontInItsPlace) {
  MemoryQueue queue = queue_of({.requests = 1, .bytes = 1000});
  queue.push(request_of(10, 5));
  queue.front();
  queue.push(request_of(1, 9));

  std::vector<EncodedRequest> parts;
  parts.push_back(request_of(5, 2));
  parts.push_back(request_of(5, 3));
  queue.replace_front(std::move(parts));

  EXPECT_EQ(queue.bytes(), 11u);
  EXPECT_THAT(drain(queue), ElementsAre(2, 3, 9));
}

TEST_F(MemoryQueueTest, DropsTheOldestAboveItsLimits) {
  MemoryQueue by_count = queue_of({.requests = 2, .bytes = 1000});
  for (const std::size_t samples : {1, 2, 4}) by_count.push(request_of(1, samples));
  EXPECT_EQ(lost_, 1u);
  EXPECT_THAT(drain(by_count), ElementsAre(2, 4));

  lost_ = 0;
  MemoryQueue by_bytes = queue_of({.requests = 10, .bytes = 100});
  by_bytes.push(request_of(60, 1));
  by_bytes.push(request_of(40, 2));
  EXPECT_EQ(lost_, 0u);
  by_bytes.push(request_of(50, 4));
  EXPECT_EQ(lost_, 1u);
  by_bytes.push(request_of(500, 8));
  EXPECT_EQ(lost_, 15u);
  EXPECT_EQ(by_bytes.front(), nullptr);
}

TEST_F(MemoryQueueTest, NeverDropsAFrontThatWasHandedOut) {
  MemoryQueue queue = queue_of({.requests = 1, .bytes = 1000});
  queue.push(request_of(1, 1));

  const EncodedRequest* const front = queue.front();
  for (const std::size_t samples : {2, 4, 8}) queue.push(request_of(1, samples));

  EXPECT_EQ(front->samples, 1u);
  EXPECT_EQ(lost_, 6u);
  EXPECT_THAT(drain(queue), ElementsAre(1, 8));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
