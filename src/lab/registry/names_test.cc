#include "lab/registry/names.h"

#include <gtest/gtest.h>

#include <string>

namespace tributary::lab::registry {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(RepositoryNames, AreThoseOfEcr) {
  const auto good = [](std::string_view name) { EXPECT_TRUE(is_repository_name(name)) << name; };
  const auto bad = [](std::string_view name) { EXPECT_FALSE(is_repository_name(name)) << name; };

  good("app");
  good("team/app");
  good("a1/b.c_d-e/f");
  good(std::string(240, 'a'));
  bad("a");
  bad("App");
  bad("/app");
  bad("app/");
  bad("team//app");
  bad("a..b");
  bad("a-");
  bad("-a");
  bad("../../etc");
  bad("a b");
  bad("a+b");
  bad(std::string(241, 'a'));
}

TEST(Tags, AreThoseOfOci) {
  const auto good = [](std::string_view tag) { EXPECT_TRUE(is_tag(tag)) << tag; };
  const auto bad = [](std::string_view tag) { EXPECT_FALSE(is_tag(tag)) << tag; };

  good("latest");
  good("_x");
  good("V1.2-3");
  good(std::string(128, 'a'));
  bad("");
  bad(".x");
  bad("-x");
  bad("a/b");
  bad("a:b");
  bad(std::string(129, 'a'));
}

TEST(RepositoryPaths, TellAccountAndRegion) {
  const auto name = parse_repository_path("123456789012.dkr.ecr.eu-central-1/team/app");

  ASSERT_TRUE(name);
  EXPECT_EQ(*name, (RepositoryName{"123456789012", "eu-central-1", "team/app"}));
  EXPECT_EQ(name->path(), "123456789012.dkr.ecr.eu-central-1/team/app");
  EXPECT_EQ(name->arn(), "arn:aws:ecr:eu-central-1:123456789012:repository/team/app");
  EXPECT_EQ(parse_repository_arn(name->arn()), name);
}

TEST(RepositoryPaths, OfAnotherShapeAreNone) {
  const auto none = [](std::string_view path) {
    EXPECT_FALSE(parse_repository_path(path)) << path;
  };

  none("");
  none("library/alpine");
  none("123456789012.dkr.ecr.eu-central-1");
  none("123456789012.dkr.ecr.eu-central-1/");
  none("12345678901.dkr.ecr.eu-central-1/app");
  none("123456789012.dkr.ecr./app");
  none("123456789012.dkr.ecr.EU/app");
  none("123456789012.dkr.ecr.../../x/app");
  none("123456789012.dkr.ecr.eu-central-1/../app");
}

TEST(ImageNames, TellServerRepositoryAndReference) {
  const std::string repository = "127.0.0.1:9010/123456789012.dkr.ecr.eu-central-1/app";
  const auto reference = [&](const std::string& end) {
    const auto image = parse_image_name(repository + end);
    return image ? image->reference : "none";
  };

  EXPECT_EQ(parse_image_name(repository)->server, "127.0.0.1:9010");
  EXPECT_EQ(parse_image_name(repository)->repository.name, "app");
  EXPECT_EQ(reference(""), "latest");
  EXPECT_EQ(reference(":1.0"), "1.0");
  EXPECT_EQ(reference("@" + kDigest), kDigest);
  EXPECT_EQ(reference(":1.0@" + kDigest), kDigest);
  EXPECT_EQ(reference(":"), "none");
  EXPECT_EQ(reference("@sha256:12"), "none");
  EXPECT_FALSE(parse_image_name("docker.io/library/alpine"));
  EXPECT_FALSE(parse_image_name("alpine"));
}

}  // namespace
}  // namespace tributary::lab::registry
