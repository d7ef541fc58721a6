#include "lab/registry/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lab/registry/digest.h"

namespace tributary::lab::registry {
namespace {

using ::testing::HasSubstr;

const std::string kA = digest_of("a");
const std::string kB = digest_of("b");

std::string blob(const std::string& digest, const std::string& type = "application/x") {
  return R"({"mediaType":")" + type + R"(","digest":")" + digest + R"(","size":1})";
}

std::string image(const std::string& more = "") {
  return R"({"schemaVersion":2,"config":)" + blob(kA, "application/vnd.oci.image.config.v1+json") +
         R"(,"layers":[)" + blob(kB) + "]" + more + "}";
}

TEST(Digests, AreSha256) {
  EXPECT_EQ(digest_of(""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_TRUE(is_digest(kA));
  EXPECT_FALSE(is_digest("sha512:" + std::string(128, 'a')));
  EXPECT_FALSE(is_digest("sha256:" + std::string(64, 'A')));
  EXPECT_FALSE(is_digest("sha256:" + std::string(63, 'a')));
}

TEST(Digests, OfPiecesAreThoseOfTheWhole) {
  Hasher hasher;
  hasher.update("tribu");
  hasher.update("");
  hasher.update("tary");

  EXPECT_EQ(hasher.finish(), digest_of("tributary"));
}

TEST(Manifests, NameTheirBlobs) {
  const auto manifest = parse_manifest(image(), kOciManifest);

  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_EQ(manifest->media_type, kOciManifest);
  EXPECT_EQ(manifest->artifact_type, "application/vnd.oci.image.config.v1+json");
  ASSERT_EQ(manifest->blobs.size(), 2U);
  EXPECT_EQ(manifest->blobs[0].digest, kA);
  EXPECT_EQ(manifest->blobs[1].digest, kB);
  EXPECT_EQ(manifest->blobs[1].bytes, 1U);
}

TEST(Manifests, OfAnIndexNameManifests) {
  const std::string text = R"({"schemaVersion":2,"mediaType":")" + std::string(kDockerList) +
                           R"(","manifests":[)" + blob(kA, kDockerManifest) + "," +
                           blob(kB, kDockerManifest) + "]}";

  const auto manifest = parse_manifest(text, "");

  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_EQ(manifest->media_type, kDockerList);
  ASSERT_EQ(manifest->manifests.size(), 2U);
  EXPECT_TRUE(manifest->blobs.empty());
}

TEST(Manifests, TellWhatTheyAreAbout) {
  const auto manifest =
      parse_manifest(image(R"(,"subject":)" + blob(kB) +
                           R"(,"artifactType":"application/sbom","annotations":{"k":"v"})"),
                     std::string(kOciManifest) + "; charset=utf-8");

  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_EQ(manifest->subject, kB);
  EXPECT_EQ(manifest->artifact_type, "application/sbom");
  EXPECT_EQ(manifest->annotations.at(0).second, "v");
}

TEST(Manifests, MayNameLayersThatAreElsewhere) {
  const std::string foreign = blob(kB, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
  const auto manifest = parse_manifest(
      R"({"schemaVersion":2,"config":)" + blob(kA) + R"(,"layers":[)" + foreign + "]}", "");

  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_TRUE(manifest->blobs[1].elsewhere);
}

TEST(Manifests, ThatAreWrongAreRefusedByWhatIsWrong) {
  const auto refused = [](const std::string& text, const char* type, const char* because) {
    const auto manifest = parse_manifest(text, type);
    ASSERT_FALSE(manifest) << text;
    EXPECT_THAT(manifest.error().message(), HasSubstr(because));
  };

  refused("", "", "manifest");
  refused("[]", "", "not a JSON object");
  refused("{\"a\":1", "", "manifest:1");
  refused("{}", "", "schemaVersion is not 2");
  refused(R"({"schemaVersion":"2"})", "", "schemaVersion is not 2");
  refused(R"({"schemaVersion":1})", "application/vnd.docker.distribution.manifest.v1+prettyjws",
          "schemaVersion is not 2");
  refused(R"({"schemaVersion":2})", "", "no config");
  refused(R"({"schemaVersion":2,"config":3})", "", "config is not an object");
  refused(R"({"schemaVersion":2,"config":)" + blob(kA) + "}", "", "no list of layers");
  refused(R"({"schemaVersion":2,"config":)" + blob("sha256:1") + "}", "", "\"sha256:1\"");
  refused(R"({"schemaVersion":2,"config":{"digest":")" + kA + "\"}}", "", "config has no size");
  refused(R"({"schemaVersion":2,"config":{"digest":")" + kA + R"(","size":-1}})", "",
          "config has no size");
  refused(image(), kDockerList, "no list of manifests");
  refused(image(), "text/plain", "text/plain is not supported");
  refused(image(R"(,"mediaType":")" + std::string(kOciManifest) + "\""), kDockerManifest,
          "it was sent as");
  refused(std::string(kManifestBytesMax + 1, ' '), "", "4194305 bytes");
}

}  // namespace
}  // namespace tributary::lab::registry
