// Who calls the lab's APIs, and what he may do: asked of the hub, which alone knows the secrets and
// the policies. The lab shows its service key there (`tributary-hub service-key create`).
//
// Threads: the Loop's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::lab {

struct Caller {
  std::string arn;
  std::string account;
  std::string user_id;
  std::string access_key_id;  // stands for the caller in later questions
  std::string region;         // of the signature
};

struct Question {
  std::string access_key_id;                   // of the caller
  std::string action;                          // "ecs:RunTask"
  std::string resource;                        // an ARN, or "*"
  std::map<std::string, std::string> context;  // condition keys: "iam:PassedToService"
};

// Why a request is refused, in the words of AWS.
struct Denial {
  int status = 403;
  std::string type;           // "AccessDeniedException"
  std::string message;        // "User: ... is not authorized to perform: ..."
  std::string explanation{};  // the hub's own: which statement is missing on which side
};

class Authority {
 public:
  virtual ~Authority() = default;

  struct Verdict {
    Caller caller;
    std::optional<Denial> denial;
  };
  // Whose signature a request bears. `service` is the name its scope must have: "ecs". Errors: the
  // hub does not answer.
  virtual net::Task<Result<Verdict>> verify(net::ServerRequest request, std::string service) = 0;

  // Nothing when allowed.
  virtual net::Task<Result<std::optional<Denial>>> authorize(Question question) = 0;
};

}  // namespace tributary::lab
