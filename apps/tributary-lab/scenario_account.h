// One account of a scenario, as its administrator: signed calls of IAM, AMP, ECS and Logs.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "aws/signing_session.h"
#include "base/random.h"
#include "base/result.h"
#include "lab/client/commands.h"
#include "net/http.h"
#include "net/task.h"
#include "scenario_rig.h"

namespace tributary {

class ScenarioAccount {
 public:
  struct Where {
    std::string region;
    std::string hub;
    std::string lab;
  };
  // `loop` and `random` outlive it.
  static Result<std::unique_ptr<ScenarioAccount>> make(net::Loop& loop, Random& random,
                                                       AccountKeys keys, Where where,
                                                       std::stop_token stop);

  const std::string& number() const { return keys_.account; }
  // For the commands of lab/client. What they print is in `printed`.
  lab::client::Session& session() { return *session_; }
  const std::string& printed() const { return printed_; }

  using Fields = std::vector<std::pair<std::string, std::string>>;
  // With its one inline policy.
  net::Task<Result<void>> create_role(std::string name, std::string trust, std::string policy);
  // Its id.
  net::Task<Result<std::string>> create_workspace(std::string alias);
  // The answer's body.
  net::Task<Result<std::string>> query(std::string workspace, std::string expression);

 private:
  ScenarioAccount(net::Loop& loop, Random& random, AccountKeys keys, Where where,
                  std::stop_token stop);
  Result<std::unique_ptr<net::HttpClient>> client(const std::string& service,
                                                  const std::string& region) const;
  Result<void> open();
  net::Task<Result<void>> iam(Fields fields);
  net::Task<Result<std::string>> post(net::HttpClient& http, std::string url,
                                      std::string content_type, std::string body);

  AccountKeys keys_;
  Where where_;
  std::stop_token stop_;
  aws::Outside outside_;
  std::unique_ptr<net::HttpClient> iam_;
  std::unique_ptr<net::HttpClient> aps_;
  std::unique_ptr<net::HttpClient> ecs_;
  std::unique_ptr<net::HttpClient> logs_;
  std::unique_ptr<lab::client::JsonApi> ecs_api_;
  std::unique_ptr<lab::client::JsonApi> logs_api_;
  std::unique_ptr<lab::client::EcsClient> ecs_client_;
  std::string printed_;
  std::unique_ptr<lab::client::Console> console_;
  std::unique_ptr<lab::client::Session> session_;
};

}  // namespace tributary
