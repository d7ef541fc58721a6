#include "lab/cgroup/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/temporary_directory.h"
#include "lab/cgroup/cgroup_stats.h"

namespace tributary::lab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

ReadText one_file(std::string path, std::string text) {
  return [path = std::move(path),
          text = std::move(text)](const std::string& asked) -> std::optional<std::string> {
    if (asked != path) return std::nullopt;
    return text;
  };
}

CgroupTrees trees_of(std::string mountinfo) {
  return find_cgroup_trees(one_file("/proc/self/mountinfo", std::move(mountinfo)));
}

TEST(CgroupTrees, AreFoundByControllerWhereSeveralShareATree) {
  const CgroupTrees trees = trees_of(
      "31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs rw,mode=755\n"
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
      "33 31 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
      "34 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");

  EXPECT_THAT(trees, ElementsAre(Pair("", CgroupTree{"/sys/fs/cgroup/unified", "/"}),
                                 Pair("cpu", CgroupTree{"/sys/fs/cgroup/cpu,cpuacct", "/"}),
                                 Pair("cpuacct", CgroupTree{"/sys/fs/cgroup/cpu,cpuacct", "/"}),
                                 Pair("name=systemd", CgroupTree{"/sys/fs/cgroup/systemd", "/"})));
}

TEST(CgroupTrees, AreNoneWhereNoneIsMountedOrTheTextIsBroken) {
  EXPECT_THAT(trees_of(""), IsEmpty());
  EXPECT_THAT(trees_of("1 2 3\n - cgroup2 \n36 31 0:1 / /x rw - ext4 dev rw\n"), IsEmpty());
}

TEST(CgroupTrees, HaveBlanksInTheirPlace) {
  const CgroupTrees trees = trees_of("1 0 0:2 / /my\\040groups rw - cgroup2 cgroup2 rw\n");

  EXPECT_EQ(trees.at("").mount_point, "/my groups");
}

TEST(CgroupOf, GivesTheDirectoryInEachTree) {
  const CgroupTrees trees = {{"cpu", {"/cg/cpu,cpuacct"}},
                             {"cpuacct", {"/cg/cpu,cpuacct"}},
                             {"memory", {"/cg/memory"}},
                             {"", {"/cg/unified"}}};

  const auto found = cgroup_of(
      7, trees, one_file("/proc/7/cgroup", "4:memory:/a/b\n2:cpuacct,cpu:/a\n9:name=x:/\n0::/a\n"));

  ASSERT_TRUE(found);
  EXPECT_THAT(*found,
              ElementsAre(Pair("cpu", "/cg/cpu,cpuacct/a"), Pair("cpuacct", "/cg/cpu,cpuacct/a"),
                          Pair("memory", "/cg/memory/a/b")));
}

TEST(CgroupOf, IsOneDirectoryWithVersion2Alone) {
  const auto found = cgroup_of(7, {{"", {"/sys/fs/cgroup"}}},
                               one_file("/proc/7/cgroup", "0::/system.slice/docker-1.scope\n"));

  ASSERT_TRUE(found);
  EXPECT_THAT(*found, ElementsAre(Pair("", "/sys/fs/cgroup/system.slice/docker-1.scope")));
}

TEST(CgroupOf, CutsOffWhatOfTheTreeIsNotMounted) {
  const CgroupTrees trees = {{"memory", {"/cg/memory", "/docker/outer"}}};

  const auto inside = cgroup_of(7, trees, one_file("/proc/7/cgroup", "4:memory:/docker/outer/c\n"));
  const auto beside = cgroup_of(7, trees, one_file("/proc/7/cgroup", "4:memory:/docker/outer2\n"));

  ASSERT_TRUE(inside);
  EXPECT_THAT(*inside, ElementsAre(Pair("memory", "/cg/memory/c")));
  ASSERT_TRUE(beside);
  EXPECT_THAT(*beside, IsEmpty());
}

TEST(CgroupOf, IsNothingForAProcessThatIsGone) {
  EXPECT_FALSE(cgroup_of(7, {}, one_file("/proc/8/cgroup", "")));
}

TEST(WasOutOfMemory, IsWhatTheKernelCounted) {
  const CgroupDirectories v1 = {{"memory", "/m"}};
  const CgroupDirectories v2 = {{"", "/u"}};

  EXPECT_TRUE(was_out_of_memory(
      v1, one_file("/m/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")));
  EXPECT_FALSE(was_out_of_memory(
      v1, one_file("/m/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n")));
  EXPECT_TRUE(was_out_of_memory(v2, one_file("/u/memory.events", "low 0\noom 1\noom_kill 1\n")));
  EXPECT_FALSE(was_out_of_memory(v2, one_file("/u/memory.events", "low 0\noom 1\noom_kill 0\n")));
  EXPECT_FALSE(was_out_of_memory({}, one_file("/x", "")));
}

TEST(Cgroup, IsRefusedWhereThereIsNoTree) {
  const auto made = Cgroup::create({{"cpu", {"/nowhere"}}}, "x", {});

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), Code::unavailable);
}

TEST(Cgroup, IsRefusedWithAPathThatLeadsOut) {
  TemporaryDirectory directory;

  const auto made = Cgroup::create({{"memory", {directory.path()}}}, "a/../../b", {});

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), Code::invalid_argument);
}

