// The outside world of a test: a fake loop, answers of a fake HTTP client, variables and files in
// maps, a program that prints what the test says.
//
// Threads: the test's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aws/environment.h"
#include "base/random.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::aws {

class FakeProcessRunner final : public ProcessRunner {
 public:
  net::Task<Result<std::string>> run(std::vector<std::string> argv,
                                     std::stop_token /*stop*/) override {
    ran.push_back(std::move(argv));
    co_return output;
  }

  Result<std::string> output = std::string();
  std::vector<std::vector<std::string>> ran;
};

struct FakeEnvironment {
  explicit FakeEnvironment(net::FakeHttp::Answer answer = nullptr)
      : http(std::make_shared<net::FakeHttp>(loop, std::move(answer))) {}

  static net::Response response(int status, std::string body) {
    return {.status = status, .headers = {}, .body = std::move(body)};
  }

  template <class T>
  T run(net::Task<T> task) {
    return net::run_task(loop, std::move(task));
  }

  net::FakeLoop loop;
  SeededRandom random{1};
  std::shared_ptr<net::FakeHttp> http;
  net::FakeHttpClient client{http};
  FakeProcessRunner processes;
  std::map<std::string, std::string, std::less<>> variables;
  std::map<std::string, std::string> files;
  EnvFunction env = [this](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  Environment environment{.loop = loop,
                          .random = random,
                          .http = client,
                          .metadata_http = client,
                          .processes = processes,
                          .env = env,
                          .read_file = [this](const std::string& path) -> Result<std::string> {
                            const auto found = files.find(path);
                            if (found == files.end())
                              return Error(Code::not_found, "cannot read " + path);
                            return found->second;
                          },
                          .log = {},
                          .user_agent = "tributary-test",
                          .hostname = "host.local"};
};

}  // namespace tributary::aws
