#include "lab/registry/oci_front.h"

#include <gmock/gmock.h>

#include "lab/registry/registry_fixture.h"

namespace tributary::lab::registry {
namespace {

using ::testing::HasSubstr;

class OciFrontTest : public RegistryFixture {
 protected:
  OciFrontTest() {
    create("app");
    login = log_in();
    authority.questions.clear();
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const Question& question : authority.questions) all.push_back(question.action);
    return all;
  }
  static void expect_error(const net::Response& response, int status, const char* code) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_THAT(response.body, HasSubstr(R"("code":")" + std::string(code) + '"'));
  }
};

TEST_F(OciFrontTest, AsksForALogin) {
  login.clear();

  const auto answer = send("GET", "/v2/");

  expect_error(answer, 401, "UNAUTHORIZED");
  EXPECT_EQ(header(answer, "WWW-Authenticate"),
            R"(Basic realm="http://127.0.0.1:9010/",service="ecr.amazonaws.com")");
  EXPECT_EQ(header(answer, "Docker-Distribution-Api-Version"), "registry/2.0");
}

TEST_F(OciFrontTest, KnowsItsLogins) {
  EXPECT_EQ(send("GET", "/v2/").status, 200);

  login = base64_encode("AWS:guessed");
  expect_error(send("GET", "/v2/"), 401, "UNAUTHORIZED");
  login = base64_encode("root:" + base64_decode(log_in())->substr(4));
  expect_error(send("GET", "/v2/"), 401, "UNAUTHORIZED");
  login = "%%%";
  expect_error(send("GET", "/v2/"), 401, "UNAUTHORIZED");
}

TEST_F(OciFrontTest, EndsALoginAfterTwelveHours) {
  loop.advance(12h - 1s);
  EXPECT_EQ(send("GET", "/v2/").status, 200);

  loop.advance(1s);

  const auto answer = send("GET", "/v2/");
  expect_error(answer, 403, "DENIED");
  EXPECT_THAT(answer.body, HasSubstr("Your authorization token has expired"));
}

TEST_F(OciFrontTest, TakesAnImageAndGivesItBack) {
  const std::string digest = push_image(app, "latest");

  const auto manifest = send("GET", app + "/manifests/latest");
  const auto layer = send("GET", app + "/blobs/" + digest_of("layer"));

  EXPECT_EQ(manifest.status, 200);
  EXPECT_EQ(manifest.body, manifest_of("config", "layer"));
  EXPECT_EQ(header(manifest, "Content-Type"), kOciManifest);
  EXPECT_EQ(header(manifest, "Docker-Content-Digest"), digest);
  EXPECT_EQ(send("GET", app + "/manifests/" + digest).body, manifest.body);
  EXPECT_EQ(layer.status, 200);
  EXPECT_EQ(layer.body, "layer");
  EXPECT_EQ(header(layer, "Docker-Content-Digest"), digest_of("layer"));
}

TEST_F(OciFrontTest, AsksForThePermissionsOfEcr) {
  push_image(app, "latest");
  send("GET", app + "/manifests/latest");
  send("HEAD", app + "/blobs/" + digest_of("layer"));
  send("GET", app + "/blobs/" + digest_of("layer"));
  send("GET", app + "/tags/list");
  send("DELETE", app + "/manifests/latest");

  EXPECT_THAT(asked(),
              ::testing::ElementsAre(
                  "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
                  "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
                  "ecr:PutImage", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability",
                  "ecr:GetDownloadUrlForLayer", "ecr:ListImages", "ecr:BatchDeleteImage"));
  EXPECT_EQ(authority.questions[0].resource, "arn:aws:ecr:eu-west-1:111111111111:repository/app");
  EXPECT_EQ(authority.questions[0].access_key_id, workload_caller().access_key_id);
}

TEST_F(OciFrontTest, RefusesWhatTheHubDenies) {
  push_image(app, "latest");
  authority.deny("ecr:BatchGetImage");

  const auto answer = send("GET", app + "/manifests/latest");

  expect_error(answer, 403, "DENIED");
  EXPECT_THAT(answer.body, HasSubstr("is not authorized to perform: ecr:BatchGetImage"));
}

TEST_F(OciFrontTest, SaysWhenTheHubDoesNotAnswer) {
  authority.unreachable = true;

  expect_error(send("GET", app + "/manifests/latest"), 503, "UNAVAILABLE");
}

TEST_F(OciFrontTest, KeepsAccountsApart) {
  push_image(app, "latest");
  login = log_in(central_caller());

  const auto answer = send("GET", app + "/manifests/latest");

  expect_error(answer, 403, "DENIED");
  EXPECT_THAT(answer.body, HasSubstr("no resource-based policy allows the ecr:BatchGetImage"));
  expect_error(send("POST", app + "/blobs/uploads/"), 403, "DENIED");
}

TEST_F(OciFrontTest, DropsTheBytesOfALayerThatTheHubDenies) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  authority.deny("ecr:UploadLayerPart");

  expect_error(send("PATCH", header(begun, "Location"), "bytes"), 403, "DENIED");

  EXPECT_EQ(files("uploads"), 0U);
  authority.allow("ecr:UploadLayerPart");
  expect_error(send("PATCH", header(begun, "Location"), "bytes"), 404, "BLOB_UPLOAD_UNKNOWN");
}

TEST_F(OciFrontTest, WritesNothingForAStranger) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  login.clear();
  const auto sink = registry->body_sink(request("PATCH", header(begun, "Location")));

