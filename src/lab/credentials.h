// The task role's sessions: asked of the hub in the name of ECS, renewed before they expire, and
// handed to the task's containers by the credentials endpoint.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab {

class TaskCredentials {
 public:
  struct Options {
    net::Url hub;
    std::string region;
    std::string role_arn;
    std::string task_arn;
    std::chrono::seconds duration{3600};  // of a session
  };

  // `ecs` signs the requests for sessions: an administrator of the task's account.
  TaskCredentials(net::Loop& loop, Random& random, net::HttpClient& client, aws::Credentials ecs,
                  Options options, Logger log);

  const std::string& id() const { return id_; }
  const std::string& authorization_token() const { return token_; }

  // Asks for the first session; a refusal is the task's failure to start.
  net::Task<Result<void>> fetch(std::stop_token stop);
  // Goes on asking, ahead of expiry, until stopped. A failure is logged and tried again.
  net::Task<void> keep_fresh(std::stop_token stop);

  // What the endpoint answers to a container that shows `authorization`.
  net::Response answer(std::string_view authorization) const;

 private:
  net::Loop& loop_;
  net::HttpClient& client_;
  aws::Credentials ecs_;
  Options options_;
  Logger log_;
  std::string id_;
  std::string token_;
  std::optional<aws::Credentials> session_;
};

// The session in the answer to TributaryIssueTaskCredentials.
Result<aws::Credentials> parse_session(std::string_view xml);

}  // namespace tributary::lab
