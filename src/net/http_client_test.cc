#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/http.h"
#include "net/run_task.h"
#include "net/scripted_server.h"

namespace tributary::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

HttpClientOptions without_proxy() {
  HttpClientOptions options;
  options.proxy.from_environment = false;
  return options;
}

Url local(std::uint16_t port, std::string_view target = "/") {
  return *parse_url("http://127.0.0.1:" + std::to_string(port) + std::string(target));
}

Request get(Url url) {
  Request request;
  request.url = std::move(url);
  request.timeout = 5s;
  return request;
}

class HttpClientTest : public testing::Test {
 protected:
  Result<Response> send(Request request, std::stop_token stop = {}) {
    return run_task(*loop_, client_->send(std::move(request), std::move(stop)));
  }
  void use(HttpClientOptions options) { client_ = *make_http_client(*loop_, std::move(options)); }

  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<HttpClient> client_ = *make_http_client(*loop_, without_proxy());
};

TEST_F(HttpClientTest, ReadsEveryKindOfBody) {
  const ScriptedServer server({
      {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Case: Kept\r\n\r\nlength"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n"},
      {"HTTP/1.0 200 OK\r\n\r\nto the end"},
      {"HTTP/1.1 204 No Content\r\n\r\n"},
  });

  const auto length = send(get(local(server.port())));
  const auto chunked = send(get(local(server.port())));
  const auto to_end = send(get(local(server.port())));
  const auto none = send(get(local(server.port())));

  ASSERT_TRUE(length && chunked && to_end && none);
  EXPECT_EQ(length->body, "length");
  EXPECT_EQ(length->headers.begin()[1].first, "X-Case");
  EXPECT_EQ(chunked->body, "chunked");
  EXPECT_EQ(to_end->body, "to the end");
  EXPECT_EQ(none->status, 204);
}

TEST_F(HttpClientTest, SendsWhatItWasGivenAndAddsTheFraming) {
  const ScriptedServer server({{kOk, kOk}});
  Request post = get(local(server.port(), "/a%20b?x=%2F"));
  post.method = "POST";
  post.headers = {{"x-Custom", "v"}, {"Content-Length", "99"}, {"Connection", "nonsense"}};
  post.url.user_info = "me:secret";

  ASSERT_TRUE(send(post));

  EXPECT_THAT(server.heads(), ElementsAre("POST /a%20b?x=%2F HTTP/1.1\r\nHost: 127.0.0.1:" +
                                          std::to_string(server.port()) +
                                          "\r\nx-Custom: v\r\nAuthorization: Basic bWU6c2VjcmV0\r\n"
                                          "Content-Length: 0\r\n\r\n"));
}

TEST_F(HttpClientTest, KeepsAConnectionForTheNextRequest) {
  const ScriptedServer server({{kOk, kOk, kOk}});

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(get(local(server.port()))));

  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, KeepsNoneWhereToldSo) {
  const ScriptedServer server({{kOk, kOk}, {kOk, kOk}});
  HttpClientOptions options = without_proxy();
  options.idle_connections_max = 0;
  use(options);

  ASSERT_TRUE(send(get(local(server.port()))));
  ASSERT_TRUE(send(get(local(server.port()))));

  EXPECT_EQ(server.accepted(), 2);
  EXPECT_THAT(server.heads()[0], HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpClientTest, SendsAgainWhenTheKeptConnectionTurnsOutDead) {
  // The first connection answers once and then closes on the next request without a word.
  const ScriptedServer server({{kOk, ""}, {kOk}});
  Request post = get(local(server.port()));
  post.method = "POST";
  post.body = make_body("{}");

  ASSERT_TRUE(send(get(local(server.port()))));
  const auto again = send(post);

  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(HttpClientTest, DoesNotSendAgainOnAFreshConnection) {
  const ScriptedServer server({{""}, {kOk}});

  const auto failed = send(get(local(server.port())));

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::unavailable);
  EXPECT_THAT(failed.error().message(), HasSubstr("closed without an answer"));
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, ReportsATruncatedBody) {
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"}});

  const auto failed = send(get(local(server.port())));

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::unavailable);
}

