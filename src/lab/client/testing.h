// For tests: an AWS whose operations are functions of the test's, and a session on it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/json.h"
#include "lab/client/commands.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab::client {

struct FakeAws {
  struct Call {
    std::string operation;
    config::Node body;
  };
  using Answer = std::function<std::string(const config::Node& body)>;

  FakeAws() {
    // Time passes only where somebody sleeps.
    http->answer = [this](const net::Request& request) -> Result<net::Response> {
      const std::string target(request.headers.get("X-Amz-Target").value_or(""));
      const std::string operation = target.substr(target.rfind('.') + 1);
      config::Diagnostics diagnostics;
      calls.push_back({operation, config::parse_json(*request.body, "body", diagnostics)});
      const auto found = answers.find(operation);
      const std::string body = found == answers.end() ? refuse("UnknownOperationException", "no")
                                                      : found->second(calls.back().body);
      return net::Response{
          .status = body.starts_with("{\"__type\"") ? 400 : 200, .headers = {}, .body = body};
    };
  }

  static std::string refuse(const std::string& type, const std::string& message) {
    return R"({"__type":"com.amazonaws#)" + type + R"(","message":")" + message + "\"}";
  }
  // The same answer each time.
  void answer(const std::string& operation, std::string body) {
    answers[operation] = [body = std::move(body)](const config::Node&) { return body; };
  }

  std::vector<std::string> operations() const {
    std::vector<std::string> names;
    for (const Call& call : calls) names.push_back(call.operation);
    return names;
  }
  const config::Node& body_of(const std::string& operation) const {
    for (const Call& call : calls)
      if (call.operation == operation) return call.body;
    static const config::Node kNone;
    return kNone;
  }

  template <class T>
  T run(net::Task<T> task) {
    return net::run_task(loop, std::move(task));
  }

  net::FakeLoop loop;
  std::shared_ptr<net::FakeHttp> http = std::make_shared<net::FakeHttp>(loop, nullptr);
  net::FakeHttpClient client{http};
  std::map<std::string, Answer> answers;
  std::vector<Call> calls;
  std::stop_source stop;
  std::string printed;
  JsonApi ecs_api{client, *net::parse_url("http://lab:1"), "AmazonEC2ContainerServiceV20141113"};
  JsonApi logs_api{client, *net::parse_url("http://lab:1"), "Logs_20140328"};
  EcsClient ecs{ecs_api, stop.get_token()};
  Console console{loop.clock(), [this](std::string_view line) { printed += line; }};
  std::vector<std::string> log_regions;
  Session session{.loop = loop,
                  .ecs = ecs,
                  .logs = [this](const std::string& region) -> Result<JsonApi*> {
                    log_regions.push_back(region);
                    return &logs_api;
                  },
                  .out = console,
                  .stop = stop.get_token()};
};

}  // namespace tributary::lab::client
