// A request to IAM or STS after its signature was verified, and the answer to send (hub-spec 2.1,
// 2.2). No sockets here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/identity/api_error.h"
#include "hub/identity/params.h"
#include "hub/identity/principal.h"
#include "hub/identity/request_context.h"

namespace tributary::hub::identity {

struct ApiRequest {
  Params params;  // Action, Version and the operation's own
  Principal caller;
  std::string request_id;
  RequestContext context;  // of the transport: aws:SourceIp, aws:SecureTransport, aws:UserAgent
};

// What a service asked about for somebody, and was told to refuse.
struct Refusal {
  std::string caller;  // ARN; "" where it is not known
  std::string account;
  std::string action;
  std::string resource;
  ApiError error;
};

struct ApiResponse {
  int status = 200;
  std::string content_type = "text/xml";
  std::vector<std::pair<std::string, std::string>> headers;  // x-amzn-RequestId, and of a denial
  std::string body;

  // For the audit log.
  std::string action;    // "iam:CreateRole"; "" where there is no such operation
  std::string resource;  // what was authorised
  bool changes = false;  // state, or credentials are issued
  std::optional<ApiError> error;
  std::optional<Refusal> refusal;
};

// Which of the two a request is for is told by its Version.
struct ApiService {
  std::string_view prefix;  // of actions
  std::string_view version;
  std::string_view name_space;  // xmlns
};
inline constexpr ApiService kIam{"iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"};
inline constexpr ApiService kSts{"sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"};

// "iam:CreateRole"
std::string action_name(const ApiService& service, std::string_view operation);

// The answer to a request that fails, also before any operation was reached.
ApiResponse error_response(const ApiService& service, ApiError error, std::string_view request_id);

// The answer to one that succeeds; `result` is what stands inside <{Op}Result>, nothing where the
// operation has none.
ApiResponse success_response(const ApiService& service, std::string_view operation,
                             const std::optional<std::string>& result, std::string_view request_id);

}  // namespace tributary::hub::identity
