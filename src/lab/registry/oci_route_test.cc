#include "lab/registry/oci_route.h"

#include <gtest/gtest.h>

namespace tributary::lab::registry {
namespace {

const std::string kRepository = "/v2/111111111111.dkr.ecr.eu-west-1/team/app";
const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(OciRoutes, AreToldApartByTheEndOfThePath) {
  const auto is = [](const std::string& path, Route::Kind kind, const std::string& reference) {
    const auto route = parse_route(path);
    ASSERT_TRUE(std::holds_alternative<Route>(route)) << path;
    EXPECT_EQ(std::get<Route>(route).kind, kind) << path;
    EXPECT_EQ(std::get<Route>(route).reference, reference) << path;
  };

  is("/v2", Route::Kind::version, "");
  is("/v2/", Route::Kind::version, "");
  is("/v2/_catalog", Route::Kind::catalog, "");
  is(kRepository + "/tags/list?n=3", Route::Kind::tags, "");
  is(kRepository + "/manifests/latest", Route::Kind::manifest, "latest");
  is(kRepository + "/manifests/" + kDigest, Route::Kind::manifest, kDigest);
  is(kRepository + "/blobs/" + kDigest, Route::Kind::blob, kDigest);
  is(kRepository + "/blobs/sha256%3A" + std::string(64, 'a'), Route::Kind::blob, kDigest);
  is(kRepository + "/blobs/uploads/", Route::Kind::new_upload, "");
  is(kRepository + "/blobs/uploads", Route::Kind::new_upload, "");
  is(kRepository + "/blobs/uploads/1-2", Route::Kind::upload, "1-2");
  is(kRepository + "/referrers/" + kDigest, Route::Kind::referrers, kDigest);
}

TEST(OciRoutes, LeaveNamesTheirWords) {
  const auto route = parse_route("/v2/111111111111.dkr.ecr.eu-west-1/blobs/uploads/manifests/x");

  ASSERT_TRUE(std::holds_alternative<Route>(route));
  EXPECT_EQ(std::get<Route>(route).repository.name, "blobs/uploads");
  EXPECT_EQ(std::get<Route>(route).kind, Route::Kind::manifest);
}

TEST(OciRoutes, ThatAreWrongHaveAnError) {
  const auto refused = [](const std::string& path, int status, const std::string& code) {
    const auto route = parse_route(path);
    ASSERT_TRUE(std::holds_alternative<OciError>(route)) << path;
    EXPECT_EQ(std::get<OciError>(route).status, status) << path;
    EXPECT_EQ(std::get<OciError>(route).code, code) << path;
  };

  refused("/v2x", 404, "UNSUPPORTED");
  refused("/v2/%zz", 404, "UNSUPPORTED");
  refused("/v2/app", 404, "UNSUPPORTED");
  refused("/v2/library/alpine/manifests/latest", 404, "NAME_UNKNOWN");
  refused("/v2/111111111111.dkr.ecr.eu-west-1/../x/manifests/latest", 404, "NAME_UNKNOWN");
  refused(kRepository + "/manifests/-x", 400, "TAG_INVALID");
  refused(kRepository + "/manifests/sha512:12", 400, "DIGEST_INVALID");
  refused(kRepository + "/blobs/latest", 400, "DIGEST_INVALID");
}

TEST(OciRoutes, TakeEcrsPermissions) {
  EXPECT_EQ(action_of(Route::Kind::manifest, "HEAD"), "ecr:BatchGetImage");
  EXPECT_EQ(action_of(Route::Kind::upload, "PATCH"), "ecr:UploadLayerPart");
  EXPECT_EQ(action_of(Route::Kind::version, "GET"), "");
  EXPECT_EQ(action_of(Route::Kind::blob, "DELETE"), std::nullopt);
  EXPECT_EQ(action_of(Route::Kind::catalog, "GET"), std::nullopt);
  EXPECT_EQ(methods_of(Route::Kind::upload), "GET, PATCH, PUT, DELETE");
}

}  // namespace
}  // namespace tributary::lab::registry
