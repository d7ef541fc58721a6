#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/connection.h"
#include "net/http.h"
#include "net/run_task.h"

namespace tributary::net {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Answers with what it was asked.
Task<Response> echo(ServerRequest request) {
  Response response;
  response.headers.add("X-Method", request.method);
  response.headers.add("X-Target", request.target);
  response.headers.add("X-Tls", request.is_tls ? "yes" : "no");
  response.body = std::move(request.body);
  co_return response;
}

Task<Response> nap_and_answer(Loop* loop, Duration duration, std::stop_token stop) {
  const bool whole = co_await sleep_for(*loop, duration, stop);
  co_return Response{.status = 200, .headers = {}, .body = whole ? "slept" : "stopped"};
}

Task<Response> nap_and_note(Loop* loop, std::stop_token stop, std::optional<bool>* slept) {
  *slept = co_await sleep_for(*loop, 1h, stop);
  co_return Response{};
}

// Sends `bytes` and reads until the server closes.
Task<std::string> talk(EpollLoop& loop, std::uint16_t port, std::string bytes) {
  Interrupt interrupt(loop);
  interrupt.set_deadline(loop.clock().monotonic() + 5s);
  const Addresses addresses{*parse_address("127.0.0.1", port)};
  auto connected = co_await connect_tcp(loop, addresses, interrupt);
  if (!connected) co_return connected.error().message();
  Connection& connection = **connected;
  const Result<void> sent = co_await connection.write(bytes, "", interrupt);
  if (!sent) co_return sent.error().message();
  std::string answer;
  while (true) {
    const auto got = co_await connection.read(interrupt);
    if (!got) co_return answer + "<" + got.error().message() + ">";
    if (got->empty()) co_return answer;
    answer += *got;
  }
}

// Sends `bytes` and keeps the connection.
Task<std::unique_ptr<Connection>> send_a_part(EpollLoop& loop, std::uint16_t port,
                                              std::string bytes) {
  Interrupt interrupt(loop);
  interrupt.set_deadline(loop.clock().monotonic() + 5s);
  const Addresses addresses{*parse_address("127.0.0.1", port)};
  auto connected = co_await connect_tcp(loop, addresses, interrupt);
  if (!connected) co_return nullptr;
  const Result<void> sent = co_await (*connected)->write(bytes, "", interrupt);
  if (!sent) co_return nullptr;
  co_return std::move(*connected);
}

class HttpServerTest : public testing::Test {
 protected:
  ~HttpServerTest() override {
    if (server_) run_task(*loop_, server_->shutdown(0s));
  }

  void start(HttpServerOptions options = {}, Handler handler = echo) {
    auto started = start_http_server(*loop_, std::move(options), std::move(handler), {});
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::move(*started);
  }
  std::string exchange(std::string bytes) {
    return run_task(*loop_, talk(real(), server_->port(), std::move(bytes)));
  }
  void wait_for(const Started<std::string>& started) {
    while (!started.done()) run_task(*loop_, nap_and_answer(loop_.get(), 1ms, {}));
  }
  void wait_for_request_bytes(std::size_t bytes) {
    while (server_->stats().request_bytes != bytes)
      run_task(*loop_, nap_and_answer(loop_.get(), 1ms, {}));
  }
  EpollLoop& real() { return **real_loop(*loop_); }
  Request get(std::string_view target, std::string_view scheme = "http") {
    Request request;
    request.url =
        *parse_url(std::string(scheme) + "://localhost:" + std::to_string(server_->port()) +
                   std::string(target));
    request.timeout = 5s;
    return request;
  }

  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HandsTheTargetOverAsItCame) {
  start();

  const std::string answer =
      exchange("GET //a/%7e/../b?x=+&y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Target: //a/%7e/../b?x=+&y\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 0\r\nConnection: close\r\n\r\n"));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();

  const std::string answer = exchange(
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
      "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
      "GET /3 HTTP/1.0\r\n\r\n");

  const std::size_t first = answer.find("X-Target: /1\r\n");
  const std::size_t second = answer.find("X-Target: /2\r\n");
  const std::size_t third = answer.find("X-Target: /3\r\n");
  EXPECT_TRUE(first < second && second < third && third != answer.npos) << answer;
  EXPECT_THAT(answer, AllOf(HasSubstr("\r\n\r\none"), HasSubstr("\r\n\r\ntwo")));
}

