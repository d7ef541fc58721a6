// A Driver for tests: its containers are entries in a table that the test lets print, end and hang.
// What the runner asks of it is kept as text, in order.
//
// Threads: the Loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/driver/driver.h"
#include "lab/network/task_network.h"
#include "net/loop.h"

namespace tributary::lab {

// Keeps what it was asked for.
class FakeNetwork final : public TaskNetwork {
 public:
  bool isolated() const override { return is_isolated; }
  int namespace_fd() const override { return -1; }
  Result<std::unique_ptr<net::HttpServer>> serve_metadata(net::Handler handler) override;
  std::string metadata_url() const override { return "http://169.254.170.2"; }
  Result<void> lead_out(net::HostPort inside, net::HostPort outside) override;
  const std::string& address() const override { return own_address; }
  Result<void> publish(std::uint16_t outside, std::uint16_t inside) override;
  std::map<std::string, InterfaceStats> interfaces() const override { return figures; }

  bool is_isolated = true;
  std::string own_address = "127.64.0.1";
  std::optional<Error> publish_error;
  std::map<std::string, InterfaceStats> figures;
  net::Handler handler;                 // while the server is there
  std::vector<std::string> leads;       // "127.0.0.1:9009 -> 127.0.0.1:41234"
  std::vector<std::string> publishing;  // "18080 -> 8080"
};

class FakeDriver final : public Driver {
 public:
  // How a container behaves, by its name. May change while it runs.
  struct Script {
    std::optional<Error> start_error;
    Duration start_time{};
    std::optional<int> exits_while_starting;
    bool ignores_sigterm = false;
    std::function<Result<int>(const std::vector<std::string>& command)> execute;
    std::optional<ContainerStats> stats;
  };

  explicit FakeDriver(net::Loop& loop) : loop_(loop) {}

  std::string describe() const override { return "nothing, for tests"; }
  net::Task<Result<PulledImage>> pull(std::string image,
                                      std::optional<RegistryLogin> login) override;
  net::Task<Result<std::unique_ptr<Sandbox>>> create_sandbox(const TaskSpec* task) override;
  net::Task<void> sweep() override;

  // Of the container of that name that was started last and still runs.
  bool is_running(const std::string& container) const;
  void print(const std::string& container, std::string_view line);
  void exit(const std::string& container, ContainerStart::Exit how);
  const std::map<std::string, std::string>& environment_of(const std::string& container) const;
  std::size_t running() const { return containers_.size(); }

  std::map<std::string, Script> scripts;
  std::map<std::string, Error> pull_errors;  // by image
  Duration pull_time{};
  std::optional<Error> sandbox_error;
  // "pull app:1", "pull app:1 as user", "sandbox", "start app", "signal app 15",
  // "execute app: /healthcheck", "remove", "sweep"
  std::vector<std::string> asked;
  FakeNetwork* network = nullptr;                // of the sandbox made last
  std::function<void(FakeNetwork&)> on_network;  // called with each new one

 private:
  friend class FakeSandbox;
  friend class FakeContainer;

  struct Running {
    std::string name;
    std::map<std::string, std::string> environment;
    std::function<void(std::string_view)> on_line;
    std::function<void(ContainerStart::Exit)> on_exit;
  };

  Running* find(const std::string& container);
  void end(std::uint64_t id, ContainerStart::Exit how);

  net::Loop& loop_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Running> containers_;
};

}  // namespace tributary::lab