TEST(Cgroup, OfVersion2HandsControllersDownAndWritesItsLimits) {
  // Plain files stand for the kernel's: what is written to them can be read.
  TemporaryDirectory directory;
  const std::string& top = directory.path();
  const std::string leaf = top + "/lab/task";
  std::filesystem::create_directories(leaf);
  for (const std::string& where : {top, top + "/lab"}) {
    std::ofstream(where + "/cgroup.controllers") << "cpu hugetlb\n";
    std::ofstream(where + "/cgroup.subtree_control");
  }
  for (const char* file : {"cpu.max", "cpu.weight", "memory.max", "memory.low", "pids.max"})
    std::ofstream(leaf + "/" + file);

  const auto made = Cgroup::create({{"", {top}}}, "lab/task",
                                   {.cpu_units_max = 256,
                                    .cpu_shares = 1024,
                                    .memory_bytes = 64U << 20,
                                    .memory_reservation_bytes = 32U << 20,
                                    .processes_max = 100});

  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(read_text(top + "/cgroup.subtree_control"), "+cpu");
  EXPECT_EQ(read_text(leaf + "/cpu.max"), "25000 100000");
  EXPECT_EQ(read_text(leaf + "/cpu.weight"), "39");
  EXPECT_EQ(read_text(leaf + "/memory.max"), "67108864");
  EXPECT_EQ(read_text(leaf + "/memory.low"), "33554432");
  EXPECT_EQ(read_text(leaf + "/pids.max"), "100");
  EXPECT_THAT((*made)->process_files(), ElementsAre(leaf + "/cgroup.procs"));
}

// With the machine's own trees, where they may be written.
class RealCgroup : public testing::Test {
 protected:
  void SetUp() override {
    trees_ = find_cgroup_trees(read_text);
    auto made = Cgroup::create(trees_, path_, limits_);
    if (!made) GTEST_SKIP() << "cgroups cannot be made here: " << made.error().message();
    cgroup_ = std::move(*made);
  }
  void TearDown() override {
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
    if (cgroup_) {
      EXPECT_TRUE(cgroup_->remove());
    }
    EXPECT_TRUE(sweep_cgroup(trees_, top_));
  }

  // A child that runs `work` once it is inside.
  template <class Work>
  void start_child(Work work) {
    int gate[2];
    ASSERT_EQ(::pipe(gate), 0);
    child_ = ::fork();
    if (child_ == 0) {
      char go = 0;
      (void)!::read(gate[0], &go, 1);
      work();
      ::_exit(0);
    }
    const auto added = cgroup_->add(child_);
    EXPECT_TRUE(added) << added.error().message();
    EXPECT_EQ(::write(gate[1], "x", 1), 1);
    ::close(gate[0]);
    ::close(gate[1]);
  }

  std::string top_ = "tributary-test-" + std::to_string(::getpid());
  std::string path_ = top_ + "/task";
  CgroupLimits limits_{.cpu_units_max = 512, .memory_bytes = 32U << 20, .processes_max = 50};
  CgroupTrees trees_;
  std::unique_ptr<Cgroup> cgroup_;
  pid_t child_ = 0;
};

TEST_F(RealCgroup, TellsItsLimitsAndWhatIsInIt) {
  start_child([] { ::pause(); });

  const auto stats = read_cgroup_stats(cgroup_->directories(), Timestamp(), read_text);

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->memory_limit_bytes, 32U << 20);
  EXPECT_EQ(stats->processes, 1U);
  EXPECT_THAT(cgroup_->processes(), ElementsAre(child_));
  cgroup_->kill();
}

TEST_F(RealCgroup, IsWhatItsProcessesAreFoundBy) {
  start_child([] { ::pause(); });

  const auto found = cgroup_of(child_, trees_, read_text);

  ASSERT_TRUE(found);
  for (const auto& [controller, directory] : cgroup_->directories())
    EXPECT_EQ(found->at(controller), directory) << controller;
  cgroup_->kill();
}

TEST_F(RealCgroup, StaysUntilItsProcessesHaveEnded) {
  start_child([] { ::pause(); });

  EXPECT_FALSE(cgroup_->remove());

  cgroup_->kill();
  int status = 0;
  EXPECT_EQ(::waitpid(child_, &status, 0), child_);
  child_ = 0;
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_TRUE(cgroup_->remove());
  EXPECT_FALSE(read_cgroup_stats(cgroup_->directories(), Timestamp(), read_text));
}

TEST_F(RealCgroup, KillsForWantOfMemoryAndSaysSo) {
  start_child([] {
    for (int i = 0; i < 128; ++i) {
      auto* bytes = static_cast<volatile char*>(std::malloc(1U << 20));
      for (std::size_t at = 0; at < (1U << 20); at += 4096) bytes[at] = 1;
    }
  });

  int status = 0;
  ASSERT_EQ(::waitpid(child_, &status, 0), child_);
  child_ = 0;

  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_TRUE(was_out_of_memory(cgroup_->directories(), read_text));
}

TEST_F(RealCgroup, IsSweptWithWhatRunsInIt) {
  start_child([] { ::pause(); });

  sweep_cgroup(trees_, top_);
  int status = 0;
  ASSERT_EQ(::waitpid(child_, &status, 0), child_);
  child_ = 0;

  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(sweep_cgroup(trees_, top_));
  EXPECT_TRUE(sweep_cgroup(trees_, top_)) << "a second time there is nothing";
}

}  // namespace
}  // namespace tributary::lab
