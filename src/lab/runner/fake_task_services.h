// TaskServices for tests: grant what they are told to, and keep what was logged.
//
// Threads: the Loop's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/runner/task_services.h"

namespace tributary::lab {

class FakeTaskServices final : public TaskServices {
 public:
  net::Task<Result<std::unique_ptr<TaskRole>>> assume_task_role(TaskSpec task) override {
    if (role_error) co_return *role_error;
    std::unique_ptr<TaskRole> role;
    if (!task.definition.task_role_arn.empty()) role = std::make_unique<Role>(*this);
    co_return role;
  }

  net::Task<Result<std::optional<RegistryLogin>>> login_for(TaskSpec, std::string image) override {
    if (login_error) co_return *login_error;
    const auto login = logins.find(image);
    if (login == logins.end()) co_return std::optional<RegistryLogin>();
    co_return std::optional<RegistryLogin>(login->second);
  }

  net::Task<Result<std::unique_ptr<logs::StreamWriter>>> open_log(
      TaskSpec, ContainerDefinition container) override {
    if (log_error) co_return *log_error;
    std::unique_ptr<logs::StreamWriter> writer = std::make_unique<Writer>(lines[container.name]);
    co_return writer;
  }

  std::optional<Error> role_error;
  std::optional<Error> login_error;
  std::optional<Error> log_error;
  std::map<std::string, RegistryLogin> logins;            // by image
  std::map<std::string, std::vector<std::string>> lines;  // by container
  std::size_t roles = 0;                                  // that are being renewed

 private:
  class Role final : public TaskRole {
   public:
    explicit Role(FakeTaskServices& services) : services_(services) { ++services_.roles; }
    const std::string& id() const override { return id_; }
    net::Response answer() const override {
      return {.status = 200, .headers = {}, .body = "{\"AccessKeyId\":\"ASIA1\"}"};
    }
    net::Task<void> close() override {
      --services_.roles;
      co_return;
    }

   private:
    FakeTaskServices& services_;
    std::string id_ = "credentials-1";
  };

  class Writer final : public logs::StreamWriter {
   public:
    explicit Writer(std::vector<std::string>& lines) : lines_(lines) {}
    void put(Timestamp, std::string_view message) override { lines_.emplace_back(message); }

   private:
    std::vector<std::string>& lines_;
  };
};

}  // namespace tributary::lab
