// The programs of a scenario: a hub and a lab that run the sibling programs of this one, in a
// temporary directory that goes with the object.
//
// Threads: the Loop's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/driver/processes/process.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary {

struct AccountKeys {
  std::string account;
  std::string access_key_id;
  std::string secret_access_key;
};

class ScenarioRig {
 public:
  struct Options {
    bool keep = false;  // the directory
    std::string programs;
  };

  static Result<std::unique_ptr<ScenarioRig>> make(net::Loop& loop, Options options);
  ~ScenarioRig();
  ScenarioRig(const ScenarioRig&) = delete;
  ScenarioRig& operator=(const ScenarioRig&) = delete;

  const std::string& directory() const { return directory_; }
  const std::string& hub_url() const { return hub_url_; }
  const std::string& lab_url() const { return lab_url_; }
  std::string program(const std::string& name) const { return options_.programs + "/" + name; }

  Result<void> write_file(const std::string& name, std::string_view text) const;
  // By the hub's own command: blocks for the moment that it takes.
  Result<AccountKeys> create_account(const std::string& number, const std::string& name) const;

  net::Task<Result<void>> start_hub(std::stop_token stop);
  net::Task<void> stop_hub();
  net::Task<Result<void>> start_lab(std::string programs_file, std::stop_token stop);
  // The lab first, which stops its tasks, so that these can still send; then the hub.
  net::Task<void> close();
  // For the impatient: everything at once.
  void kill();

  // The last lines of hub and lab.
  std::string last_lines() const;

 private:
  struct Program {
    std::string name;
    std::unique_ptr<lab::Process> process;
    bool running = false;
  };

  ScenarioRig(net::Loop& loop, Options options, std::string directory);
  Result<void> start(Program& program, std::vector<std::string> command);
  net::Task<Result<void>> wait_until_ready(Program& program, std::string url, std::stop_token stop);
  net::Task<void> stop(Program& program);

  net::Loop& loop_;
  Options options_;
  std::string directory_;
  std::uint16_t hub_port_ = 0;
  std::uint16_t lab_port_ = 0;
  std::string hub_url_;
  std::string lab_url_;
  std::unique_ptr<net::HttpClient> http_;
  Program hub_{.name = "tributary-hub", .process = nullptr};
  Program lab_{.name = "tributary-lab", .process = nullptr};
};

}  // namespace tributary