  ASSERT_TRUE(sink);
  EXPECT_FALSE(sink->take("bytes"));
  login = log_in();
  EXPECT_EQ(header(send("GET", header(begun, "Location")), "Range"), "0-0");
}

TEST_F(OciFrontTest, TakesBodiesOfLayersAloneAsTheyCome) {
  EXPECT_FALSE(registry->body_sink(request("POST", "/")));
  EXPECT_FALSE(registry->body_sink(request("PUT", app + "/manifests/latest")));
  EXPECT_FALSE(registry->body_sink(request("POST", app + "/blobs/uploads/")));
  EXPECT_FALSE(registry->body_sink(request("PATCH", "/v2/library/x/blobs/uploads/1")));
  EXPECT_TRUE(registry->body_sink(request("PATCH", app + "/blobs/uploads/1")));
  EXPECT_TRUE(
      registry->body_sink(request("POST", app + "/blobs/uploads/?digest=" + digest_of("x"))));
}

TEST_F(OciFrontTest, TakesALayerThatArrivesInPieces) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  auto part = request("PATCH", header(begun, "Location"));
  part.sink = registry->body_sink(part);
  ASSERT_TRUE(part.sink->take("lay"));
  ASSERT_TRUE(part.sink->take("er"));

  const auto taken = wait(registry->handle(std::move(part)));
  const auto kept = send("PUT", header(taken, "Location") + "?digest=" + digest_of("layer"));

  EXPECT_EQ(taken.status, 202);
  EXPECT_EQ(header(taken, "Range"), "0-4");
  EXPECT_EQ(kept.status, 201);
  EXPECT_EQ(header(kept, "Location"), app + "/blobs/" + digest_of("layer"));
}

TEST_F(OciFrontTest, GoesOnWhereABrokenConnectionLeftALayer) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  {
    const auto sink = registry->body_sink(request("PATCH", header(begun, "Location")));
    ASSERT_TRUE(sink->take("lay"));
  }

  const auto status = send("GET", header(begun, "Location"));
  const auto rest = send("PATCH", header(begun, "Location"), "er", {{"Content-Range", "3-4"}});

  EXPECT_EQ(status.status, 204);
  EXPECT_EQ(header(status, "Range"), "0-2");
  EXPECT_EQ(rest.status, 202);
  EXPECT_EQ(send("PUT", header(rest, "Location") + "?digest=" + digest_of("layer")).status, 201);
}

TEST_F(OciFrontTest, RefusesAPartThatDoesNotGoOn) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  const std::string location = header(begun, "Location");
  send("PATCH", location, "lay");

  const auto gap = send("PATCH", location, "er", {{"Content-Range", "4-5"}});

  expect_error(gap, 416, "BLOB_UPLOAD_INVALID");
  EXPECT_EQ(header(gap, "Range"), "0-2");
  expect_error(send("PATCH", location, "er", {{"Content-Range", "x"}}), 416, "BLOB_UPLOAD_INVALID");
  expect_error(send("PATCH", location, "er", {{"Content-Range", "3-4"}, {"Content-Length", "9"}}),
               400, "SIZE_INVALID");
}

