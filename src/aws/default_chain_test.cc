#include "aws/default_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fake_environment.h"
#include "aws/hop_error.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

class DefaultChainTest : public testing::Test {
 protected:
  DefaultChainTest() {
    fake_.variables["HOME"] = "/home/me";
    fake_.variables["AWS_REGION"] = "eu-west-1";
  }
  std::string key() {
    const auto credentials = fake_.run(chain_.retrieve({}));
    return credentials ? credentials->access_key_id : credentials.error().message();
  }

  FakeEnvironment fake_;
  DefaultChain chain_{fake_.environment, ""};
};

TEST_F(DefaultChainTest, PicksUpWhatIsEditedInTheFiles) {
  fake_.files["/home/me/.aws/credentials"] =
      "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n";
  ASSERT_EQ(key(), "AKIA1");

  fake_.files["/home/me/.aws/credentials"] =
      "[default]\naws_access_key_id = AKIA2\naws_secret_access_key = s\n";

  EXPECT_EQ(key(), "AKIA2");
  EXPECT_EQ(chain_.describe(), "keys of profile default");
}

TEST_F(DefaultChainTest, NamesTheFileThatItCannotRead) {
  fake_.files["/home/me/.aws/config"] = "[default\n";

  EXPECT_EQ(key(), "/home/me/.aws/config: line 1: \"[\" without \"]\"");
}

TEST_F(DefaultChainTest, AssumesTheRolesOfAProfileOneAfterTheOther) {
  fake_.files["/home/me/.aws/config"] =
      "[profile base]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n"
      "[profile one]\nrole_arn = arn:aws:iam::1:role/one\nsource_profile = base\n"
      "[default]\nrole_arn = arn:aws:iam::2:role/two\nsource_profile = one\n";
  fake_.http->answer = [this](const net::Request&) {
    const std::string id = "ASIA" + std::to_string(fake_.http->requests.size());
    return FakeEnvironment::response(
        200, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + id +
                 "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                 "<Expiration>2033-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
                 "</AssumeRoleResponse>");
  };

  EXPECT_EQ(key(), "ASIA2");

  ASSERT_EQ(fake_.http->requests.size(), 2U);
  EXPECT_THAT(std::string(*fake_.http->requests[0].headers.get("Authorization")),
              HasSubstr("AKIA1/"));
  EXPECT_THAT(std::string(*fake_.http->requests[1].headers.get("Authorization")),
              HasSubstr("ASIA1/"));
  EXPECT_THAT(*fake_.http->requests[1].body, HasSubstr("role%2Ftwo"));
}

TEST_F(DefaultChainTest, AsksTheContainerEndpoint) {
  fake_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/x";
  fake_.http->answer = [](const net::Request& request) {
    EXPECT_EQ(request.url.to_string(), "http://169.254.170.2/v2/credentials/x");
    return FakeEnvironment::response(200, R"({"AccessKeyId":"ASIA5","SecretAccessKey":"s"})");
  };

  EXPECT_EQ(key(), "ASIA5");
  EXPECT_EQ(chain_.describe(), "container credentials at http://169.254.170.2/v2/credentials/x");
}

TEST_F(DefaultChainTest, SaysWhichPlaceFailedLast) {
  fake_.http->answer = [](const net::Request&) -> Result<net::Response> {
    return Error(Code::unavailable, "no route to host");
  };

  EXPECT_THAT(key(), HasSubstr("instance metadata"));
  ASSERT_NE(chain_.last_failure(), nullptr);
  EXPECT_EQ(chain_.last_failure()->endpoint, "http://169.254.169.254");
}

}  // namespace
}  // namespace tributary::aws
