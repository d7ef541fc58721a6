#include "lab/registry/ecr_api.h"

#include <gmock/gmock.h>

#include "lab/registry/registry_fixture.h"

namespace tributary::lab::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EcrApiTest : public RegistryFixture {
 protected:
  EcrApiTest() { login = log_in(); }

  static void expect_error(const ApiAnswer& answer, const char* type, const char* message = "") {
    EXPECT_EQ(answer.error_type, type) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(message));
  }
};

TEST_F(EcrApiTest, CreatesARepository) {
  const auto answer = call("CreateRepository", R"({"repositoryName":"team/app"})");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"repository":{"repositoryArn":"arn:aws:ecr:eu-west-1:111111111111:repository/team/app",)"
      R"("registryId":"111111111111","repositoryName":"team/app",)"
      R"("repositoryUri":"127.0.0.1:9010/111111111111.dkr.ecr.eu-west-1/team/app",)"
      R"("createdAt":1700000000.000,"imageTagMutability":"MUTABLE",)"
      R"("imageScanningConfiguration":{"scanOnPush":false},)"
      R"("encryptionConfiguration":{"encryptionType":"AES256"}}})");
  expect_error(call("CreateRepository", R"({"repositoryName":"team/app"})"),
               "RepositoryAlreadyExistsException",
               "The repository with name 'team/app' already exists in the registry with id "
               "'111111111111'");
}