TEST_F(OciFrontTest, TakesPartsOfALayerOneAtATime) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  const auto first = registry->body_sink(request("PATCH", header(begun, "Location")));

  expect_error(send("PATCH", header(begun, "Location"), "x"), 409, "BLOB_UPLOAD_INVALID");
}

TEST_F(OciFrontTest, RefusesALayerOfAnotherDigest) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  send("PATCH", header(begun, "Location"), "layer");

  expect_error(send("PUT", header(begun, "Location") + "?digest=" + digest_of("other")), 400,
               "DIGEST_INVALID");
  expect_error(send("PUT", header(send("POST", app + "/blobs/uploads/"), "Location")), 400,
               "DIGEST_INVALID");
  EXPECT_EQ(files("uploads"), 0U);
}

TEST_F(OciFrontTest, TakesALayerWithOneRequest) {
  const auto posted = send("POST", app + "/blobs/uploads/?digest=" + digest_of("layer"), "layer");
  const auto put = send(
      "PUT",
      header(send("POST", app + "/blobs/uploads/"), "Location") + "?digest=" + digest_of("other"),
      "other");

  EXPECT_EQ(posted.status, 201) << posted.body;
  EXPECT_EQ(put.status, 201) << put.body;
  EXPECT_EQ(send("GET", app + "/blobs/" + digest_of("other")).body, "other");
}

TEST_F(OciFrontTest, SaysWhenTheDiskIsFull) {
  push_image(app, "latest");
  const auto begun = send("POST", app + "/blobs/uploads/");
  disk.set({.bytes_left = 3});

  const auto part = send("PATCH", header(begun, "Location"), "bytes");
  const auto whole = send("POST", app + "/blobs/uploads/?digest=" + digest_of("bytes"), "bytes");
  const auto manifest = put_manifest(app, "other", manifest_of("config", "layer"));

  EXPECT_EQ(part.status, 500);
  EXPECT_THAT(part.body, HasSubstr("uploads/"));
  EXPECT_EQ(whole.status, 500);
  EXPECT_EQ(manifest.status, 500);
  disk.set({});
  EXPECT_EQ(files("uploads"), 0U);
  expect_error(send("GET", header(begun, "Location")), 404, "BLOB_UPLOAD_UNKNOWN");
  expect_error(send("GET", app + "/manifests/other"), 404, "MANIFEST_UNKNOWN");
  EXPECT_EQ(push_blob(app, "bytes").status, 201);
}

TEST_F(OciFrontTest, SaysWhenALayerCannotBeMadeDurable) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  send("PATCH", header(begun, "Location"), "bytes");
  disk.set({.syncs = true});

  const auto put = send("PUT", header(begun, "Location") + "?digest=" + digest_of("bytes"));

  EXPECT_EQ(put.status, 500);
  disk.set({});
  expect_error(send("GET", app + "/blobs/" + digest_of("bytes")), 404, "BLOB_UNKNOWN");
}

TEST_F(OciFrontTest, CancelsAnUpload) {
  const auto begun = send("POST", app + "/blobs/uploads/");

  EXPECT_EQ(send("DELETE", header(begun, "Location")).status, 204);

  expect_error(send("GET", header(begun, "Location")), 404, "BLOB_UPLOAD_UNKNOWN");
  EXPECT_EQ(files("uploads"), 0U);
}

TEST_F(OciFrontTest, ForgetsUploadsThatNobodyGoesOnWith) {
  const auto begun = send("POST", app + "/blobs/uploads/");
  std::stop_source stop;
  const net::Started<void> sweeping(registry->run(stop.get_token()));

  loop.advance(3h);

  EXPECT_EQ(files("uploads"), 0U);
  stop.request_stop();
  loop.run_posted();
  EXPECT_TRUE(sweeping.done());
}

TEST_F(OciFrontTest, MountsALayerOfAnotherRepository) {
  create("base");
  const std::string base = "/v2/111111111111.dkr.ecr.eu-west-1/base";
  push_image(base, "latest");
  const std::string mount = app + "/blobs/uploads/?mount=" + digest_of("layer") + "&from=";

  const auto mounted = send("POST", mount + "111111111111.dkr.ecr.eu-west-1%2Fbase");

  EXPECT_EQ(mounted.status, 201);
  EXPECT_EQ(send("GET", app + "/blobs/" + digest_of("layer")).body, "layer");
  authority.deny("ecr:GetDownloadUrlForLayer");
  EXPECT_EQ(send("POST", app + "/blobs/uploads/?mount=" + digest_of("config") +
                             "&from=111111111111.dkr.ecr.eu-west-1/base")
                .status,
            202);
  EXPECT_EQ(send("POST", mount + "111111111111.dkr.ecr.eu-west-1/nothing").status, 202);
}

