#include "net/fake_http_client.h"

#include <gtest/gtest.h>

#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::net {
namespace {

Request get(std::string_view url) {
  Request request;
  request.url = *parse_url(url);
  return request;
}

Result<Response> echo_path(const Request& request) {
  return Response{.status = 200, .headers = {}, .body = request.url.target};
}

TEST(FakeHttpClient, AnswersAtOnceAndKeepsTheRequest) {
  FakeLoop loop;
  auto http = std::make_shared<FakeHttp>(loop, echo_path);
  FakeHttpClient client(http);

  auto answer = run_task(loop, client.send(get("http://a/x"), {}));

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "/x");
  ASSERT_EQ(http->requests.size(), 1U);
  EXPECT_EQ(http->requests[0].url.to_string(), "http://a/x");
}

TEST(FakeHttpClient, AnswersAfterTheDelay) {
  FakeLoop loop;
  auto http = std::make_shared<FakeHttp>(loop, echo_path);
  http->delay = 2s;
  FakeHttpClient client(http);
  Started<Result<Response>> answer(client.send(get("http://a/"), {}));

  loop.advance(1s);
  EXPECT_FALSE(answer.done());
  EXPECT_EQ(http->in_flight, 1U);
  loop.advance(1s);

  ASSERT_TRUE(answer.done());
  EXPECT_TRUE(answer.take());
  EXPECT_EQ(http->in_flight, 0U);
}

TEST(FakeHttpClient, TimesOutAndStops) {
  FakeLoop loop;
  auto http = std::make_shared<FakeHttp>(loop, echo_path);
  http->delay = FakeHttp::kNever;
  FakeHttpClient client(http);
  std::stop_source stop;
  Request request = get("http://a/");
  request.timeout = 10s;
  Started<Result<Response>> late(client.send(request, {}));
  Started<Result<Response>> stopped(client.send(request, stop.get_token()));

  stop.request_stop();
  loop.advance(10s);

  ASSERT_TRUE(late.done() && stopped.done());
  const auto timeout = late.take();
  EXPECT_EQ(timeout.error(), Error(Code::timeout, "GET http://a/: no answer within 10s"));
  EXPECT_EQ(stopped.take().error().code(), Code::cancelled);
}

TEST(FakeHttpClient, RefusesABodyAboveTheLimit) {
  FakeLoop loop;
  FakeHttpClient client(std::make_shared<FakeHttp>(loop, [](const Request&) -> Result<Response> {
    return Response{.status = 200, .headers = {}, .body = "12345"};
  }));
  Request request = get("http://a/");
  request.response_bytes_max = 4;

  const auto answer = run_task(loop, client.send(request, {}));

  EXPECT_EQ(answer.error().code(), Code::limit_exceeded);
}

TEST(FakeHttpClient, ClientsOfOneFactoryShareTheScript) {
  FakeLoop loop;
  auto http = std::make_shared<FakeHttp>(loop, echo_path);
  const auto make = make_fake_http_client_factory(http);
  HttpClientOptions options;
  options.idle_connections_max = 7;

  auto first = make(options);
  auto second = make({});
  EXPECT_TRUE(run_task(loop, (*first)->send(get("http://a/1"), {})));
  EXPECT_TRUE(run_task(loop, (*second)->send(get("http://a/2"), {})));

  EXPECT_EQ(http->requests.size(), 2U);
  ASSERT_EQ(http->clients.size(), 2U);
  EXPECT_EQ(http->clients[0].idle_connections_max, 7U);
}

TEST(FakeHttpClient, HandsOutTheBodyInPieces) {
  FakeLoop loop;
  auto http = std::make_shared<FakeHttp>(loop, echo_path);
  http->piece_bytes = 4;
  FakeHttpClient client(http);
  std::vector<std::string> pieces;
  Request request = get("http://a/metrics");
  request.on_body = [&](const Response& head, std::string_view piece) -> Result<void> {
    EXPECT_EQ(head.status, 200);
    pieces.emplace_back(piece);
    if (pieces.size() == 3) return Error(Code::invalid_argument, "enough");
    return {};
  };

  const auto whole = run_task(loop, client.send(request, {}));
  const auto refused = run_task(loop, client.send(request, {}));

  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body, "");
  EXPECT_EQ(pieces, (std::vector<std::string>{"/met", "rics", "/met"}));
  EXPECT_EQ(refused.error().message(), "enough");
}

}  // namespace
}  // namespace tributary::net