TEST_F(HttpClientTest, StopsAtTheSizeLimit) {
  const ScriptedServer server(
      {{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nelevenbytes"}, {kOk, kOk}});
  Request request = get(local(server.port()));
  request.response_bytes_max = 10;

  const auto failed = send(request);

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::limit_exceeded);
  EXPECT_TRUE(send(get(local(server.port()))));
}

TEST_F(HttpClientTest, TimesOutWhereTheServerSaysNothing) {
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\n", kOk}});
  Request request = get(local(server.port()));
  request.timeout = 30ms;

  const auto failed = send(request);

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(),
            Error(Code::timeout, "GET " + request.url.to_string() + ": no answer within 30ms"));
}

TEST_F(HttpClientTest, StopsPromptly) {
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\n", kOk}});
  std::stop_source stop;
  loop_->call_at(loop_->clock().monotonic() + 10ms, [&] { stop.request_stop(); });

  const auto stopped = send(get(local(server.port())), stop.get_token());
  const auto before_it_began = send(get(local(server.port())), stop.get_token());

  ASSERT_FALSE(stopped || before_it_began);
  EXPECT_EQ(stopped.error().code(), Code::cancelled);
  EXPECT_EQ(before_it_began.error().code(), Code::cancelled);
}

TEST_F(HttpClientTest, NamesTheHostThatRefuses) {
  std::uint16_t port = 0;
  {
    const ScriptedServer gone({});
    port = gone.port();
  }

  const auto failed = send(get(local(port)));

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::unavailable);
  EXPECT_EQ(failed.error().message(), "GET http://127.0.0.1:" + std::to_string(port) +
                                          "/: connect to 127.0.0.1 port " + std::to_string(port) +
                                          ": Connection refused");
}

TEST_F(HttpClientTest, TakesZerosAsThisHost) {
  const ScriptedServer server({{kOk}});

  const auto answer =
      send(get(*parse_url("http://0.0.0.0:" + std::to_string(server.port()) + "/metrics")));

  ASSERT_TRUE(answer);
  EXPECT_THAT(server.heads()[0], HasSubstr("Host: 0.0.0.0:"));
}

TEST_F(HttpClientTest, TriesTheNextAddressWhereOneRefuses) {
  // The server listens on 127.0.0.1 alone; ::1 comes second for localhost, so begin with it.
  const ScriptedServer server({{kOk}});
  const Addresses addresses{*parse_address("::1", server.port()),
                            *parse_address("127.0.0.1", server.port())};
  Interrupt interrupt(*loop_);

  auto connection = run_task(*loop_, connect_tcp(**real_loop(*loop_), addresses, interrupt));

  EXPECT_TRUE(connection);
}

TEST_F(HttpClientTest, RefusesARequestThatWouldSplit) {
  Request request = get(local(1));
  request.headers.add("X", "a\r\nHost: evil");

  const auto refused = send(request);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
}

TEST_F(HttpClientTest, FollowsRedirectsOnlyWhereAsked) {
  const std::string moved = "HTTP/1.1 302 Found\r\nLocation: ../b?c\r\nContent-Length: 0\r\n\r\n";
  const ScriptedServer server({{moved, moved, kOk}});
  Request request = get(local(server.port(), "/x/a"));
  request.headers = {{"Authorization", "token"}};

  const auto as_it_is = send(request);
  request.follow_redirects = true;
  const auto followed = send(request);

  ASSERT_TRUE(as_it_is && followed);
  EXPECT_EQ(as_it_is->status, 302);
  EXPECT_EQ(followed->body, "ok");
  EXPECT_THAT(server.heads()[2], StartsWith("GET /b?c HTTP/1.1\r\n"));
  EXPECT_THAT(server.heads()[2], HasSubstr("Authorization: token\r\n"));
}