TEST_F(EcrApiTest, NamesTheAddressThatClientsReachItBy) {
  registry->set_address("127.0.0.1:1234");

  EXPECT_THAT(call("CreateRepository", R"({"repositoryName":"app"})").body,
              HasSubstr(R"("127.0.0.1:1234/111111111111.dkr.ecr.eu-west-1/app")"));
  EXPECT_THAT(call("GetAuthorizationToken", "{}").body,
              HasSubstr(R"("proxyEndpoint":"http://127.0.0.1:1234")"));
}

TEST_F(EcrApiTest, KeepsTheSettingsOfARepository) {
  create("app", R"(,"imageTagMutability":"IMMUTABLE",
      "imageScanningConfiguration":{"scanOnPush":true},
      "encryptionConfiguration":{"encryptionType":"AES256"},
      "tags":[{"Key":"team","Value":"a"},{"Key":"empty"}])");
  open();

  const auto answer = call("DescribeRepositories", R"({"repositoryNames":["app"]})");
  const auto tags = call("ListTagsForResource",
                         R"({"resourceArn":"arn:aws:ecr:eu-west-1:111111111111:repository/app"})");

  EXPECT_THAT(answer.body, HasSubstr(R"("imageTagMutability":"IMMUTABLE")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("scanOnPush":true)"));
  EXPECT_EQ(tags.body, R"({"tags":[{"Key":"empty","Value":""},{"Key":"team","Value":"a"}]})");
}

TEST_F(EcrApiTest, RefusesParametersByTheirNames) {
  const auto refused = [&](const std::string& operation, const std::string& parameters,
                           const char* message) {
    expect_error(call(operation, parameters), "InvalidParameterException", message);
  };

  create("app");
  refused("CreateRepository", "{}", "repositoryName");
  refused("CreateRepository", R"({"repositoryName":"App"})", "repositoryName");
  refused("CreateRepository", R"({"repositoryName":"a b"})", "repositoryName");
  refused("CreateRepository", R"({"repositoryName":"app2","imageTagMutability":"SOME"})",
          "imageTagMutability");
  refused("CreateRepository", R"({"repositoryName":"app2","wrong":1})", "wrong");
  refused("CreateRepository",
          R"({"repositoryName":"app2","encryptionConfiguration":{"encryptionType":"KMS"}})",
          "the lab has no KMS");
  refused("DescribeRepositories", R"({"registryId":"12"})", "registryId");
  refused("DescribeRepositories", R"({"maxResults":0})", "maxResults");
  refused("DescribeRepositories", R"({"maxResults":1001})", "maxResults");
  refused("DescribeRepositories", R"({"nextToken":"%"})", "nextToken");
  refused("BatchGetImage", R"({"repositoryName":"app","imageIds":[]})", "imageIds");
  refused("ListTagsForResource", R"({"resourceArn":"arn:aws:ecs:x"})", "resourceArn");
  refused("PutImage", R"({"repositoryName":"app","imageManifest":"{}"})", "imageManifest");
}

TEST_F(EcrApiTest, RefusesWhatTheLabDoesNotHaveByItsName) {
  create("app");

  expect_error(call("PutLifecyclePolicy", R"({"repositoryName":"app"})"),
               "UnsupportedOperationException", "PutLifecyclePolicy is not supported");
  expect_error(call("StartImageScan", R"({"repositoryName":"app"})"),
               "UnsupportedOperationException", "the lab scans no images");
  expect_error(call("Nonsense", "{}"), "UnknownOperationException", "Nonsense");
  expect_error(call("GetLifecyclePolicy", R"({"repositoryName":"app"})"),
               "LifecyclePolicyNotFoundException");
  expect_error(call("GetRepositoryPolicy", R"({"repositoryName":"app"})"),
               "RepositoryPolicyNotFoundException");
  expect_error(call("DescribeImageScanFindings",
                    R"({"repositoryName":"app","imageId":{"imageTag":"latest"}})"),
               "ScanNotFoundException");
}

TEST_F(EcrApiTest, AsksTheHubAboutTheRepository) {
  create("app");
  authority.questions.clear();

  call("DescribeRepositories", R"({"repositoryNames":["app"]})");
  call("DescribeRepositories", "{}");
  call("GetAuthorizationToken", "{}");

  ASSERT_EQ(authority.questions.size(), 3U);
  EXPECT_EQ(authority.questions[0].action, "ecr:DescribeRepositories");
  EXPECT_EQ(authority.questions[0].resource, "arn:aws:ecr:eu-west-1:111111111111:repository/app");
  EXPECT_EQ(authority.questions[1].resource, "arn:aws:ecr:eu-west-1:111111111111:repository/*");
  EXPECT_EQ(authority.questions[2].resource, "*");
}

TEST_F(EcrApiTest, RefusesWhatTheHubDenies) {
  authority.deny("ecr:CreateRepository");

  expect_error(call("CreateRepository", R"({"repositoryName":"app"})"), "AccessDeniedException",
               "ecr:CreateRepository");
}

TEST_F(EcrApiTest, KeepsAccountsApart) {
  create("app");

  EXPECT_EQ(call("DescribeRepositories", "{}", central_caller()).body, R"({"repositories":[]})");
  expect_error(call("DescribeRepositories", R"({"repositoryNames":["app"]})", central_caller()),
               "RepositoryNotFoundException");
  expect_error(call("DescribeRepositories", R"({"registryId":"111111111111"})", central_caller()),
               "AccessDeniedException", "no resource-based policy");
  expect_error(call("DeleteRepository", R"({"repositoryName":"app","registryId":"111111111111"})",
                    central_caller()),
               "AccessDeniedException");
}

TEST_F(EcrApiTest, DeletesARepositoryWithImagesOnlyByForce) {
  create("app");
  push_image(app, "latest");

  expect_error(call("DeleteRepository", R"({"repositoryName":"app"})"),
               "RepositoryNotEmptyException", "because it still contains images");
  const auto answer = call("DeleteRepository", R"({"repositoryName":"app","force":true})");

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("repositoryName":"app")"));
  EXPECT_EQ(files("blobs/sha256"), 0U);
  expect_error(call("DeleteRepository", R"({"repositoryName":"app"})"),
               "RepositoryNotFoundException");
}

TEST_F(EcrApiTest, ListsRepositoriesInPages) {
  for (const char* name : {"aa", "bb", "cc"}) create(name);

  const auto first = call("DescribeRepositories", R"({"maxResults":2})");
  const std::string token = base64_encode("bb");
  const auto second =
      call("DescribeRepositories", R"({"maxResults":2,"nextToken":")" + token + "\"}");

  EXPECT_THAT(first.body, HasSubstr(R"("repositoryName":"bb")"));
  EXPECT_THAT(first.body, Not(HasSubstr(R"("repositoryName":"cc")")));
  EXPECT_THAT(first.body, HasSubstr(R"("nextToken":")" + token));
  EXPECT_THAT(second.body, HasSubstr(R"("repositoryName":"cc")"));
  EXPECT_THAT(second.body, Not(HasSubstr("nextToken")));
}

TEST_F(EcrApiTest, ListsImages) {
  create("app");
  const std::string first = push_image(app, "latest", "one");
  const std::string second = push_image(app, "latest", "two");

  const auto all = call("ListImages", R"({"repositoryName":"app"})").body;
  const auto untagged =
      call("ListImages", R"({"repositoryName":"app","filter":{"tagStatus":"UNTAGGED"}})").body;

  EXPECT_THAT(all, HasSubstr(R"({"imageDigest":")" + second + R"(","imageTag":"latest"})"));
  EXPECT_THAT(all, HasSubstr(R"({"imageDigest":")" + first + R"("})"));
  EXPECT_EQ(untagged, R"({"imageIds":[{"imageDigest":")" + first + R"("}]})");
}

TEST_F(EcrApiTest, DescribesImages) {
  create("app");
  const std::string digest = push_image(app, "latest");

  const auto answer = call("DescribeImages", R"({"repositoryName":"app"})");

  EXPECT_EQ(answer.body,
            R"({"imageDetails":[{"registryId":"111111111111","repositoryName":"app",)"
            R"("imageDigest":")" +
                digest +
                R"(","imageTags":["latest"],"imageSizeInBytes":11,"imagePushedAt":1700000000.000,)"
                R"("imageManifestMediaType":"application/vnd.oci.image.manifest.v1+json",)"
                R"("artifactMediaType":"application/x"}]})");
  EXPECT_EQ(
      call("DescribeImages", R"({"repositoryName":"app","imageIds":[{"imageTag":"latest"}]})").body,
      answer.body);
  expect_error(
      call("DescribeImages", R"({"repositoryName":"app","imageIds":[{"imageTag":"none"}]})"),
      "ImageNotFoundException", "{imageDigest:'null', imageTag:'none'}");
}

