#include "lab/driver/fake_driver.h"

#include <csignal>

#include "base/check.h"
#include "base/strings.h"

namespace tributary::lab {
namespace {

class FakeServer final : public net::HttpServer {
 public:
  explicit FakeServer(net::Handler& handler) : handler_(handler) {}
  ~FakeServer() override { handler_ = nullptr; }

  std::uint16_t port() const override { return 80; }
  net::Task<void> shutdown(Duration) override { co_return; }

 private:
  net::Handler& handler_;
};

std::string text_of(const net::HostPort& address) {
  return address.host + ":" + std::to_string(address.port);
}

}  // namespace

Result<std::unique_ptr<net::HttpServer>> FakeNetwork::serve_metadata(net::Handler serve) {
  handler = std::move(serve);
  return std::unique_ptr<net::HttpServer>(std::make_unique<FakeServer>(handler));
}

Result<void> FakeNetwork::lead_out(net::HostPort inside, net::HostPort outside) {
  leads.push_back(text_of(inside) + " -> " + text_of(outside));
  return {};
}

Result<void> FakeNetwork::publish(std::uint16_t outside, std::uint16_t inside) {
  if (publish_error) return *publish_error;
  publishing.push_back(std::to_string(outside) + " -> " + std::to_string(inside));
  return {};
}

class FakeContainer final : public Container {
 public:
  FakeContainer(FakeDriver& driver, std::uint64_t id, std::string name)
      : driver_(driver), id_(id), name_(std::move(name)), docker_id_("docker-" + name_) {}
  ~FakeContainer() override { driver_.containers_.erase(id_); }

  const std::string& docker_id() const override { return docker_id_; }

  void signal(int number) override {
    if (!driver_.containers_.contains(id_)) return;
    driver_.asked.push_back("signal " + name_ + " " + std::to_string(number));
    if (number == SIGTERM && driver_.scripts[name_].ignores_sigterm) return;
    driver_.end(id_, {.code = 128 + number});
  }

  net::Task<std::optional<ContainerStats>> stats() override {
    if (!driver_.containers_.contains(id_)) co_return std::nullopt;
    auto stats = driver_.scripts[name_].stats;
    if (stats) stats->read = driver_.loop_.clock().now();
    co_return stats;
  }

  net::Task<Result<int>> execute(std::vector<std::string> command, Duration) override {
    driver_.asked.push_back("execute " + name_ + ": " + join(command, " "));
    const auto& script = driver_.scripts[name_].execute;
    if (!script) co_return 0;
    co_return script(command);
  }

 private:
  FakeDriver& driver_;
  std::uint64_t id_;
  std::string name_;
  std::string docker_id_;
};

class FakeSandbox final : public Sandbox {
 public:
  explicit FakeSandbox(FakeDriver& driver) : driver_(driver) { driver.network = &network_; }
  ~FakeSandbox() override {
    if (driver_.network == &network_) driver_.network = nullptr;
  }

  TaskNetwork& network() override { return network_; }

  net::Task<Result<std::unique_ptr<Container>>> start(ContainerStart start) override {
    const std::string name = start.definition.name;
    driver_.asked.push_back("start " + name);
    const Duration start_time = driver_.scripts[name].start_time;
    if (start_time > 0s) co_await net::sleep_for(driver_.loop_, start_time, {});
    const FakeDriver::Script& script = driver_.scripts[name];
    if (script.start_error) co_return *script.start_error;
    const std::uint64_t id = ++driver_.last_id_;
    driver_.containers_[id] = {name, std::move(start.environment), std::move(start.on_line),
                               std::move(start.on_exit)};
    std::unique_ptr<Container> container = std::make_unique<FakeContainer>(driver_, id, name);
    if (script.exits_while_starting) {
      const auto on_exit = driver_.containers_[id].on_exit;
      driver_.containers_.erase(id);
      on_exit({.code = *script.exits_while_starting});
    }
    co_return container;
  }

  net::Task<void> remove() override {
    driver_.asked.emplace_back("remove");
    co_return;
  }

 private:
  FakeDriver& driver_;
  FakeNetwork network_;
};

net::Task<Result<PulledImage>> FakeDriver::pull(std::string image,
                                                std::optional<RegistryLogin> login) {
  asked.push_back("pull " + image + (login ? " as " + login->user : ""));
  if (pull_time > 0s) co_await net::sleep_for(loop_, pull_time, {});
  if (const auto failed = pull_errors.find(image); failed != pull_errors.end())
    co_return failed->second;
  PulledImage pulled{.id = "sha256:id-of-" + image, .digest = "sha256:digest-of-" + image};
  co_return pulled;
}

net::Task<Result<std::unique_ptr<Sandbox>>> FakeDriver::create_sandbox(const TaskSpec*) {
  asked.emplace_back("sandbox");
  if (sandbox_error) co_return *sandbox_error;
  std::unique_ptr<Sandbox> sandbox = std::make_unique<FakeSandbox>(*this);
  if (on_network) on_network(*network);
  co_return sandbox;
}

net::Task<void> FakeDriver::sweep() {
  asked.emplace_back("sweep");
  co_return;
}

FakeDriver::Running* FakeDriver::find(const std::string& container) {
  for (auto at = containers_.rbegin(); at != containers_.rend(); ++at)
    if (at->second.name == container) return &at->second;
  return nullptr;
}

bool FakeDriver::is_running(const std::string& container) const {
  return const_cast<FakeDriver*>(this)->find(container) != nullptr;
}

void FakeDriver::print(const std::string& container, std::string_view line) {
  const Running* found = find(container);
  TRIBUTARY_CHECK(found != nullptr);
  found->on_line(line);
}

void FakeDriver::exit(const std::string& container, ContainerStart::Exit how) {
  for (auto at = containers_.rbegin(); at != containers_.rend(); ++at)
    if (at->second.name == container) return end(at->first, how);
  TRIBUTARY_CHECK(false);
}

const std::map<std::string, std::string>& FakeDriver::environment_of(
    const std::string& container) const {
  const Running* found = const_cast<FakeDriver*>(this)->find(container);
  TRIBUTARY_CHECK(found != nullptr);
  return found->environment;
}

// Tells of it from the loop, as real ones do.
void FakeDriver::end(std::uint64_t id, ContainerStart::Exit how) {
  const auto ended = containers_.extract(id);
  loop_.post([on_exit = ended.mapped().on_exit, how] { on_exit(how); });
}

}  // namespace tributary::lab
