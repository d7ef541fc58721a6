#include "aws/signing_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fake_environment.h"
#include "aws/providers.h"
#include "aws/sigv4_verify.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

// Hands out key 1, key 2, … so that a renewal can be seen.
class CountingProvider final : public CredentialsProvider {
 public:
  net::Task<Result<Credentials>> retrieve(std::stop_token /*stop*/) override {
    co_return Credentials{.access_key_id = "ASIA" + std::to_string(++count_),
                          .secret_access_key = "secret",
                          .session_token = "token"};
  }
  std::string describe() const override { return "a counter"; }

 private:
  int count_ = 0;
};

class SigningClientTest : public testing::Test {
 protected:
  static net::Request write_request() {
    return {.method = "POST",
            .url = *net::parse_url("https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/"
                                   "ws-1/api/v1/remote_write"),
            .headers = {{"Content-Encoding", "snappy"}, {"User-Agent", "x"}},
            .body = net::make_body("body")};
  }
  Result<net::Response> send() { return fake_.run(client_.send(write_request(), {})); }

  // What the server does: adds what the client adds on the wire, and verifies.
  bool is_well_signed(const net::Request& request, Timestamp now) const {
    net::Headers headers = request.headers;
    headers.set("Host", request.url.host_header());
    headers.set("Content-Length", std::to_string(request.body->size()));
    const RequestView view{.method = request.method,
                           .target = request.url.target,
                           .headers = headers,
                           .body = *request.body};
    const auto parsed = parse_authorization(view);
    const auto* const auth = std::get_if<ParsedAuth>(&parsed);
    return auth != nullptr && auth->region == "eu-west-1" && auth->service == "aps" &&
           auth->session_token == "token" &&
           std::holds_alternative<VerifiedRequest>(verify(*auth, view, "secret", now, 5min));
  }
  std::string key_of(std::size_t request) const {
    const std::string header(*fake_.http->requests.at(request).headers.get("Authorization"));
    const std::size_t start = header.find("ASIA");
    return header.substr(start, header.find('/') - start);
  }

  FakeEnvironment fake_{[](const net::Request&) { return FakeEnvironment::response(200, ""); }};
  CachedCredentials credentials_{std::make_unique<CountingProvider>(), fake_.loop, fake_.random};
  std::vector<std::string> lines_;
  Logger log_{
      std::make_shared<LogSink>(LogSink::Options{}, fake_.loop.clock(),
                                [this](std::string_view line) { lines_.emplace_back(line); })};
  SigningClient client_{fake_.client,
                        credentials_,
                        fake_.loop.clock(),
                        log_,
                        {.role_arn = "arn:aws:iam::2:role/central", .action = "aps:RemoteWrite"}};
};

TEST_F(SigningClientTest, SignsWhatItSends) {
  const auto response = send();

  ASSERT_TRUE(response);
  ASSERT_EQ(fake_.http->requests.size(), 1U);
  const net::Request& sent = fake_.http->requests[0];
  EXPECT_TRUE(is_well_signed(sent, fake_.loop.clock().now()));
  EXPECT_EQ(sent.headers.get("Host"), std::nullopt);
  EXPECT_THAT(std::string(*sent.headers.get("Authorization")),
              HasSubstr("SignedHeaders=content-encoding;content-length;host;x-amz-date;"
                        "x-amz-security-token,"));
}

TEST_F(SigningClientTest, RenewsExpiredCredentialsAndTriesOnceMore) {
  fake_.http->answer = [this](const net::Request&) {
    const bool first = fake_.http->requests.size() == 1;
    return first
               ? FakeEnvironment::response(
                     403, R"({"message":"The security token included in the request is expired"})")
               : FakeEnvironment::response(200, "");
  };

  const auto response = send();

  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(key_of(0), "ASIA1");
  EXPECT_EQ(key_of(1), "ASIA2");
}

TEST_F(SigningClientTest, TriesNoMoreThanTwice) {
  fake_.http->answer = [](const net::Request&) {
    return FakeEnvironment::response(
        403, R"({"message":"The security token included in the request is invalid."})");
  };

  const auto response = send();

  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(fake_.http->requests.size(), 2U);
}

TEST_F(SigningClientTest, TakesTheTimeOfTheServerWhenItsOwnIsWrong) {
  const Timestamp server_time = fake_.loop.clock().now() + 10min;
  fake_.http->answer = [&](const net::Request& request) {
    if (is_well_signed(request, server_time)) return FakeEnvironment::response(200, "");
    net::Response response = FakeEnvironment::response(
        403, R"({"message":"Signature expired: 20231114T221320Z is now earlier than )"
             R"(20231114T221820Z"})");
    response.headers.add("Date", "Tue, 14 Nov 2023 22:23:20 GMT");
    return response;
  };

  const auto response = send();
  const auto next = send();

  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(next->status, 200);
  EXPECT_EQ(fake_.http->requests.size(), 3U);
  EXPECT_EQ(client_.clock_offset(), 10min);
}

TEST_F(SigningClientTest, DoesNotRetryWhenTheServersTimeIsItsOwn) {
  fake_.http->answer = [](const net::Request&) {
    net::Response response = FakeEnvironment::response(
        403, R"({"message":"Signature expired: a is now earlier than b"})");
    response.headers.add("Date", "Tue, 14 Nov 2023 22:13:20 GMT");
    return response;
  };

  EXPECT_EQ(send()->status, 403);
  EXPECT_EQ(fake_.http->requests.size(), 1U);
}

