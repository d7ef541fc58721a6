#include "lab/driver/processes/process_stats.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

namespace tributary::lab {
namespace {

ReadText files(std::map<std::string, std::string> contents) {
  return [contents = std::move(contents)](const std::string& path) -> std::optional<std::string> {
    const auto at = contents.find(path);
    if (at == contents.end()) return std::nullopt;
    return at->second;
  };
}

TEST(ProcessStats, SumAProcessAndItsDescendants) {
  const ReadText read = files({
      {"/proc/7/stat", "7 (a ) b) S 1 7 7 0 -1 4194560 1 2 3 4 100 50 10 5 20 0 1 0 9 8 7"},
      {"/proc/7/status", "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"},
      {"/proc/7/io", "rchar: 1\nread_bytes: 4096\nwrite_bytes: 512\ncancelled_write_bytes: 9\n"},
      {"/proc/7/task/7/children", "8 "},
      {"/proc/8/stat", "8 (child) R 7 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 9 8 7"},
      {"/proc/8/status", "VmHWM:\t100 kB\nVmRSS:\t100 kB\n"},
      {"/proc/stat",
       "cpu  10 0 10 100 0 0 0 0 0 0\ncpu0 5 0 5 50 0 0 0\ncpu1 5 0 5 50 0 0 0\nintr 1\n"},
  });

  const auto stats = read_process_stats(7, Timestamp(1s), read);

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cpu_user_ns, 1'110'000'000U);  // (100 + 10 + 1) ticks of 10 ms
  EXPECT_EQ(stats->cpu_system_ns, 570'000'000U);
  EXPECT_EQ(stats->cpu_total_ns, 1'680'000'000U);
  EXPECT_EQ(stats->memory_bytes, 1124U << 10);
  EXPECT_EQ(stats->memory_max_bytes, 2148U << 10);
  EXPECT_EQ(stats->block_io[0].read_bytes, 4096U);
  EXPECT_EQ(stats->block_io[0].write_bytes, 512U);
  EXPECT_EQ(stats->processes, 2U);
  EXPECT_EQ(stats->cpus_online, 2U);
  EXPECT_EQ(stats->machine_cpu_ns, 1'200'000'000U);
}

TEST(ProcessStats, AreNothingOnceTheProcessIsGone) {
  EXPECT_FALSE(read_process_stats(7, Timestamp(1s), files({})));
}

TEST(ProcessStats, ReadThisVeryProcess) {
  const auto stats = read_process_stats(::getpid(), Timestamp(1s), read_text);

  ASSERT_TRUE(stats);
  EXPECT_GT(stats->memory_bytes, 1U << 20);
  EXPECT_GE(stats->cpus_online, 1U);
}

}  // namespace
}  // namespace tributary::lab
