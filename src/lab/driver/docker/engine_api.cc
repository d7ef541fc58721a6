#include "lab/driver/docker/engine_api.h"

#include <limits>

#include "lab/driver/docker/answers.h"

namespace tributary::lab::docker {
namespace {

Code code_of(int status) {
  switch (status) {
    case 400: return Code::invalid_argument;
    case 401:
    case 403: return Code::unauthenticated;
    case 404: return Code::not_found;
    case 409: return Code::already_exists;
    default: return Code::internal;
  }
}

}  // namespace

net::Task<Result<std::string>> EngineApi::ask(Call call) {
  const bool own = call.target.starts_with(kLibpod);
  net::Request request;
  request.method = call.method;
  request.url.scheme = "http";
  request.url.host = "docker";
  request.url.port = 80;
  request.url.target = (own ? "" : prefix_) + call.target;
  request.headers = std::move(call.headers);
  request.timeout = call.timeout;
  if (!call.body.empty() || call.method == "POST") {
    request.headers.set("Content-Type", call.content_type);
    request.body = net::make_body(std::move(call.body));
  }
  if (call.on_piece) {
    request.response_bytes_max = std::numeric_limits<std::size_t>::max();
    request.on_body = [on_piece = std::move(call.on_piece)](
                          const net::Response&, std::string_view piece) { return on_piece(piece); };
  }
  Result<net::Response> answer = co_await client_->send(std::move(request), call.stop);
  if (!answer) co_return answer.error();
  if (answer->status >= 200 && answer->status <= 304) co_return std::move(answer->body);
  std::string text = error_text(answer->body);
  if (text.empty()) text = "status " + std::to_string(answer->status) + " without a message";
  co_return Error(code_of(answer->status), std::move(text));
}

net::Task<Result<std::string>> EngineApi::get(std::string target) {
  Call call{.method = "GET", .target = std::move(target)};
  co_return co_await ask(std::move(call));
}

net::Task<Result<std::string>> EngineApi::post(std::string target, std::string body) {
  Call call{.method = "POST", .target = std::move(target), .body = std::move(body)};
  co_return co_await ask(std::move(call));
}

net::Task<Result<std::string>> EngineApi::remove(std::string target) {
  Call call{.method = "DELETE", .target = std::move(target)};
  co_return co_await ask(std::move(call));
}

}  // namespace tributary::lab::docker