TEST_F(OciFrontTest, GivesPartsOfALayer) {
  push_blob(app, "0123456789");
  const auto part = [&](const char* range) {
    return send("GET", app + "/blobs/" + digest_of("0123456789"), "", {{"Range", range}});
  };

  EXPECT_EQ(part("bytes=2-4").status, 206);
  EXPECT_EQ(part("bytes=2-4").body, "234");
  EXPECT_EQ(header(part("bytes=2-4"), "Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(part("bytes=7-").body, "789");
  EXPECT_EQ(part("bytes=7-99").body, "789");
  EXPECT_EQ(part("bytes=-3").body, "789");
  EXPECT_EQ(part("bytes=-30").body, "0123456789");
  EXPECT_EQ(part("bytes=10-").status, 416);
  EXPECT_EQ(part("bytes=1-2,4-5").status, 200);
  EXPECT_EQ(part("lines=1-2").status, 200);
  EXPECT_EQ(part("bytes=-").status, 200);
}

TEST_F(OciFrontTest, NamesWhatIsNotThere) {
  const std::string other = "/v2/111111111111.dkr.ecr.eu-west-1/other";

  expect_error(send("GET", other + "/manifests/latest"), 404, "NAME_UNKNOWN");
  expect_error(send("POST", other + "/blobs/uploads/"), 404, "NAME_UNKNOWN");
  expect_error(send("GET", app + "/manifests/latest"), 404, "MANIFEST_UNKNOWN");
  expect_error(send("DELETE", app + "/manifests/latest"), 404, "MANIFEST_UNKNOWN");
  expect_error(send("GET", app + "/blobs/" + digest_of("x")), 404, "BLOB_UNKNOWN");
  expect_error(put_manifest(app, "latest", manifest_of("a", "b")), 404, "MANIFEST_BLOB_UNKNOWN");
  EXPECT_THAT(send("POST", other + "/blobs/uploads/").body,
              HasSubstr("The repository with name 'other' does not exist in the registry with id "
                        "'111111111111'"));
}

TEST_F(OciFrontTest, RefusesWhatEcrDoesNotHave) {
  expect_error(send("GET", "/v2/_catalog"), 405, "UNSUPPORTED");
  const auto answer = send("DELETE", app + "/blobs/" + digest_of("x"));

  expect_error(answer, 405, "UNSUPPORTED");
  EXPECT_EQ(header(answer, "Allow"), "GET, HEAD");
}

TEST_F(OciFrontTest, RefusesAManifestThatIsNotWhatItIsSaidToBe) {
  push_image(app, "latest");
  const std::string manifest = manifest_of("config", "layer");

  expect_error(put_manifest(app, digest_of("x"), manifest), 400, "DIGEST_INVALID");
  expect_error(put_manifest(app, "latest", "{}"), 400, "MANIFEST_INVALID");
  expect_error(put_manifest(app, "latest", manifest, kDockerManifest), 400, "MANIFEST_INVALID");
  expect_error(put_manifest(app, "latest", std::string(kManifestBytesMax + 1, ' ')), 413,
               "MANIFEST_INVALID");
}

TEST_F(OciFrontTest, TagsAManifestThatIsPutByItsDigest) {
  const std::string digest = push_image(app, "latest");

  const auto answer = put_manifest(app, digest + "?tag=a&tag=b", manifest_of("config", "layer"));

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.get_all("OCI-Tag").size(), 2U);
  EXPECT_THAT(send("GET", app + "/tags/list").body, HasSubstr(R"("tags":["a","b","latest"])"));
  expect_error(put_manifest(app, digest + "?tag=-", manifest_of("config", "layer")), 400,
               "TAG_INVALID");
}

TEST_F(OciFrontTest, DoesNotMoveTagsOfAnImmutableRepository) {
  push_image(app, "latest");
  call("PutImageTagMutability", R"({"repositoryName":"app","imageTagMutability":"IMMUTABLE"})");
  push_blob(app, "other");

  const auto answer = put_manifest(app, "latest", manifest_of("config", "other"));

  expect_error(answer, 400, "TAG_INVALID");
  EXPECT_THAT(answer.body,
              HasSubstr("The image tag 'latest' already exists in the 'app' repository and cannot "
                        "be overwritten because the repository is immutable."));
}

TEST_F(OciFrontTest, ListsTagsInPages) {
  const std::string digest = push_image(app, "a");
  for (const char* tag : {"b", "c"}) put_manifest(app, tag, manifest_of("config", "layer"));

  const auto first = send("GET", app + "/tags/list?n=2");
  const auto second = send("GET", app + "/tags/list?n=2&last=b");

  EXPECT_EQ(first.body, R"({"name":"111111111111.dkr.ecr.eu-west-1/app","tags":["a","b"]})");
  EXPECT_EQ(header(first, "Link"),
            "</v2/111111111111.dkr.ecr.eu-west-1/app/tags/list?n=2&last=b>; rel=\"next\"");
  EXPECT_THAT(second.body, HasSubstr(R"("tags":["c"])"));
  EXPECT_EQ(header(second, "Link"), "");
  expect_error(send("GET", app + "/tags/list?n=x"), 400, "UNSUPPORTED");
}

TEST_F(OciFrontTest, KeepsAnIndexAndItsImages) {
  const std::string digest = push_image(app, "amd64");
  const std::string index = R"({"schemaVersion":2,"mediaType":")" + std::string(kOciIndex) +
                            R"(","manifests":[)" + descriptor(manifest_of("config", "layer")) +
                            "]}";

  EXPECT_EQ(put_manifest(app, "latest", index, kOciIndex).status, 201);

  EXPECT_EQ(header(send("GET", app + "/manifests/latest"), "Content-Type"), kOciIndex);
  expect_error(send("DELETE", app + "/manifests/" + digest), 409, "DENIED");
  EXPECT_EQ(send("DELETE", app + "/manifests/latest").status, 202);
  EXPECT_EQ(send("DELETE", app + "/manifests/" + digest).status, 202);
  EXPECT_EQ(files("blobs/sha256"), 0U);
}

