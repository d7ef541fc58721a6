#include "aws/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/timestamps.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

Credentials example_credentials() {
  return {.access_key_id = "AKIDEXAMPLE", .secret_access_key = std::string(kSecret)};
}

TEST(Sign, SignsARemoteWriteAsTheSdkDoes) {
  const net::Headers headers = {{"Host", "aps-workspaces.eu-west-1.amazonaws.com"},
                                {"Content-Encoding", "snappy"},
                                {"Content-Type", "application/x-protobuf"},
                                {"Content-Length", "4"},
                                {"User-Agent", "tributary"},
                                {"X-Prometheus-Remote-Write-Version", "0.1.0"},
                                {"Connection", "keep-alive"},
                                {"Expect", "100-continue"},
                                {"Authorization", "stale"}};
  Credentials credentials = example_credentials();
  credentials.session_token = "token";

  const SignedRequest signature = sign({.method = "POST",
                                        .target = "/workspaces/ws-1/api/v1/remote_write",
                                        .headers = headers,
                                        .body = "body"},
                                       credentials, {.region = "eu-west-1", .service = "aps"},
                                       *parse_amz_date("20150830T123600Z"));

  EXPECT_THAT(
      std::string(*signature.headers.get("Authorization")),
      HasSubstr("SignedHeaders=content-encoding;content-length;content-type;host;x-amz-date;"
                "x-amz-security-token;x-prometheus-remote-write-version, Signature="));
  EXPECT_EQ(signature.headers.get("X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(signature.headers.get("X-Amz-Security-Token"), "token");
  EXPECT_EQ(signature.headers.get("x-amz-content-sha256"), std::nullopt);
}

TEST(Sign, DropsATokenThatTheRequestBroughtWhereTheCredentialsHaveNone) {
  const net::Headers headers = {{"Host", "h"}, {"X-Amz-Security-Token", "stale"}};

  const SignedRequest signature =
      sign({.method = "GET", .target = "/", .headers = headers, .body = ""}, example_credentials(),
           {.region = "r", .service = "s"}, Timestamp{});

  EXPECT_THAT(signature.canonical_request, Not(HasSubstr("stale")));
}

TEST(SigningKey, IsTheOneOfTheDocumentedExample) {
  const Digest key = derive_signing_key(kSecret, "20120215", "us-east-1", "iam");

  EXPECT_EQ(to_hex(key), "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST(SigningKeyCache, GivesTheSameKeysAsDeriving) {
  SigningKeyCache cache;
  const SigningKeyCache::Query query{.access_key_id = "AKIA1",
                                     .secret_access_key = kSecret,
                                     .date = "20120215",
                                     .region = "us-east-1",
                                     .service = "iam"};

  EXPECT_EQ(cache.get(query), derive_signing_key(kSecret, "20120215", "us-east-1", "iam"));
  EXPECT_EQ(cache.get(query), derive_signing_key(kSecret, "20120215", "us-east-1", "iam"));
  EXPECT_EQ(cache.size(), 1U);
}

TEST(SigningKeyCache, DerivesAnewWhenTheSecretOfAKeyChanges) {
  SigningKeyCache cache;
  SigningKeyCache::Query query{.access_key_id = "AKIA1",
                               .secret_access_key = "old",
                               .date = "20120215",
                               .region = "us-east-1",
                               .service = "iam"};
  cache.get(query);

  query.secret_access_key = "new";

  EXPECT_EQ(cache.get(query), derive_signing_key("new", "20120215", "us-east-1", "iam"));
  EXPECT_EQ(cache.size(), 1U);
}

TEST(SigningKeyCache, ForgetsTheOneNotUsedForLongest) {
  SigningKeyCache cache(2);
  const auto use = [&cache](std::string_view region) {
    return cache.get({.access_key_id = "AKIA1",
                      .secret_access_key = kSecret,
                      .date = "20120215",
                      .region = region,
                      .service = "iam"});
  };

  use("a");
  use("b");
  use("a");
  use("c");

  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(use("a"), derive_signing_key(kSecret, "20120215", "a", "iam"));
}

}  // namespace
}  // namespace tributary::aws
