#include "net/fake_http_client.h"

#include <algorithm>
#include <utility>

#include "base/duration.h"

namespace tributary::net {
namespace {

Task<Result<Response>> exchange(std::shared_ptr<FakeHttp> http, Request request,
                                std::stop_token stop) {
  const std::string what = request.method + " " + request.url.to_string();
  if (stop.stop_requested()) co_return Error(Code::cancelled, what + ": stopped");
  http->requests.push_back(request);
  Result<Response> answer = http->answer(request);

  const Duration delay = std::min(http->delay, FakeHttp::kNever);
  const bool late = request.timeout > 0s && delay >= request.timeout;
  if (delay > 0s) {
    ++http->in_flight;
    const bool elapsed = co_await sleep_for(http->loop, late ? request.timeout : delay, stop);
    --http->in_flight;
    if (!elapsed) co_return Error(Code::cancelled, what + ": stopped");
  }
  if (late)
    co_return Error(Code::timeout, what + ": no answer within " + go_duration(request.timeout));
  if (answer && answer->body.size() > request.response_bytes_max)
    co_return Error(
        Code::limit_exceeded,
        what + ": body longer than " + std::to_string(request.response_bytes_max) + " bytes");
  if (answer && answer->status == 200 && request.on_body) {
    const std::string body = std::exchange(answer->body, {});
    std::string_view rest = body;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, std::max<std::size_t>(http->piece_bytes, 1));
      if (auto taken = request.on_body(*answer, piece); !taken) co_return taken.error();
      rest.remove_prefix(piece.size());
    }
  }
  co_return answer;
}

}  // namespace

Task<Result<Response>> FakeHttpClient::send(Request request, std::stop_token stop) {
  return exchange(http_, std::move(request), std::move(stop));
}

std::function<Result<std::unique_ptr<HttpClient>>(HttpClientOptions)> make_fake_http_client_factory(
    std::shared_ptr<FakeHttp> http) {
  return
      [http = std::move(http)](HttpClientOptions options) -> Result<std::unique_ptr<HttpClient>> {
        http->clients.push_back(std::move(options));
        return std::unique_ptr<HttpClient>(std::make_unique<FakeHttpClient>(http));
      };
}

}  // namespace tributary::net