TEST_F(HttpClientTest, KeepsCredentialsFromAnotherHost) {
  const ScriptedServer second({{kOk}});
  const ScriptedServer first({{"HTTP/1.1 303 See Other\r\nLocation: http://localhost:" +
                               std::to_string(second.port()) + "/\r\nContent-Length: 0\r\n\r\n"}});
  Request request = get(local(first.port()));
  request.method = "POST";
  request.body = make_body("x");
  request.headers = {{"Authorization", "secret"}, {"X-Other", "stays"}};
  request.follow_redirects = true;

  const auto followed = send(request);

  ASSERT_TRUE(followed) << followed.error().message();
  EXPECT_THAT(second.heads()[0], StartsWith("GET / HTTP/1.1\r\n"));
  EXPECT_THAT(second.heads()[0], Not(HasSubstr("secret")));
  EXPECT_THAT(second.heads()[0], HasSubstr("X-Other: stays\r\n"));
}

TEST_F(HttpClientTest, StopsAfterFiveRedirects) {
  const std::string moved =
      "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\n"
      "Content-Length: 0\r\n\r\n";
  const ScriptedServer server({{moved, moved, moved, moved, moved, moved, kOk}});
  Request request = get(local(server.port()));
  request.follow_redirects = true;

  const auto failed = send(request);

  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("more than 5 redirects"));
}

TEST_F(HttpClientTest, SendsTheWholeUrlToAProxy) {
  const ScriptedServer proxy({{kOk}});
  HttpClientOptions options = without_proxy();
  options.proxy.url = *parse_url("http://me:pw@127.0.0.1:" + std::to_string(proxy.port()));
  use(options);

  ASSERT_TRUE(send(get(*parse_url("http://example.test/x?y"))));

  EXPECT_THAT(proxy.heads()[0], StartsWith("GET http://example.test/x?y HTTP/1.1\r\n"
                                           "Host: example.test\r\n"));
  EXPECT_THAT(proxy.heads()[0], HasSubstr("Proxy-Authorization: Basic bWU6cHc=\r\n"));
}

