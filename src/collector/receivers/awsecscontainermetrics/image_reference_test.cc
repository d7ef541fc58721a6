#include "collector/receivers/awsecscontainermetrics/image_reference.h"

#include <gtest/gtest.h>

namespace tributary::collector::awsecscontainermetrics {

void PrintTo(const ImageReference& image, std::ostream* out) {
  *out << image.name << " : " << image.tag;
}

namespace {

const std::string kDigest = "@sha256:" + std::string(64, 'a');

TEST(ImageReference, PartsNameAndTag) {
  const auto parts = [](const std::string& image) { return parse_image_reference(image); };

  EXPECT_EQ(parts("busybox"), (ImageReference{"busybox", "latest"}));
  EXPECT_EQ(parts("busybox:1.36"), (ImageReference{"busybox", "1.36"}));
  EXPECT_EQ(parts("localhost:5000/app"), (ImageReference{"localhost:5000/app", "latest"}));
  EXPECT_EQ(parts("[::1]:5000/app:x"), (ImageReference{"[::1]:5000/app", "x"}));
  EXPECT_EQ(parts("Registry.example/team/web__app-x.y:v1_2"),
            (ImageReference{"Registry.example/team/web__app-x.y", "v1_2"}));
  EXPECT_EQ(parts("111122223333.dkr.ecr.eu-west-1.amazonaws.com/web/app:1.4.2"),
            (ImageReference{"111122223333.dkr.ecr.eu-west-1.amazonaws.com/web/app", "1.4.2"}));
}

TEST(ImageReference, LeavesTheDigestOut) {
  EXPECT_EQ(parse_image_reference("app" + kDigest), (ImageReference{"app", "latest"}));
  EXPECT_EQ(parse_image_reference("app:2" + kDigest), (ImageReference{"app", "2"}));
}

TEST(ImageReference, IsEmptyForWhatIsNoReference) {
  for (const std::string image :
       {"", "App", "app:", "app:-x", "a//b", "/app", "app/", "app@sha256:12", "a b", "-app",
        "a___b", "app:tag:tag", "host:port/app"})
    EXPECT_EQ(parse_image_reference(image), ImageReference{}) << image;
  EXPECT_EQ(parse_image_reference(std::string(256, 'a')), ImageReference{});
}

TEST(ImageReference, SplitsAtTheLastColonAsIn2021) {
  EXPECT_EQ(split_image_2021(""), ImageReference{});
  EXPECT_EQ(split_image_2021("busybox"), (ImageReference{"busybox", "latest"}));
  EXPECT_EQ(split_image_2021("host:5000/app"), (ImageReference{"host:5000/app", "5000/app"}));
}

}  // namespace
}  // namespace tributary::collector::awsecscontainermetrics
