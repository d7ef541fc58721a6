// The front of the lab's AWS APIs: POST / with X-Amz-Target, JSON 1.1 in and out
// (smithy.io: awsJson1_1). A request's signature is verified before anything looks at its body.
// Errors are told by the name in "__type", with status 400 unless the lab or the hub is at fault.
//
// Threads: the Loop's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "config/node.h"
#include "lab/api/authority.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::lab {

struct ApiCall {
  std::string operation;    // "CreateCluster"
  config::Node parameters;  // the JSON body: a mapping
  Caller caller;
};

struct ApiAnswer {
  int status = 200;
  std::string error_type;     // "ClusterNotFoundException"; "" on success
  std::string body;           // JSON on success, the message otherwise
  std::string explanation{};  // of a denial; goes into the header x-tributary-denial
};

ApiAnswer api_error(std::string type, std::string message, int status = 400);
ApiAnswer api_error(const Denial& denial);
// Of the lab itself or of the hub: 503 where a retry may help, 500 otherwise.
ApiAnswer api_error(const Error& error);

// The answer to a caller who may not; nothing when he may.
net::Task<std::optional<ApiAnswer>> refusal(Authority& authority, Question question);

// One AWS service. Authorises each operation itself, since only it knows the resources.
class ApiService {
 public:
  virtual ~ApiService() = default;
  virtual std::string_view name() const = 0;  // "ecs": of the signature's scope and actions
  virtual std::string_view target_prefix() const = 0;  // "AmazonEC2ContainerServiceV20141113"
  virtual net::Task<ApiAnswer> handle(ApiCall call) = 0;
};

class ApiFront {
 public:
  // All outlive it.
  ApiFront(Authority& authority, std::vector<ApiService*> services, Random& random, Logger log);

  net::Task<net::Response> handle(net::ServerRequest request);

 private:
  net::Task<ApiAnswer> answer(net::ServerRequest request, std::string target);

  Authority& authority_;
  std::vector<ApiService*> services_;
  Random& random_;
  Logger log_;
};

}  // namespace tributary::lab
