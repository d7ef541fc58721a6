// An HttpClient for tests: a function answers every request, at once or after a delay on the loop,
// with stop, timeout and the size limit honoured as the real client does. What was sent is kept.
//
//   auto http = std::make_shared<FakeHttp>(loop, [](const Request& request) -> Result<Response> {
//     return Response{.status = 200, .headers = {}, .body = "ok"};
//   });
//   context.make_http_client = make_fake_http_client_factory(http);
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "net/http.h"

namespace tributary::net {

// What all clients of one test share: the script and the record.
struct FakeHttp {
  using Answer = std::function<Result<Response>(const Request&)>;

  FakeHttp(Loop& on_loop, Answer with_answer) : loop(on_loop), answer(std::move(with_answer)) {}

  static constexpr Duration kNever = 24h * 36'500;

  Loop& loop;
  Answer answer;        // called when a request is sent; may change `delay` for that request
  Duration delay = 0s;  // from a request to its answer; 0 = at once, kNever = not at all
  std::size_t piece_bytes = 64U << 10;  // the longest piece that Request::on_body is given

  std::vector<Request> requests;           // in the order they were sent
  std::vector<HttpClientOptions> clients;  // what each client was made with
  std::size_t in_flight = 0;
};

class FakeHttpClient final : public HttpClient {
 public:
  explicit FakeHttpClient(std::shared_ptr<FakeHttp> http) : http_(std::move(http)) {}

  Task<Result<Response>> send(Request request, std::stop_token stop) override;

 private:
  std::shared_ptr<FakeHttp> http_;
};

// Fits collector::Context::make_http_client.
std::function<Result<std::unique_ptr<HttpClient>>(HttpClientOptions)> make_fake_http_client_factory(
    std::shared_ptr<FakeHttp> http);

}  // namespace tributary::net
