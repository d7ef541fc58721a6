#include "collector/extensions/sigv4auth/sigv4auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"
#include "net/run_task.h"

namespace tributary::collector::sigv4auth {
namespace {

using testing::HasSubstr;

class SigV4AuthTest : public testing::Test {
 protected:
  // What an exporter's request to a workspace is answered with, signed by that extension.
  Result<net::Response> write(const std::string& yaml, const std::string& url) {
    FakeSettings<Config> settings(yaml);
    EXPECT_TRUE(settings.good()) << settings.messages();
    auto made = SigV4Auth::make(fake_.make({"sigv4auth", ""}), settings.value);
    EXPECT_TRUE(made);
    extension_ = std::move(*made);
    EXPECT_TRUE(extension_->start(host_));
    auto client = extension_->wrap(std::make_unique<net::FakeHttpClient>(fake_.http));
    net::Request request{
        .method = "POST", .url = *net::parse_url(url), .body = net::make_body("body")};
    return net::run_task(fake_.loop, client->send(std::move(request), {}));
  }
  std::string authorization() const {
    return std::string(*fake_.http->requests.back().headers.get("Authorization"));
  }
  void set_keys() {
    fake_.environment["AWS_ACCESS_KEY_ID"] = "AKIA1";
    fake_.environment["AWS_SECRET_ACCESS_KEY"] = "s";
  }

  FakeContext fake_;
  FakeHost host_;
  std::unique_ptr<SigV4Auth> extension_;
};

TEST_F(SigV4AuthTest, SignsForTheRegionAndServiceOfTheEndpoint) {
  set_keys();

  ASSERT_TRUE(write("{}", "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/x"));

  EXPECT_THAT(authorization(), HasSubstr("Credential=AKIA1/20231114/eu-west-1/aps/aws4_request"));
}

TEST_F(SigV4AuthTest, TakesTheRegionOfTheEnvironmentWhereTheHostTellsNone) {
  set_keys();
  fake_.environment["AWS_REGION"] = "eu-west-3";

  ASSERT_TRUE(write("service: aps", "http://127.0.0.1:9009/workspaces/ws-1/x"));

  EXPECT_THAT(authorization(), HasSubstr("/eu-west-3/aps/"));
}

TEST_F(SigV4AuthTest, SignsForTheRegionAndServiceOfTheSettingsFirst) {
  set_keys();

  ASSERT_TRUE(write("{region: us-east-2, service: other}",
                    "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/x"));

  EXPECT_THAT(authorization(), HasSubstr("/us-east-2/other/"));
}

TEST_F(SigV4AuthTest, AssumesTheRole) {
  set_keys();
  fake_.http->answer = [](const net::Request& request) -> Result<net::Response> {
    if (request.url.host != "sts.us-east-1.amazonaws.com") return net::Response{};
    EXPECT_THAT(*request.body, HasSubstr("&RoleSessionName=me&"));
    EXPECT_THAT(*request.body, HasSubstr("&ExternalId=handshake"));
    net::Response response;
    response.body =
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2033-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>";
    return response;
  };

  ASSERT_TRUE(
      write("{region: eu-west-1, service: aps, assume_role: {arn: 'arn:aws:iam::2:role/x', "
            "session_name: me, sts_region: us-east-1, external_id: handshake}}",
            "http://127.0.0.1:9009/workspaces/ws-1/x"));

  EXPECT_THAT(authorization(), HasSubstr("Credential=ASIA1/20231114/eu-west-1/aps/"));
}

TEST_F(SigV4AuthTest, StartsWithoutCredentialsAndSaysWhatItWaitsFor) {
  fake_.environment["AWS_EC2_METADATA_DISABLED"] = "true";

  const auto response = write("{region: eu-west-1, service: aps}", "http://127.0.0.1:9009/x");

  EXPECT_EQ(response.error().code(), Code::unauthenticated);
  EXPECT_EQ(fake_.logged("waiting for credentials"), 1U);
  EXPECT_TRUE(fake_.http->requests.empty());
}

TEST_F(SigV4AuthTest, StopsWithoutAStart) {
  auto made = SigV4Auth::make(fake_.make({"sigv4auth", ""}), Config{});
  ASSERT_TRUE(made);

  net::run_task(fake_.loop, (*made)->stop(fake_.loop.clock().monotonic()));
}

TEST(Config, RefusesWhatCannotWork) {
  const auto messages = [](const std::string& yaml) {
    return FakeSettings<Config>(yaml).messages();
  };

  EXPECT_THAT(messages("assume_role: {web_identity_token_file: /t}"),
              HasSubstr("web_identity_token_file: needs arn as well"));
  EXPECT_THAT(messages("assume_role: {arn: role/x}"), HasSubstr("arn: ARN \"role/x\""));
  EXPECT_THAT(messages("assume_role: {arn: 'arn:aws:iam::1:role/x', session_name: 'a b'}"),
              HasSubstr("session_name: got \"a b\", want 2 to 64"));
  EXPECT_THAT(messages("regoin: x"), HasSubstr("did you mean \"region\""));
  EXPECT_EQ(messages("assume_role: {arn: 'arn:aws:iam::1:role/x'}"), "");
}

}  // namespace
}  // namespace tributary::collector::sigv4auth
