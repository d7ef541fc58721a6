#include "lab/cgroup/cgroup_stats.h"

#include <gtest/gtest.h>

namespace tributary::lab {
namespace {

using FileTexts = std::map<std::string, std::string>;

ReadText files(FileTexts contents) {
  return [contents = std::move(contents)](const std::string& path) -> std::optional<std::string> {
    const auto at = contents.find(path);
    if (at == contents.end()) return std::nullopt;
    return at->second;
  };
}

const CgroupDirectories kVersion1 = {{"cpu", "/cg/cpu/c"},
                                     {"cpuacct", "/cg/cpuacct/c"},
                                     {"memory", "/cg/memory/c"},
                                     {"blkio", "/cg/blkio/c"},
                                     {"pids", "/cg/pids/c"}};

// As read on Debian 12 from a container of podman 4.3, shortened.
FileTexts version_1() {
  return {
      {"/proc/stat",
       "cpu  10 0 10 100 0 0 0 0 0 0\ncpu0 5 0 5 50 0 0 0\ncpu1 5 0 5 50 0 0 0\nintr 1\n"},
      {"/cg/cpuacct/c/cpuacct.usage", "5000000000\n"},
      {"/cg/cpuacct/c/cpuacct.usage_user", "3000000000\n"},
      {"/cg/cpuacct/c/cpuacct.usage_sys", "2000000000\n"},
      {"/cg/cpuacct/c/cpuacct.usage_percpu", "1000000000 4000000000 0 0 \n"},
      {"/cg/cpu/c/cpu.stat",
       "nr_periods 7\nnr_throttled 3\nthrottled_time 123456\nnr_bursts 0\nburst_time 0\n"},
      {"/cg/memory/c/memory.usage_in_bytes", "1048576\n"},
      {"/cg/memory/c/memory.max_usage_in_bytes", "2097152\n"},
      {"/cg/memory/c/memory.limit_in_bytes", "33554432\n"},
      {"/cg/memory/c/memory.stat",
       "cache 409600\nrss 552960\nhierarchical_memory_limit 33554432\ntotal_cache 409600\n"},
      {"/cg/blkio/c/blkio.throttle.io_service_bytes_recursive",
       "254:0 Read 4096\n254:0 Write 8192\n254:0 Sync 12288\n254:0 Async 0\n254:0 Discard 0\n"
       "254:0 Total 12288\nTotal 12288\n"},
      {"/cg/blkio/c/blkio.throttle.io_serviced_recursive",
       "254:0 Read 1\n254:0 Write 2\nTotal 3\n"},
      {"/cg/pids/c/pids.current", "4\n"},
  };
}

TEST(CgroupStats, AreReadFromVersion1) {
  const auto stats = read_cgroup_stats(kVersion1, Timestamp(5s), files(version_1()));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->read, Timestamp(5s));
  EXPECT_EQ(stats->cpu_total_ns, 5'000'000'000U);
  EXPECT_EQ(stats->cpu_user_ns, 3'000'000'000U);
  EXPECT_EQ(stats->cpu_system_ns, 2'000'000'000U);
  EXPECT_EQ(stats->machine_cpu_ns, 1'200'000'000U);
  EXPECT_EQ(stats->cpus_online, 2U);
  EXPECT_EQ(stats->throttling_periods, 7U);
  EXPECT_EQ(stats->throttled_periods, 3U);
  EXPECT_EQ(stats->throttled_ns, 123'456U);
  EXPECT_EQ(stats->memory_bytes, 1U << 20);
  EXPECT_EQ(stats->memory_max_bytes, 2U << 20);
  EXPECT_EQ(stats->memory_limit_bytes, 32U << 20);
  EXPECT_EQ(stats->memory_detail.at("cache"), 409'600U);
  EXPECT_EQ(stats->memory_detail.at("rss"), 552'960U);
  EXPECT_EQ(stats->memory_detail.size(), 4U);
  EXPECT_EQ(stats->processes, 4U);
}

TEST(CgroupStats, NameOnlyTheCpusThatAreThere) {
  const auto stats = read_cgroup_stats(kVersion1, Timestamp(), files(version_1()));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->per_cpu_ns, (std::vector<std::uint64_t>{1'000'000'000, 4'000'000'000}));
}

TEST(CgroupStats, TakeReadsAndWritesByDeviceWithoutTheSums) {
  const auto stats = read_cgroup_stats(kVersion1, Timestamp(), files(version_1()));

  ASSERT_TRUE(stats);
  ASSERT_EQ(stats->block_io.size(), 1U);
  EXPECT_EQ(stats->block_io[0].major, 254U);
  EXPECT_EQ(stats->block_io[0].minor, 0U);
  EXPECT_EQ(stats->block_io[0].read_bytes, 4096U);
  EXPECT_EQ(stats->block_io[0].write_bytes, 8192U);
  EXPECT_EQ(stats->block_io[0].reads, 1U);
  EXPECT_EQ(stats->block_io[0].writes, 2U);
}

TEST(CgroupStats, TakeBfqsFiguresWhereThoseOfTheThrottleAreEmpty) {
  FileTexts texts = version_1();
  texts["/cg/blkio/c/blkio.throttle.io_service_bytes_recursive"] = "Total 0\n";
  texts["/cg/blkio/c/blkio.throttle.io_serviced_recursive"] = "Total 0\n";
  texts["/cg/blkio/c/blkio.bfq.io_service_bytes_recursive"] = "8:16 Read 77\nTotal 77\n";

  const auto stats = read_cgroup_stats(kVersion1, Timestamp(), files(texts));

  ASSERT_TRUE(stats);
  ASSERT_EQ(stats->block_io.size(), 1U);
  EXPECT_EQ(stats->block_io[0].minor, 16U);
  EXPECT_EQ(stats->block_io[0].read_bytes, 77U);
}

TEST(CgroupStats, FallBackOnTicksWhereUserAndSystemAreNotCountedInNanoseconds) {
  FileTexts texts = version_1();
  texts.erase("/cg/cpuacct/c/cpuacct.usage_user");
  texts["/cg/cpuacct/c/cpuacct.stat"] = "user 150\nsystem 50\n";

  const auto stats = read_cgroup_stats(kVersion1, Timestamp(), files(texts));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cpu_user_ns, 1'500'000'000U);
  EXPECT_EQ(stats->cpu_system_ns, 500'000'000U);
}

TEST(CgroupStats, HaveNoLimitWhereTheKernelSaysOneOfExabytes) {
  FileTexts texts = version_1();
  texts["/cg/memory/c/memory.limit_in_bytes"] = "9223372036854771712\n";

  const auto stats = read_cgroup_stats(kVersion1, Timestamp(), files(texts));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->memory_limit_bytes, 0U);
}

TEST(CgroupStats, AreReadFromVersion2) {
  const FileTexts texts = {
      {"/proc/stat", "cpu  1 0 1 0 0 0 0 0\ncpu0 1 0 1 0 0 0 0 0\n"},
      {"/cg/c/cpu.stat",
       "usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\ncore_sched.force_idle_usec 0\n"
       "nr_periods 7\nnr_throttled 3\nthrottled_usec 123\nnr_bursts 0\nburst_usec 0\n"},
      {"/cg/c/memory.current", "1048576\n"},
      {"/cg/c/memory.peak", "2097152\n"},
      {"/cg/c/memory.max", "33554432\n"},
      {"/cg/c/memory.stat", "anon 552960\nfile 409600\nkernel_stack 16384\n"},
      {"/cg/c/io.stat",
       "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n7:0 \n8:16 rbytes=5\n"},
      {"/cg/c/pids.current", "4\n"},
  };

  const auto stats = read_cgroup_stats({{"", "/cg/c"}}, Timestamp(), files(texts));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cpu_total_ns, 5'000'000'000U);
  EXPECT_EQ(stats->cpu_user_ns, 3'000'000'000U);
  EXPECT_EQ(stats->cpu_system_ns, 2'000'000'000U);
  EXPECT_TRUE(stats->per_cpu_ns.empty());
  EXPECT_EQ(stats->throttled_ns, 123'000U);
  EXPECT_EQ(stats->memory_bytes, 1U << 20);
  EXPECT_EQ(stats->memory_max_bytes, 2U << 20);
  EXPECT_EQ(stats->memory_limit_bytes, 32U << 20);
  EXPECT_EQ(stats->memory_detail.at("anon"), 552'960U);
  ASSERT_EQ(stats->block_io.size(), 2U);
  EXPECT_EQ(stats->block_io[0].write_bytes, 8192U);
  EXPECT_EQ(stats->block_io[0].writes, 2U);
  EXPECT_EQ(stats->block_io[1].read_bytes, 5U);
  EXPECT_EQ(stats->processes, 4U);
}

TEST(CgroupStats, HaveNoLimitWhereVersion2SaysMax) {
  const auto stats = read_cgroup_stats(
      {{"", "/cg/c"}}, Timestamp(),
      files({{"/cg/c/cpu.stat", "usage_usec 1\n"}, {"/cg/c/memory.max", "max\n"}}));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->memory_limit_bytes, 0U);
}

TEST(CgroupStats, AreNothingOnceTheCgroupIsGone) {
  EXPECT_FALSE(read_cgroup_stats(kVersion1, Timestamp(), files({})));
  EXPECT_FALSE(read_cgroup_stats({{"", "/cg/c"}}, Timestamp(), files({})));
  EXPECT_FALSE(read_cgroup_stats({}, Timestamp(), files(version_1())));
}

TEST(CgroupStats, TakeNonsenseForZero) {
  FileTexts texts = version_1();
  for (auto& [path, text] : texts) text = "\xff :: -1 1:x Read 5 =\n\n  \n";

  const auto stats = read_cgroup_stats(kVersion1, Timestamp(), files(texts));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cpu_total_ns, 0U);
  EXPECT_EQ(stats->memory_bytes, 0U);
  EXPECT_TRUE(stats->block_io.empty());
}

}  // namespace
}  // namespace tributary::lab
