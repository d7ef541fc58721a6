// Sessions of a task's roles: asked of the hub with the lab's service key, under the role's trust
// policy for ecs-tasks.amazonaws.com, and renewed before they expire.
//
// Threads: the Loop's.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "base/log.h"
#include "base/result.h"
#include "lab/api/hub_client.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab {

class RoleSession {
 public:
  struct Options {
    std::string role_arn;
    std::string task_arn;
    std::chrono::seconds duration{3600};  // of a session; 15 min to 12 h
  };

  // `loop` and `hub` outlive the session.
  RoleSession(net::Loop& loop, HubClient& hub, Options options, Logger log);

  // Asks for a session. Errors: as HubClient's.
  net::Task<Result<void>> fetch();
  // Goes on asking after two thirds of a session's life, until stopped. A failure is logged and
  // tried again.
  net::Task<void> keep_fresh(std::stop_token stop);

  const std::string& role_arn() const { return options_.role_arn; }
  // The session, while it is valid.
  const aws::Credentials* current() const;

 private:
  net::Loop& loop_;
  HubClient& hub_;
  Options options_;
  Logger log_;
  std::optional<aws::Credentials> session_;
};

// The session in the result of TributaryIssueTaskCredentials.
Result<aws::Credentials> read_session(const aws::XmlTexts& result);

// What the credentials endpoint answers to a container.
std::string credentials_json(std::string_view role_arn, const aws::Credentials& session);

}  // namespace tributary::lab
