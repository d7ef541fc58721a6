#include "lab/driver/docker/image_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab::docker {
namespace {

using testing::HasSubstr;

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(ImageName, IsServerRepositoryAndTag) {
  const auto reads = [](std::string_view text, ImageName wanted) {
    const auto got = parse_image_name(text);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(got->server, wanted.server) << text;
    EXPECT_EQ(got->repository, wanted.repository) << text;
    EXPECT_EQ(got->tag, wanted.tag) << text;
    EXPECT_EQ(got->digest, wanted.digest) << text;
  };

  reads("busybox", {"", "busybox", "latest", ""});
  reads("team/app:1.4", {"", "team/app", "1.4", ""});
  reads("localhost/x", {"localhost", "x", "latest", ""});
  reads("127.0.0.1:9010/111122223333.dkr.ecr.eu-west-1/demo/app:v1",
        {"127.0.0.1:9010", "111122223333.dkr.ecr.eu-west-1/demo/app", "v1", ""});
  reads("public.ecr.aws/a/b@" + kDigest, {"public.ecr.aws", "a/b", "", kDigest});
  reads("a:1@" + kDigest, {"", "a", "1", kDigest});
}

TEST(ImageName, IsWrittenWithItsDigestOrElseItsTag) {
  EXPECT_EQ(parse_image_name("app")->reference(), "app:latest");
  EXPECT_EQ(parse_image_name("x.org/app:1")->reference(), "x.org/app:1");
  EXPECT_EQ(parse_image_name("app:1@" + kDigest)->reference(), "app@" + kDigest);
}

TEST(ImageName, IsRefusedWithWhatIsWrong) {
  const auto refuses = [](std::string_view text, const char* why) {
    const auto got = parse_image_name(text);
    ASSERT_FALSE(got) << text;
    EXPECT_THAT(got.error().message(), HasSubstr(why)) << text;
  };

  refuses("", "a repository is");
  refuses("App", "a repository is");
  refuses("a//b", "a repository is");
  refuses("-a", "a repository is");
  refuses(std::string(300, 'a'), "a repository is");
  refuses("a:", "\"\" is not a tag");
  refuses("a:" + std::string(129, 'x'), "is not a tag");
  refuses("a@sha256:12", "64 hexadecimal digits");
  refuses("x.o rg/a", "is not a server");
  refuses("a b", "a repository is");
}

}  // namespace
}  // namespace tributary::lab::docker