TEST_F(HttpClientTest, ReportsAProxyThatRefusesTheTunnel) {
  const ScriptedServer proxy(
      {{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"}});
  HttpClientOptions options = without_proxy();
  options.proxy.url = *parse_url("http://127.0.0.1:" + std::to_string(proxy.port()));
  options.proxy.connect_headers = {{"X-Tunnel", "t"}};
  use(options);

  const auto failed = send(get(*parse_url("https://example.test/")));

  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("answered 407"));
  EXPECT_THAT(failed.error().message(), HasSubstr("to CONNECT example.test:443"));
  EXPECT_EQ(proxy.heads()[0],
            "CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n"
            "X-Tunnel: t\r\n\r\n");
}

TEST_F(HttpClientTest, DropsIdleConnectionsAfterTheirTime) {
  const ScriptedServer server({{kOk, kOk}, {kOk}});
  HttpClientOptions options = without_proxy();
  options.idle_timeout = 10ms;
  use(options);

  ASSERT_TRUE(send(get(local(server.port()))));
  loop_->call_at(loop_->clock().monotonic() + 20ms, [&] { loop_->stop(); });
  loop_->run();
  ASSERT_TRUE(send(get(local(server.port()))));

  EXPECT_EQ(server.accepted(), 2);
}

// Collects what Request::on_body is given.
struct Sink {
  auto taker() {
    return [this](const Response& head, std::string_view piece) -> Result<void> {
      status = head.status;
      type = head.headers.get("Content-Type").value_or("");
      ++pieces;
      body += piece;
      if (body.size() >= enough) return Error(Code::invalid_argument, "that is enough");
      return {};
    };
  }

  std::size_t enough = std::string::npos;
  int status = 0;
  int pieces = 0;
  std::string type;
  std::string body;
};

TEST_F(HttpClientTest, HandsOutABodyInPieces) {
  const std::string long_body = std::string(300'000, 'l');
  const ScriptedServer server({
      {"HTTP/1.1 200 OK\r\nContent-Type: t\r\nContent-Length: 300000\r\n\r\n" + long_body,
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n",
       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nto the end"},
  });
  Sink by_length;
  Sink chunked;
  Sink empty;
  Sink to_end;

  for (Sink* sink : {&by_length, &chunked, &empty, &to_end}) {
    Request request = get(local(server.port()));
    request.on_body = sink->taker();
    const auto answer = send(request);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "");
  }

  EXPECT_EQ(by_length.body, long_body);
  EXPECT_GT(by_length.pieces, 1);
  EXPECT_EQ(by_length.type, "t");
  EXPECT_EQ(chunked.body, "chunked");
  EXPECT_EQ(empty.pieces, 0);
  EXPECT_EQ(to_end.body, "to the end");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, HandsOutNoBodyButThatOfA200) {
  const ScriptedServer server(
      {{"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nmoved", kOk,
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"}});
  Sink sink;
  Request request = get(local(server.port()));
  request.follow_redirects = true;
  request.on_body = sink.taker();

  const auto followed = send(request);
  const auto busy = send(request);

  ASSERT_TRUE(followed && busy);
  EXPECT_EQ(sink.body, "ok");
  EXPECT_EQ(sink.status, 200);
  EXPECT_EQ(followed->status, 200);
  EXPECT_EQ(busy->body, "busy");
}

TEST_F(HttpClientTest, EndsWithTheErrorOfWhoTakesTheBody) {
  const ScriptedServer server({{kOk, kOk}, {kOk}});
  Sink sink;
  sink.enough = 1;
  Request request = get(local(server.port()));
  request.on_body = sink.taker();

  const auto refused = send(request);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Error(Code::invalid_argument, "that is enough"));
  EXPECT_TRUE(send(get(local(server.port()))));
  EXPECT_EQ(server.accepted(), 2) << "the connection was kept with an unread body";
}

TEST_F(HttpClientTest, CountsTheBytesOfTheWireWhenItHandsOutABody) {
  const std::string chunks = "6\r\nabcdef\r\n5\r\nghijk\r\n0\r\n\r\n";
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nelevenbytes"},
                               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks},
                               {"HTTP/1.1 200 OK\r\n\r\nelevenbytes"},
                               {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nshort"}});

  for (int i = 0; i < 4; ++i) {
    Sink sink;
    Request request = get(local(server.port()));
    request.response_bytes_max = i < 3 ? 10 : 11;
    request.on_body = sink.taker();

    const auto failed = send(request);

    ASSERT_FALSE(failed) << i;
    EXPECT_EQ(failed.error().code(), i < 3 ? Code::limit_exceeded : Code::unavailable) << i;
    EXPECT_LE(sink.body.size(), 10U) << i;
  }
}

TEST_F(HttpClientTest, SpeaksThroughASocketFile) {
  const std::string path = testing::TempDir() + "tributary_client_" + std::to_string(::getpid());
  const ScriptedServer server(path, {{kOk, kOk}});
  HttpClientOptions options;
  options.unix_socket = path;
  options.proxy.url = *parse_url("http://127.0.0.1:1");
  use(options);

  const auto first = send(get(*parse_url("http://docker/v1.41/info")));
  const auto second = send(get(*parse_url("http://docker/")));

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->body, "ok");
  EXPECT_THAT(server.heads(),
              ElementsAre("GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n", testing::_));
}

TEST_F(HttpClientTest, SaysWhichSocketFileDoesNotAnswer) {
  HttpClientOptions options;
  options.unix_socket = "/does/not/exist";
  use(options);

  const auto failed = send(get(*parse_url("http://docker/")));
  options.unix_socket = std::string(200, 'x');
  const auto too_long = make_http_client(*loop_, options);

  EXPECT_EQ(failed.error().code(), Code::unavailable);
  EXPECT_THAT(failed.error().message(),
              HasSubstr("connect to /does/not/exist: No such file or directory"));
  EXPECT_EQ(too_long.error().code(), Code::invalid_argument);
}

}  // namespace
}  // namespace tributary::net
