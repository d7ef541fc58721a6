#include "lab/api/api.h"

#include <gmock/gmock.h>

#include "lab/api/fake_authority.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Answers with what it was asked.
class EchoService final : public ApiService {
 public:
  explicit EchoService(Authority& authority) : authority_(authority) {}

  std::string_view name() const override { return "ecs"; }
  std::string_view target_prefix() const override { return "Echo_2014"; }
  net::Task<ApiAnswer> handle(ApiCall call) override {
    Question question{.access_key_id = call.caller.access_key_id,
                      .action = "ecs:" + call.operation,
                      .resource = "*",
                      .context = {}};
    net::Task<std::optional<ApiAnswer>> asking = refusal(authority_, std::move(question));
    std::optional<ApiAnswer> refused = co_await asking;
    if (refused) co_return std::move(*refused);
    const config::Node* text = call.parameters.find("text");
    ApiAnswer answer{.body = call.caller.arn + " " + call.caller.region + " " + call.operation +
                             " " + (text == nullptr ? "nothing" : text->text())};
    co_return answer;
  }

 private:
  Authority& authority_;
};

class ApiFrontTest : public testing::Test {
 protected:
  net::Response send(net::ServerRequest request) {
    return net::run_task(loop_, front_.handle(std::move(request)));
  }
  net::Response call(std::string_view target, std::string body) {
    return send(fake_signed(workload_caller(), "ecs", target, std::move(body)));
  }

  net::FakeLoop loop_;
  SeededRandom random_{1};
  FakeAuthority authority_;
  EchoService echo_{authority_};
  ApiFront front_{authority_, {&echo_}, random_, Logger()};
};

TEST_F(ApiFrontTest, HandsAVerifiedCallToTheServiceOfItsTarget) {
  const net::Response response = call("Echo_2014.Say", R"({"text": "hello"})");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "arn:aws:iam::111111111111:user/administrator eu-west-1 Say hello");
  EXPECT_EQ(response.headers.get("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(response.headers.get("x-amzn-RequestId")->size(), 36U);
}

TEST_F(ApiFrontTest, TakesNoBodyForAnEmptyObject) {
  EXPECT_THAT(call("Echo_2014.Say", "").body, HasSubstr("Say nothing"));
}

TEST_F(ApiFrontTest, RefusesATargetThatNothingAnswers) {
  const net::Response response = call("Other_2014.Say", "{}");

  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, StartsWith(R"({"__type":"UnknownOperationException","message":)"));
  EXPECT_EQ(call("Echo_2014.", "{}").status, 400);
  EXPECT_EQ(call("Echo_2014", "{}").status, 400);
  EXPECT_EQ(call("", "{}").status, 400);
}

TEST_F(ApiFrontTest, RefusesAnotherMethodOrPath) {
  net::ServerRequest get = fake_signed(workload_caller(), "ecs", "Echo_2014.Say", "");
  get.method = "GET";
  net::ServerRequest elsewhere = fake_signed(workload_caller(), "ecs", "Echo_2014.Say", "");
  elsewhere.target = "/v2/";

  EXPECT_THAT(send(get).body, HasSubstr("UnknownOperationException"));
  EXPECT_THAT(send(elsewhere).body, HasSubstr("UnknownOperationException"));
}

TEST_F(ApiFrontTest, LooksAtTheSignatureBeforeTheBody) {
  const net::ServerRequest foreign =
      fake_signed({.access_key_id = "AKIANOBODY"}, "ecs", "Echo_2014.Say", "{broken");
  net::ServerRequest bare = foreign;
  bare.headers.erase("Authorization");

  EXPECT_EQ(send(foreign).body, R"({"__type":"UnrecognizedClientException",)"
                                R"("message":"The security token included in the request is )"
                                R"(invalid."})");
  EXPECT_EQ(send(foreign).headers.get("x-amzn-ErrorType"), "UnrecognizedClientException");
  EXPECT_THAT(send(bare).body, HasSubstr("MissingAuthenticationTokenException"));
}

TEST_F(ApiFrontTest, RefusesASignatureForAnotherService) {
  const net::Response response = send(fake_signed(workload_caller(), "logs", "Echo_2014.Say", ""));

  EXPECT_THAT(response.body, HasSubstr("InvalidSignatureException"));
}

TEST_F(ApiFrontTest, RefusesABodyThatIsNoJsonObject) {
  EXPECT_EQ(call("Echo_2014.Say", "{\"text\": }").body,
            R"({"__type":"SerializationException","message":)"
            R"("body:1:10: error: invalid JSON: Invalid value"})");
  EXPECT_THAT(call("Echo_2014.Say", "[]").body, HasSubstr("must be an object, got a list"));
}

TEST_F(ApiFrontTest, TellsADenialOfTheAuthority) {
  authority_.deny("ecs:Say");

  const net::Response response = call("Echo_2014.Say", "{}");

  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr(R"("__type":"AccessDeniedException")"));
  EXPECT_THAT(response.body, HasSubstr("is not authorized to perform: ecs:Say on resource: *"));
  EXPECT_THAT(std::string(*response.headers.get("x-tributary-denial")), StartsWith("missing in"));
  EXPECT_EQ(authority_.questions.front().access_key_id, "AKIAWORKLOAD");
}

TEST_F(ApiFrontTest, AnswersUnavailableWhileTheHubDoesNotAnswer) {
  authority_.unreachable = true;

  const net::Response response = call("Echo_2014.Say", "{}");

  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr(R"("__type":"ServiceUnavailableException")"));
}

}  // namespace
}  // namespace tributary::lab