TEST_F(EcrApiTest, DeletesImagesAndSaysWhichItCouldNot) {
  create("app");
  const std::string digest = push_image(app, "latest");
  put_manifest(app, "other", manifest_of("config", "layer"));

  const auto answer =
      call("BatchDeleteImage", R"({"repositoryName":"app","imageIds":[{"imageTag":"latest"},)"
                               R"({"imageTag":"none"},{},{"imageDigest":"x"}]})");
  const auto rest =
      call("BatchDeleteImage",
           R"({"repositoryName":"app","imageIds":[{"imageDigest":")" + digest + R"("}]})");

  EXPECT_THAT(answer.body, HasSubstr(R"({"imageIds":[{"imageDigest":")" + digest +
                                     R"(","imageTag":"latest"}])"));
  EXPECT_THAT(answer.body, HasSubstr(R"("failureCode":"ImageNotFound")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("failureCode":"MissingDigestAndTag")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("failureCode":"InvalidImageDigest")"));
  EXPECT_THAT(rest.body, HasSubstr(R"("imageTag":"other")"));
  EXPECT_EQ(files("blobs/sha256"), 0U);
}

TEST_F(EcrApiTest, TagsAnImageByItsManifest) {
  create("app");
  const std::string digest = push_image(app, "latest");
  const std::string manifest = json_string(manifest_of("config", "layer"));
  const std::string put = R"({"repositoryName":"app","imageManifest":)" + manifest;

  const auto got =
      call("BatchGetImage", R"({"repositoryName":"app","imageIds":[{"imageTag":"latest"}]})");
  const auto tagged = call("PutImage", put + R"(,"imageTag":"stable"})");

  EXPECT_THAT(got.body, HasSubstr(R"("imageManifest":)" + manifest));
  EXPECT_EQ(tagged.status, 200) << tagged.body;
  EXPECT_EQ(header(send("GET", app + "/manifests/stable"), "Docker-Content-Digest"), digest);
  expect_error(call("PutImage", put + R"(,"imageTag":"stable"})"), "ImageAlreadyExistsException");
  expect_error(call("PutImage", put + R"(,"imageDigest":")" + digest_of("x") + "\"}"),
               "ImageDigestDoesNotMatchException");
  expect_error(call("PutImage", R"({"repositoryName":"app","imageManifest":)" +
                                    json_string(manifest_of("x", "y")) + "}"),
               "LayersNotFoundException");
  call("PutImageTagMutability", R"({"repositoryName":"app","imageTagMutability":"IMMUTABLE"})");
  push_blob(app, "new");
  expect_error(call("PutImage", R"({"repositoryName":"app","imageTag":"stable","imageManifest":)" +
                                    json_string(manifest_of("config", "new")) + "}"),
               "ImageTagAlreadyExistsException");
}

TEST_F(EcrApiTest, TellsWhichLayersAreThere) {
  create("app");
  push_blob(app, "layer");

  const auto answer = call("BatchCheckLayerAvailability",
                           R"({"repositoryName":"app","layerDigests":[")" + digest_of("layer") +
                               "\",\"" + digest_of("x") + R"(","y"]})");

  EXPECT_THAT(answer.body, HasSubstr(R"("layerAvailability":"AVAILABLE","layerSize":5)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("layerAvailability":"UNAVAILABLE")"));
  EXPECT_THAT(answer.body, HasSubstr("InvalidLayerDigest"));
}

TEST_F(EcrApiTest, TagsRepositories) {
  create("app");
  const std::string arn = R"({"resourceArn":"arn:aws:ecr:eu-west-1:111111111111:repository/app")";

  EXPECT_EQ(call("TagResource", arn + R"(,"tags":[{"Key":"a","Value":"1"},{"Key":"b"}]})").body,
            "{}");
  EXPECT_EQ(call("UntagResource", arn + R"(,"tagKeys":["b","c"]})").body, "{}");

  EXPECT_EQ(call("ListTagsForResource", arn + "}").body, R"({"tags":[{"Key":"a","Value":"1"}]})");
  expect_error(call("TagResource", arn + R"(,"tags":[{"Key":"aws:x","Value":"1"}]})"),
               "InvalidTagParameterException");
  std::string many;
  for (int i = 0; i < 50; ++i)
    many += (i > 0 ? "," : "") + (R"({"Key":"k)" + std::to_string(i) + "\"}");
  expect_error(call("TagResource", arn + R"(,"tags":[)" + many + "]}"), "TooManyTagsException");
}

TEST_F(EcrApiTest, GivesTheLoginOfGetLoginPassword) {
  const auto answer = call("GetAuthorizationToken", "{}");

  EXPECT_THAT(answer.body, HasSubstr(R"("expiresAt":1700043200.000)"));
  EXPECT_THAT(*base64_decode(log_in()), ::testing::StartsWith("AWS:"));
}

}  // namespace
}  // namespace tributary::lab::registry
