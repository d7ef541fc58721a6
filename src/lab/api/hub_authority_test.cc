#include "lab/api/hub_authority.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/temporary_directory.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string answer_of(const std::string& action, const std::string& result) {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<" +
         action + "Result>" + result + "</" + action + "Result></" + action + "Response>\n";
}

constexpr const char* kDenial =
    "<Denial><Status>403</Status><Code>AccessDenied</Code><Message>User: x is not authorized"
    "</Message><Explanation>missing in the identity-based policy</Explanation></Denial>";

class HubAuthorityTest : public testing::Test {
 protected:
  static HubClient::Options options() {
    HubClient::Options options;
    options.url = *net::parse_url("http://127.0.0.1:9009");
    options.service_key.access_key_id = "AKIALAB";
    options.service_key.secret_access_key = "secret";
    return options;
  }
  Result<Authority::Verdict> verify() {
    net::ServerRequest request{.method = "POST", .target = "/?a=b", .body = "{}"};
    request.headers.add("Host", "lab");
    request.headers.add("X-Odd", "\xff");
    request.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=x");
    return net::run_task(loop_, authority_.verify(std::move(request), "ecs"));
  }
  Result<std::optional<Denial>> authorize() {
    Question question{.access_key_id = "AKIAUSER",
                      .action = "iam:PassRole",
                      .resource = "arn:aws:iam::111111111111:role/task",
                      .context = {{"iam:PassedToService", "ecs-tasks.amazonaws.com"}}};
    return net::run_task(loop_, authority_.authorize(std::move(question)));
  }
  std::string sent() const { return *http_->requests.front().body; }

  net::FakeLoop loop_;
  std::string body_;
  int status_ = 200;
  std::shared_ptr<net::FakeHttp> http_ =
      std::make_shared<net::FakeHttp>(loop_, [this](const net::Request&) -> Result<net::Response> {
        net::Response response;
        response.status = status_;
        response.body = body_;
        return response;
      });
  net::FakeHttpClient client_{http_};
  HubClient hub_{loop_, client_, options()};
  HubAuthority authority_{hub_};
};

TEST_F(HubAuthorityTest, AsksTheHubWhoSignedARequest) {
  body_ = answer_of("TributaryVerifyRequest",
                    "<Caller><Arn>arn:aws:iam::111111111111:user/a</Arn>"
                    "<Account>111111111111</Account><UserId>AIDA</UserId>"
                    "<AccessKeyId>AKIAUSER</AccessKeyId></Caller><Region>eu-west-1</Region>");

  const auto verdict = verify();

  ASSERT_TRUE(verdict) << verdict.error().message();
  EXPECT_FALSE(verdict->denial);
  EXPECT_EQ(verdict->caller.arn, "arn:aws:iam::111111111111:user/a");
  EXPECT_EQ(verdict->caller.account, "111111111111");
  EXPECT_EQ(verdict->caller.access_key_id, "AKIAUSER");
  EXPECT_EQ(verdict->caller.region, "eu-west-1");
  EXPECT_THAT(
      sent(),
      StartsWith("Action=TributaryVerifyRequest&Version=2011-06-15&Method=POST&Target=%2F%3Fa%3Db"
                 "&PayloadHash=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
                 "&Service=ecs&Headers.member.1.Name=Host&Headers.member.1.Value=lab"
                 "&Headers.member.2.Name=Authorization"));
  EXPECT_THAT(std::string(*http_->requests.front().headers.get("Authorization")),
              HasSubstr("Credential=AKIALAB/"));
}

TEST_F(HubAuthorityTest, TellsARefusalByTheNamesOfJsonServices) {
  const auto type_of = [&](const std::string& code) {
    body_ = answer_of("TributaryVerifyRequest", "<Denial><Status>403</Status><Code>" + code +
                                                    "</Code><Message>m</Message></Denial>");
    return verify()->denial->type;
  };

  EXPECT_EQ(type_of("InvalidClientTokenId"), "UnrecognizedClientException");
  EXPECT_EQ(type_of("SignatureDoesNotMatch"), "InvalidSignatureException");
  EXPECT_EQ(type_of("ExpiredToken"), "ExpiredTokenException");
  EXPECT_EQ(type_of("MissingAuthenticationToken"), "MissingAuthenticationTokenException");
  EXPECT_EQ(type_of("Other"), "Other");
}

TEST_F(HubAuthorityTest, AsksTheHubWhatACallerMayDo) {
  body_ = answer_of("TributaryAuthorize", "<Decision>allowed</Decision>");

  const auto denial = authorize();

  ASSERT_TRUE(denial);
  EXPECT_FALSE(*denial);
  EXPECT_EQ(sent(),
            "Action=TributaryAuthorize&Version=2011-06-15&AccessKeyId=AKIAUSER"
            "&AuthorizedAction=iam%3APassRole"
            "&Resource=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Ftask"
            "&Context.member.1.Key=iam%3APassedToService"
            "&Context.member.1.Value=ecs-tasks.amazonaws.com");
}

TEST_F(HubAuthorityTest, HandsOnADenialWithItsExplanation) {
  body_ = answer_of("TributaryAuthorize", kDenial);

  const auto denial = authorize();

  ASSERT_TRUE(denial);
  ASSERT_TRUE(*denial);
  EXPECT_EQ((*denial)->type, "AccessDeniedException");
  EXPECT_EQ((*denial)->message, "User: x is not authorized");
  EXPECT_EQ((*denial)->explanation, "missing in the identity-based policy");
}

TEST_F(HubAuthorityTest, AllowsNothingThatTheHubDoesNotAllow) {
  body_ = answer_of("TributaryAuthorize", "");
  EXPECT_FALSE(authorize());

  body_ = answer_of("TributaryVerifyRequest", "<Decision>allowed</Decision>");
  EXPECT_FALSE(verify());

  body_ = "no XML";
  EXPECT_FALSE(authorize());
}

TEST_F(HubAuthorityTest, SaysWhatTheHubSaysAboutTheServiceKey) {
  status_ = 403;
  body_ =
      "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>"
      "<Message>The security token is invalid.</Message></Error></ErrorResponse>";

  const auto denial = authorize();

  ASSERT_FALSE(denial);
  EXPECT_EQ(denial.error().code(), Code::permission_denied);
  EXPECT_EQ(denial.error().message(),
            "the hub answered 403 to TributaryAuthorize: The security token is invalid.");
}

TEST(ServiceKey, IsReadFromItsFile) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/key.json";
  std::ofstream(file) << R"({"accessKeyId": "AKIA1", "secretAccessKey": "s3cret"})";

  const auto key = read_service_key(file);

  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(key->access_key_id, "AKIA1");
  EXPECT_EQ(key->secret_access_key, "s3cret");
}

TEST(ServiceKey, IsNotShownByMessages) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/key.json";
  std::ofstream(file) << R"({"accessKeyId": "AKIA1", "secretAccessKey": "s3cret", "x": 1})";

  const auto key = read_service_key(file);

  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message(), Not(HasSubstr("s3cret")));
  EXPECT_FALSE(read_service_key(directory.path() + "/none.json"));
}

}  // namespace
}  // namespace tributary::lab