TEST_F(SigningClientTest, SeesByTheDateThatItsClockIsWrongWhateverTheRefusalSays) {
  const Timestamp server_time = fake_.loop.clock().now() - 10min;
  fake_.http->answer = [&](const net::Request& request) {
    if (is_well_signed(request, server_time)) return FakeEnvironment::response(200, "");
    net::Response response = FakeEnvironment::response(403, R"({"message":"Forbidden"})");
    response.headers.add("Date", "Tue, 14 Nov 2023 22:03:20 GMT");
    return response;
  };

  EXPECT_EQ(send()->status, 200);
  EXPECT_EQ(send()->status, 200);

  EXPECT_EQ(fake_.http->requests.size(), 3U);
  EXPECT_EQ(client_.clock_offset(), -10min);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_THAT(lines_[0], HasSubstr("the clock of this machine differs from the server's"));
}

TEST_F(SigningClientTest, GoesBackToItsOwnClockWhenThatIsMended) {
  Timestamp server_time = fake_.loop.clock().now() + 10min;
  const char* date = "Tue, 14 Nov 2023 22:23:20 GMT";
  fake_.http->answer = [&](const net::Request& request) {
    if (is_well_signed(request, server_time)) return FakeEnvironment::response(200, "");
    net::Response response =
        FakeEnvironment::response(403, R"({"message":"Signature not yet current: a"})");
    response.headers.add("Date", date);
    return response;
  };
  ASSERT_EQ(send()->status, 200);

  fake_.loop.fake_clock().set(server_time);

  EXPECT_EQ(send()->status, 200);
  EXPECT_EQ(client_.clock_offset(), 0s);
}

TEST_F(SigningClientTest, DoesNotBelieveADateThatIsMoreThanADayOff) {
  fake_.http->answer = [](const net::Request&) {
    net::Response response =
        FakeEnvironment::response(403, R"({"message":"Signature expired: a"})");
    response.headers.add("Date", "Thu, 16 Nov 2023 22:23:20 GMT");
    return response;
  };

  EXPECT_EQ(send()->status, 403);

  EXPECT_EQ(fake_.http->requests.size(), 1U);
  EXPECT_EQ(client_.clock_offset(), 0s);
}

TEST_F(SigningClientTest, LogsARefusalWithItsLikelyCauseAtABoundedRate) {
  fake_.http->answer = [](const net::Request&) {
    net::Response response = FakeEnvironment::response(
        403, R"({"Message":"User: arn:aws:sts::2:assumed-role/central/t is not authorized )"
             R"(to perform: aps:RemoteWrite on resource: ws-1"})");
    response.headers.add("x-amzn-RequestId", "id-7");
    return response;
  };

  ASSERT_TRUE(send());
  ASSERT_TRUE(send());

  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_THAT(lines_[0], HasSubstr("a signed request was refused"));
  for (const auto* part : {"aps:RemoteWrite", "arn:aws:sts::2:assumed-role/central/t",
                           "arn:aws:iam::2:role/central", "eu-west-1", "403", "id-7",
                           "no permission policy of arn:aws:sts::2:assumed-role/central/t allows "
                           "aps:RemoteWrite",
                           "allow aps:RemoteWrite in a permission policy of"}) {
    EXPECT_THAT(lines_[0], HasSubstr(part));
  }
}

TEST_F(SigningClientTest, SaysWhatItWaitsForWithoutCredentials) {
  fake_.http->answer = [](const net::Request&) -> Result<net::Response> {
    return Error(Code::unavailable, "connection refused");
  };
  CachedCredentials none(std::make_unique<ContainerProvider>(
                             fake_.environment, ContainerEndpoint{.url = "http://169.254.170.2/x"}),
                         fake_.loop, fake_.random);
  SigningClient client(fake_.client, none, fake_.loop.clock(), {}, {});

  const auto response = fake_.run(client.send(write_request(), {}));

  EXPECT_EQ(
      response.error(),
      Error(Code::unauthenticated,
            "waiting for credentials: container credentials at http://169.254.170.2/x failed: "
            "connection refused"));
}

TEST_F(SigningClientTest, StopsWhileItWaits) {
  std::stop_source stop;
  stop.request_stop();

  const auto response = fake_.run(client_.send(write_request(), stop.get_token()));

  EXPECT_EQ(response.error().code(), Code::cancelled);
}

TEST(ScopeOfHost, IsToldByAwsNames) {
  const auto scope = [](std::string_view host) {
    const SigningScope told = scope_of_host(host);
    return told.service + "@" + told.region;
  };

  EXPECT_EQ(scope("aps-workspaces.eu-west-1.amazonaws.com"), "aps@eu-west-1");
  EXPECT_EQ(scope("search-domain-abc.us-east-1.es.amazonaws.com"), "es@us-east-1");
  EXPECT_EQ(scope("xray.us-west-2.amazonaws.com"), "xray@us-west-2");
  EXPECT_EQ(scope("monitoring.cn-north-1.amazonaws.com.cn"), "monitoring@cn-north-1");
  EXPECT_EQ(scope("other.us-west-2.amazonaws.com"), "@us-west-2");
  EXPECT_EQ(scope("127.0.0.1"), "@");
  EXPECT_EQ(scope("aps-workspaces.evil.example.com"), "@");
}

}  // namespace
}  // namespace tributary::aws