TEST_F(HttpServerTest, SendsNoBodyToHead) {
  start({}, [](ServerRequest request) { return echo(std::move(request)); });

  const std::string answer =
      exchange("HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");

  EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, SaysContinueWhereAsked) {
  start();

  const std::string answer = exchange(
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n"
      "Connection: close\r\n\r\n" +
      std::string(100'000, 'x'));

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, AnswersMalformedAndOversizedRequests) {
  HttpServerOptions options;
  options.header_bytes_max = 1000;
  options.body_bytes_max = 10;
  start(options);

  EXPECT_THAT(exchange("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n" +
                       std::string(4'000'000, 'x')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange("GET / HTTP/3.0\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
}

TEST_F(HttpServerTest, ClosesOnSlowClients) {
  HttpServerOptions options;
  options.header_timeout = 20ms;
  options.body_timeout = 20ms;
  start(options);

  EXPECT_THAT(exchange("GET / HTT"), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc"),
              StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, ClosesIdleConnectionsWithoutAWord) {
  HttpServerOptions options;
  options.idle_timeout = 20ms;
  start(options);

  EXPECT_EQ(exchange(""), "");
}

TEST_F(HttpServerTest, RefusesConnectionsAboveTheLimit) {
  HttpServerOptions options;
  options.connections_max = 1;
  start(options);
  const auto client = *make_http_client(*loop_, {});
  ASSERT_TRUE(run_task(*loop_, client->send(get("/"), {})));  // and keeps its connection

  const std::string answer = exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
}

TEST_F(HttpServerTest, ServesAThousandRequestsOnOneConnection) {
  HttpServerOptions options;
  options.connections_max = 1;
  start(options);
  const auto client = *make_http_client(*loop_, {});
  Request request = get("/");
  request.method = "POST";

  for (int i = 0; i < 1000; ++i) {
    request.body = make_body(std::to_string(i));
    const auto answer = run_task(*loop_, client->send(request, {}));
    ASSERT_TRUE(answer) << answer.error().message();
    ASSERT_EQ(answer->body, std::to_string(i));
  }
}

TEST_F(HttpServerTest, CarriesLargeBodiesBothWays) {
  start();
  const auto client = *make_http_client(*loop_, {});
  Request request = get("/");
  request.method = "POST";
  request.body = make_body(std::string(8'000'000, 'z'));

  const auto answer = run_task(*loop_, client->send(request, {}));

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, *request.body);
}

TEST_F(HttpServerTest, LetsAClientSeeWhyItsBodyWasRefused) {
  HttpServerOptions options;
  options.body_bytes_max = 10;
  start(options);
  const auto client = *make_http_client(*loop_, {});
  Request request = get("/");
  request.method = "POST";
  request.body = make_body(std::string(4'000'000, 'z'));

  const auto answer = run_task(*loop_, client->send(request, {}));

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpServerTest, DropsResponseHeadersThatWouldSplit) {
  start({}, [](ServerRequest) -> Task<Response> {
    co_return Response{.status = 200, .headers = {{"X", "a\r\nEvil: b"}, {"Y", "c"}}, .body = ""};
  });

  const std::string answer = exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, Not(HasSubstr("Evil")));
  EXPECT_THAT(answer, HasSubstr("\r\nY: c\r\n"));
}

TEST_F(HttpServerTest, OutlivesAPeerThatLeavesWhileItsRequestRuns) {
  start({},
        [this](ServerRequest request) { return nap_and_answer(loop_.get(), 20ms, request.stop); });
  const auto client = *make_http_client(*loop_, {});
  Request impatient = get("/");
  impatient.timeout = 5ms;

  EXPECT_EQ(run_task(*loop_, client->send(impatient, {})).error().code(), Code::timeout);
  const auto next = run_task(*loop_, client->send(get("/"), {}));

  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, "slept");
}

TEST_F(HttpServerTest, StopsTheHandlerOfAClientThatHasGone) {
  std::optional<bool> slept;
  start({}, [&](ServerRequest request) {
    return nap_and_note(loop_.get(), std::move(request.stop), &slept);
  });
  Request request = get("/");
  request.timeout = 50ms;
  auto client = make_http_client(*loop_, {});

  const auto answer = run_task(*loop_, (*client)->send(std::move(request), {}));
  client->reset();
  while (!slept) run_task(*loop_, nap_and_answer(loop_.get(), 1ms, {}));

  EXPECT_EQ(answer.error().code(), Code::timeout);
  EXPECT_EQ(slept, false);
  EXPECT_EQ(server_->stats().clients_left, 1U);
}

TEST_F(HttpServerTest, RefusesAnswersThatDoNotFitIntoWhatMayWaitForReaders) {
  start({.answer_bytes_max = 1000});

  const std::string small =
      exchange("POST / HTTP/1.0\r\nContent-Length: 999\r\n\r\n" + std::string(999, 'x'));
  const std::string large =
      exchange("POST / HTTP/1.0\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));

  EXPECT_THAT(small, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(large, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(large, HasSubstr("Retry-After: 1"));
  EXPECT_EQ(server_->stats().answers_refused, 1U);
  EXPECT_EQ(server_->stats().answer_bytes, 0U);
}

TEST_F(HttpServerTest, RefusesBodiesThatTogetherAreMoreThanItMayHold) {
  start({.request_bytes_max = 1U << 20});
  const std::string part =
      "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 700001\r\n\r\n" +
      std::string(700'000, 'x');
  auto first = run_task(*loop_, send_a_part(real(), server_->port(), part));
  ASSERT_TRUE(first);
  wait_for_request_bytes(700'000);

  const std::string second = exchange(part + "x");
  const auto refused = server_->stats().requests_refused;
  first.reset();
  wait_for_request_bytes(0);
  const std::string third = exchange(part + "x");

  EXPECT_THAT(second, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: 1\r\n")));
  EXPECT_EQ(refused, 1U);
  EXPECT_THAT(third, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server_->stats().request_bytes, 0U);
}

TEST_F(HttpServerTest, CountsABodyUntilItsHandlerHasEnded) {
  std::size_t held = 0;
  start({}, [&](ServerRequest request) {
    held = server_->stats().request_bytes;
    return echo(std::move(request));
  });

  exchange("PUT / HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody");

  EXPECT_EQ(held, 4U);
  EXPECT_EQ(server_->stats().request_bytes, 0U);
}

TEST_F(HttpServerTest, LetsRunningRequestsEndWhenItShutsDown) {
  start({}, [this](ServerRequest request) {
    loop_->stop();
    return nap_and_answer(loop_.get(), 10ms, request.stop);
  });
  const std::uint16_t port = server_->port();
  Started<std::string> idle(talk(real(), port, ""));
  Started<std::string> running(talk(real(), port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  loop_->run();  // until the request runs

  run_task(*loop_, server_->shutdown(5s));
  const std::string refused = run_task(*loop_, talk(real(), port, ""));
  wait_for(running);
  wait_for(idle);

  EXPECT_THAT(refused, HasSubstr("Connection refused"));
  EXPECT_THAT(running.take(), AllOf(HasSubstr("slept"), HasSubstr("Connection: close")));
  EXPECT_EQ(idle.take(), "");
}

TEST_F(HttpServerTest, StopsHandlersWhenItsPatienceEnds) {
  std::optional<bool> slept;
  start({}, [this, &slept](ServerRequest request) {
    loop_->stop();
    return nap_and_note(loop_.get(), request.stop, &slept);
  });
  Started<std::string> running(talk(real(), server_->port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  loop_->run();  // until the request runs

  run_task(*loop_, server_->shutdown(10ms));

  EXPECT_EQ(slept, false);
  wait_for(running);
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  start();
  HttpServerOptions taken;
  taken.port = server_->port();
  HttpServerOptions foreign;
  foreign.address = "192.0.2.1";
  HttpServerOptions no_certificate;
  no_certificate.tls = TlsServerOptions{"/does/not/exist", "/neither"};
  const auto fails = [&](const HttpServerOptions& options) {
    return start_http_server(*loop_, options, echo, {}).error();
  };

  EXPECT_EQ(fails(taken).code(), Code::unavailable);
  EXPECT_THAT(fails(taken).message(), HasSubstr("Address already in use"));
  EXPECT_EQ(fails(foreign).code(), Code::invalid_argument);
  EXPECT_EQ(fails(no_certificate).code(), Code::invalid_argument);
}

}  // namespace
}  // namespace tributary::net
