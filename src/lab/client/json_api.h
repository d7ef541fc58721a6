// Calls of one AWS service that speaks JSON 1.1 (smithy.io: awsJson1_1): POST / with X-Amz-Target.
//
// Threads: the Loop's.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/node.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::lab::client {

class JsonApi {
 public:
  // `http` signs, and outlives it.
  JsonApi(net::HttpClient& http, net::Url endpoint, std::string target_prefix)
      : http_(http), endpoint_(std::move(endpoint)), target_prefix_(std::move(target_prefix)) {}

  // The answer, a mapping. A refusal is an error whose message is "Type: message".
  net::Task<Result<config::Node>> call(std::string operation, std::string body,
                                       std::stop_token stop);

 private:
  net::HttpClient& http_;
  net::Url endpoint_;
  std::string target_prefix_;
};

// Whether the service refused with that type: "ClusterNotFoundException".
bool is_refusal(const Error& error, std::string_view type);

}  // namespace tributary::lab::client
