#include "collector/service/memory_budget.h"

#include <gtest/gtest.h>

#include <map>

#include "collector/pipeline/fake_context.h"
#include "collector/service/service.h"

namespace tributary::collector {
namespace {

using Files = std::map<std::string, std::string>;

constexpr std::uint64_t kMiB = 1U << 20;
const std::string kMachine = "MemTotal:       8388608 kB\nMemFree:         1234 kB\n";  // 8 GiB

MemoryLimit find(Files files) {
  files.emplace("/proc/meminfo", kMachine);
  return find_memory_limit([&files](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    return found->second;
  });
}

TEST(MemoryLimit, IsThatOfAContainerInItsOwnNamespace) {
  const MemoryLimit limit =
      find({{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "134217728\n"}});

  EXPECT_EQ(limit.bytes, 128 * kMiB);
  EXPECT_TRUE(limit.of_container);
}

TEST(MemoryLimit, IsTheLeastOfTheGroupsAround) {
  const MemoryLimit limit = find({{"/proc/self/cgroup", "0::/ecs/task/side\n"},
                                  {"/sys/fs/cgroup/ecs/task/side/memory.max", "max\n"},
                                  {"/sys/fs/cgroup/ecs/task/memory.max", "268435456\n"},
                                  {"/sys/fs/cgroup/ecs/memory.max", "536870912\n"}});

  EXPECT_EQ(limit.bytes, 256 * kMiB);
}

TEST(MemoryLimit, ReadsTheOldGroups) {
  const MemoryLimit visible =
      find({{"/proc/self/cgroup", "9:cpu,cpuacct:/ecs/t/c\n5:memory:/ecs/t/c\n1:name=systemd:/x\n"},
            {"/sys/fs/cgroup/memory/ecs/t/c/memory.limit_in_bytes", "104857600\n"}});
  const MemoryLimit mounted_as_root =
      find({{"/proc/self/cgroup", "5:memory:/ecs/t/c\n"},
            {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "104857600\n"}});

  EXPECT_EQ(visible.bytes, 100 * kMiB);
  EXPECT_EQ(mounted_as_root.bytes, 100 * kMiB);
}

TEST(MemoryLimit, IsTheMachinesMemoryWhereNoneIsSet) {
  for (const Files& files : {
           Files{},
           Files{{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "max\n"}},
           Files{{"/proc/self/cgroup", "5:memory:/\n"},
                 {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
           Files{{"/proc/self/cgroup", "0::/../../x\nnonsense\n:::\n5:memory\n"},
                 {"/sys/fs/cgroup/memory.max", "0"}},
       }) {
    const MemoryLimit limit = find(files);
    EXPECT_EQ(limit.bytes, 8192 * kMiB);
    EXPECT_FALSE(limit.of_container);
  }
}

TEST(MemoryLimit, IsFoundOnThisMachine) { EXPECT_GT(find_memory_limit().bytes, 64 * kMiB); }

TEST(MemoryBudget, IsMostOfAContainerAndLittleOfAMachine) {
  const MemoryLimit container{.bytes = 100 * kMiB, .of_container = true};
  const MemoryLimit small_machine{.bytes = 1024 * kMiB};
  const MemoryLimit large_machine{.bytes = 65'536 * kMiB};

  EXPECT_EQ(MemoryBudget::make(container, {}).bytes, 80 * kMiB);
  EXPECT_EQ(MemoryBudget::make(small_machine, {}).bytes, 64 * kMiB);
  EXPECT_EQ(MemoryBudget::make(large_machine, {}).bytes, 256 * kMiB);
  EXPECT_EQ(MemoryBudget::make(container, 30 * kMiB).bytes, 30 * kMiB);
}

TEST(MemoryBudget, GivesHalfOfItselfToTheQueues) {
  const MemoryBudget budget{.bytes = 80 * kMiB};

  EXPECT_EQ(budget.queue_bytes(1), 40 * kMiB);
  EXPECT_EQ(budget.queue_bytes(4), 10 * kMiB);
  EXPECT_EQ(budget.queue_bytes(100), 4 * kMiB);
  EXPECT_EQ(MemoryBudget{.bytes = 65'536 * kMiB}.queue_bytes(1), 512 * kMiB);
}

TEST(ResidentMemory, FallsWhenUnusedMemoryIsReleased) {
  release_unused_memory();
  const std::uint64_t released = resident_bytes();

  EXPECT_GT(released, 100'000U);
  EXPECT_LT(released, 10'000 * kMiB);
}

class Refuser final : public Processor {
 public:
  RunMap map(const SeriesRunPtr& run) override { return {run, {}, {}}; }
  bool refuses() override { return refusing; }

  bool refusing = false;
};

TEST(Entrance, CountsWhatAProcessorRefusesAndPassesTheRest) {
  Telemetry telemetry;
  Counter& refused = telemetry.counter("refused", "");
  FakeConsumer consumer;
  Pipeline pipeline({}, {&consumer});
  Refuser first;
  Refuser second;
  Entrance entrance(pipeline, {&first, &second}, refused);
  Batch three;
  three.shape = std::make_shared<const Shape>(std::vector<Series>(3));
  three.values.resize(3);
  const auto batch = std::make_shared<const Batch>(std::move(three));

  entrance.consume(batch);
  second.refusing = true;
  entrance.consume(batch);

  EXPECT_EQ(consumer.batches.size(), 1U);
  EXPECT_EQ(refused.value(), 3U);
  EXPECT_EQ(pipeline.received(), 6U);
  EXPECT_EQ(pipeline.refused(), 3U);
}

}  // namespace
}  // namespace tributary::collector
