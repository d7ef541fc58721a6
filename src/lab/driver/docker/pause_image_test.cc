#include "lab/driver/docker/pause_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "aws/sha256.h"
#include "base/temporary_directory.h"
#include "lab/driver/docker/out_of_memory.h"
#include "lab/driver/docker/tar.h"

namespace tributary::lab::docker {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::string read_file(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// What tar(1) makes of an archive: it is unpacked into `directory`; the names it lists.
std::vector<std::string> unpack(const std::string& archive, const std::string& directory) {
  std::filesystem::create_directories(directory);
  const std::string file = directory + ".tar";
  std::ofstream(file, std::ios::binary) << archive;
  std::FILE* pipe = ::popen(("tar -xvf " + file + " -C " + directory + " 2>&1").c_str(), "r");
  std::vector<std::string> names;
  std::array<char, 512> line;
  while (std::fgets(line.data(), line.size(), pipe)) {
    names.emplace_back(line.data());
    names.back().pop_back();
  }
  EXPECT_EQ(::pclose(pipe), 0);
  return names;
}

TEST(TarWriter, WritesWhatTarReads) {
  TemporaryDirectory directory;
  TarWriter writer;
  const std::string odd(1025, 'x');
  ASSERT_TRUE(writer.add_file("empty", "", 0644));
  ASSERT_TRUE(writer.add_file("some/where/odd", odd, 0755));

  const auto names = unpack(std::move(writer).finish(), directory.path() + "/out");

  EXPECT_THAT(names, ElementsAre("empty", "some/where/odd"));
  EXPECT_EQ(read_file(directory.path() + "/out/some/where/odd"), odd);
  const auto status = std::filesystem::status(directory.path() + "/out/some/where/odd");
  EXPECT_EQ(status.permissions() & std::filesystem::perms::owner_exec,
            std::filesystem::perms::owner_exec);
}

TEST(TarWriter, RefusesAPathThatDoesNotFit) {
  TarWriter writer;

  EXPECT_FALSE(writer.add_file("", "x", 0644));
  EXPECT_FALSE(writer.add_file(std::string(101, 'a'), "x", 0644));
  EXPECT_TRUE(writer.add_file(std::string(100, 'a'), "x", 0644));
}

TEST(PauseImage, HoldsAStaticProgramAndNothingElse) {
  TemporaryDirectory directory;
  const PauseProgram program{.path = TRIBUTARY_PROBE, .arguments = {"pause"}};

  const auto image = make_pause_image(program, "/data/\"lab\"");

  ASSERT_TRUE(image) << image.error().message();
  const std::string out = directory.path() + "/image";
  const auto names = unpack(image->archive, out);
  ASSERT_EQ(names.size(), 3U);
  const std::string config = read_file(out + "/" + names[0]);
  EXPECT_EQ(names[0], aws::sha256_hex(config) + ".json");
  EXPECT_THAT(config, AllOf(HasSubstr(R"("Entrypoint":["/pause","pause"])"),
                            HasSubstr(R"("tributary.lab":"/data/\"lab\"")"),
                            HasSubstr("sha256:" + aws::sha256_hex(read_file(out + "/layer.tar")))));
  EXPECT_THAT(read_file(out + "/manifest.json"), HasSubstr(image->name));
  EXPECT_THAT(unpack(read_file(out + "/layer.tar"), directory.path() + "/root"),
              ElementsAre("pause"));
  EXPECT_EQ(read_file(directory.path() + "/root/pause"), read_file(TRIBUTARY_PROBE));
}

TEST(PauseImage, IsNamedAfterWhatIsInIt) {
  const PauseProgram program{.path = TRIBUTARY_PROBE, .arguments = {"pause"}};

  EXPECT_EQ(make_pause_image(program, "a")->name, make_pause_image(program, "a")->name);
  EXPECT_NE(make_pause_image(program, "a")->name, make_pause_image(program, "b")->name);
}

TEST(PauseImage, OfThisProgramHoldsWhatItIsLinkedTo) {
  TemporaryDirectory directory;

  const auto image = make_pause_image({}, "a");

  ASSERT_TRUE(image) << image.error().message();
  unpack(image->archive, directory.path() + "/image");
  const auto names =
      unpack(read_file(directory.path() + "/image/layer.tar"), directory.path() + "/root");
  EXPECT_THAT(names, AllOf(Contains("pause"), Contains(HasSubstr("libc.so")),
                           Contains(HasSubstr("libstdc++.so"))));
  const std::string root = directory.path() + "/root";
  const std::string listed = "chroot " + root + " /pause --gtest_list_tests > /dev/null 2>&1";
  if (::geteuid() != 0) GTEST_SKIP() << "chroot needs root";
  EXPECT_EQ(std::system(listed.c_str()), 0) << "it runs in there";
}

TEST(PauseImage, IsRefusedOfWhatIsNoStaticProgram) {
  TemporaryDirectory directory;
  std::ofstream(directory.path() + "/text") << "#!/bin/sh\n";
  const auto refused = [&](const std::string& path) {
    const auto image = make_pause_image({.path = path, .arguments = {}}, "a");
    return image ? "made" : image.error().message();
  };

  EXPECT_THAT(refused("/bin/ls"), HasSubstr("linked dynamically, wanted static"));
  EXPECT_THAT(refused(directory.path() + "/text"), HasSubstr("not a 64-bit ELF file"));
  EXPECT_THAT(refused(directory.path() + "/nothing"), HasSubstr("/nothing"));
}

TEST(OutOfMemory, IsFoundInTheKernelsLogByTheContainersId) {
  const char* log =
      "6,1,2,-;p invoked oom-killer: gfp_mask=0xcc0\n"
      "6,1,3,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=libpod-cc,"
      "oom_memcg=/tributary-1/task-bb,task_memcg=/tributary-1/task-bb/libpod-aa,task=p,pid=5\n";

  EXPECT_TRUE(was_killed_for_memory(log, "aa"));
  EXPECT_FALSE(was_killed_for_memory(log, "cc")) << "its cpuset alone";
  EXPECT_FALSE(was_killed_for_memory(log, "dd"));
  EXPECT_FALSE(was_killed_for_memory(log, ""));
  EXPECT_FALSE(was_killed_for_memory("", "aa"));
}

}  // namespace
}  // namespace tributary::lab::docker
