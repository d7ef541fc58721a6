#include "base/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary_directory.h"

namespace tributary {
namespace {

using ::testing::HasSubstr;

unsigned mode_of(const std::string& path) {
  struct stat status{};
  ::stat(path.c_str(), &status);
  return status.st_mode & 07777U;
}

class RealDiskTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() + '/' + name; }

  TemporaryDirectory directory_;
  RealDisk disk_;
};

TEST_F(RealDiskTest, ReadsAPieceOfAFile) {
  const auto file = disk_.create(path("file")).value();
  ASSERT_TRUE(file->append("0123456789"));

  EXPECT_EQ(disk_.size(path("file")).value(), 10u);
  EXPECT_EQ(disk_.read(path("file")).value(), "0123456789");
  EXPECT_EQ(disk_.read_at(path("file"), 3, 4).value(), "3456");
  EXPECT_EQ(disk_.read_at(path("file"), 8, 4).value(), "89");
  EXPECT_EQ(disk_.read_at(path("file"), 20, 4).value(), "");
  EXPECT_EQ(disk_.read_at(path("none"), 0, 4).error().code(), Code::not_found);
  EXPECT_GT(disk_.free_bytes(directory_.path()).value(), 0u);
}

TEST_F(RealDiskTest, MakesDirectoriesWithTheirParents) {
  ASSERT_TRUE(disk_.make_directory(path("a/b/c")));
  ASSERT_TRUE(disk_.make_directory(path("a/b/c/")));
  ASSERT_TRUE(disk_.create(path("a/file")));

  EXPECT_TRUE(disk_.exists(path("a/b/c")));
  EXPECT_THAT(disk_.make_directory(path("a/file")).error().message(), HasSubstr("a/file"));
  EXPECT_THAT(disk_.make_directory(path("a/file/b")).error().message(), HasSubstr("a/file"));
}

TEST_F(RealDiskTest, GivesWhatItMakesTheModesItWasTold) {
  RealDisk secretive({.file = 0600, .directory = 0700});

  ASSERT_TRUE(secretive.make_directory(path("a/b")));
  ASSERT_TRUE(secretive.create(path("a/file")));
  ASSERT_TRUE(secretive.lock(path("a/lock")));

  EXPECT_EQ(mode_of(path("a")), 0700u);
  EXPECT_EQ(mode_of(path("a/b")), 0700u);
  EXPECT_EQ(mode_of(path("a/file")), 0600u);
  EXPECT_EQ(mode_of(path("a/lock")), 0600u);
}

TEST_F(RealDiskTest, SaysWhichProcessHoldsALock) {
  auto held = disk_.lock(path("lock")).value();

  const auto refused = disk_.lock(path("lock"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::already_exists);
  EXPECT_EQ(refused.error().message(), "lock " + path("lock") + ": in use by process " +
                                           std::to_string(::getpid()) + " already");

  held.reset();
  EXPECT_TRUE(disk_.lock(path("lock")));
}

}  // namespace
}  // namespace tributary