TEST_F(OciFrontTest, ListsWhatRefersToAnImage) {
  const std::string digest = push_image(app, "latest");
  push_blob(app, "sbom");
  const std::string about =
      manifest_of("config", "sbom",
                  R"(,"artifactType":"application/sbom","annotations":{"by":"me"},"subject":)" +
                      descriptor(manifest_of("config", "layer")));

  const auto put = put_manifest(app, digest_of(about), about);
  const auto all = send("GET", app + "/referrers/" + digest);
  const auto none = send("GET", app + "/referrers/" + digest + "?artifactType=other");

  EXPECT_EQ(header(put, "OCI-Subject"), digest);
  EXPECT_EQ(header(all, "Content-Type"), kOciIndex);
  EXPECT_THAT(all.body, HasSubstr(digest_of(about)));
  EXPECT_THAT(all.body, HasSubstr(R"("artifactType":"application/sbom")"));
  EXPECT_THAT(all.body, HasSubstr(R"("annotations":{"by":"me"})"));
  EXPECT_THAT(none.body, HasSubstr(R"("manifests":[])"));
  EXPECT_EQ(header(none, "OCI-Filters-Applied"), "artifactType");
}

TEST_F(OciFrontTest, RemembersImagesAndLoginsAcrossARestart) {
  push_image(app, "latest");

  open();

  EXPECT_EQ(send("GET", app + "/manifests/latest").status, 200);
  EXPECT_EQ(send("GET", app + "/blobs/" + digest_of("layer")).body, "layer");
}

TEST_F(OciFrontTest, LogsTheLabIn) {
  push_image(app, "latest");
  const auto mine = registry->login_for(workload_caller(),
                                        "127.0.0.1:9010/111111111111.dkr.ecr.eu-west-1/app:latest");
  const auto other = registry->login_for(workload_caller(), "docker.io/library/alpine");

  ASSERT_TRUE(mine && *mine);
  EXPECT_EQ((*mine)->server, "127.0.0.1:9010");
  login = base64_encode((*mine)->user + ":" + (*mine)->password);
  EXPECT_EQ(send("GET", app + "/manifests/latest").status, 200);
  loop.advance(15min);
  expect_error(send("GET", app + "/manifests/latest"), 403, "DENIED");
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other);
}

}  // namespace
}  // namespace tributary::lab::registry
