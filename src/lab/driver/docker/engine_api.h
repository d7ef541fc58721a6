// Docker's API over a client: calls that give the body of a good answer, or an Error with what the
// engine says.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::lab::docker {

class EngineApi {
 public:
  static constexpr Duration kTimeout = 2min;  // a slow disk makes creating and removing slow

  explicit EngineApi(std::unique_ptr<net::HttpClient> client) : client_(std::move(client)) {}

  // "/v1.41": goes before each target that is not of libpod's own API.
  void set_version(std::string prefix) { prefix_ = std::move(prefix); }

  struct Call {
    std::string method;
    std::string target;  // "/containers/json?all=1"
    std::string body;
    std::string content_type = "application/json";
    net::Headers headers;
    Duration timeout = kTimeout;  // 0: none
    // Takes the body of a good answer in pieces, of which there may be any number.
    std::function<Result<void>(std::string_view piece)> on_piece;
    std::stop_token stop;
  };

  // The body of an answer with a status of 200 to 304. Errors: not_found, invalid_argument,
  // already_exists (409: a conflict with what is), unauthenticated, internal, and those of
  // HttpClient::send.
  net::Task<Result<std::string>> ask(Call call);
  net::Task<Result<std::string>> get(std::string target);
  net::Task<Result<std::string>> post(std::string target, std::string body = "");
  net::Task<Result<std::string>> remove(std::string target);

 private:
  std::unique_ptr<net::HttpClient> client_;
  std::string prefix_;
};

// What only podman has, for what its imitation of Docker's API does badly.
inline constexpr std::string_view kLibpod = "/v4.0.0/libpod";

}  // namespace tributary::lab::docker
