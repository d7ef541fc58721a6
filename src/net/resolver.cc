#include "net/resolver.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <atomic>
#include <coroutine>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/strings.h"

namespace tributary::net {
namespace {

constexpr std::size_t kThreadsMax = 4;

Address ipv4(in_addr host, std::uint16_t port) {
  Address address;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr = host;
  address.size = sizeof(sockaddr_in);
  return address;
}

Address ipv6(in6_addr host, std::uint16_t port, std::uint32_t scope = 0) {
  Address address;
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = host;
  v6.sin6_scope_id = scope;
  address.size = sizeof(sockaddr_in6);
  return address;
}

// What needs no look-up.
Addresses known_addresses(const std::string& host, std::uint16_t port) {
  const Address loopback4 = ipv4(in_addr{htonl(INADDR_LOOPBACK)}, port);
  const Address loopback6 = ipv6(in6addr_loopback, port);
  if (equals_ignore_case(host, "localhost")) return {loopback4, loopback6};
  if (host == "0.0.0.0") return {loopback4};
  if (host == "::") return {loopback6};
  if (const auto literal = parse_address(host, port)) return {*literal};
  return {};
}

}  // namespace

std::string Address::to_string() const {
  if (family() == AF_UNIX) return reinterpret_cast<const sockaddr_un&>(storage).sun_path;
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, text, sizeof text);
  } else if (family() == AF_INET6) {
    const in6_addr& host = reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&host))
      inet_ntop(AF_INET, &host.s6_addr[12], text, sizeof text);
    else
      inet_ntop(AF_INET6, &host, text, sizeof text);
  }
  return text;
}

std::uint16_t Address::port() const {
  return ntohs(family() == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                    : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

std::optional<Address> unix_address(std::string_view path) {
  Address address;
  auto& file = reinterpret_cast<sockaddr_un&>(address.storage);
  if (path.empty() || path.size() >= sizeof file.sun_path) return std::nullopt;
  file.sun_family = AF_UNIX;
  path.copy(file.sun_path, path.size());  // the rest is zeros
  address.size = sizeof file;
  return address;
}

std::optional<Address> parse_address(const std::string& host, std::uint16_t port) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ipv4(v4, port);
  const std::size_t percent = host.find('%');
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.substr(0, percent).c_str(), &v6) != 1) return std::nullopt;
  if (percent == host.npos) return ipv6(v6, port);
  const std::uint32_t scope = if_nametoindex(host.c_str() + percent + 1);
  if (scope == 0) return std::nullopt;
  return ipv6(v6, port, scope);
}

Result<Addresses> look_up_host(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0)
    return Error(Code::unavailable, "resolve \"" + host + "\": " + gai_strerror(error));

  Addresses addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    if (info->ai_family == AF_INET)
      addresses.push_back(ipv4(reinterpret_cast<sockaddr_in*>(info->ai_addr)->sin_addr, port));
    if (info->ai_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<sockaddr_in6*>(info->ai_addr);
      addresses.push_back(ipv6(v6->sin6_addr, port, v6->sin6_scope_id));
    }
  }
  freeaddrinfo(found);
  if (addresses.empty()) return Error(Code::unavailable, "resolve \"" + host + "\": no IP address");
  return addresses;
}

struct Resolver::Job {
  std::string host;
  std::uint16_t port;
  Result<Addresses> result = Error(Code::unavailable, "not resolved");
  std::coroutine_handle<> waiting;  // null once it has been resumed; the loop's thread only
  std::atomic<bool> abandoned = false;
};

struct Resolver::Shared {
  std::mutex mutex;
  Loop* loop;  // null after the end of the resolver
  LookUp look_up;
  std::deque<std::shared_ptr<Job>> queue;
  std::size_t threads = 0;
};

class Resolver::Awaiter final : public Interrupt::Wait {
 public:
  Awaiter(std::shared_ptr<Shared> shared, std::shared_ptr<Job> job, Interrupt& interrupt)
      : shared_(std::move(shared)), job_(std::move(job)), interrupt_(interrupt) {}

  bool await_ready() const noexcept { return interrupt_.raised(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    job_->waiting = waiting;
    interrupt_.begin(*this);
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push_back(job_);
    if (shared_->threads < kThreadsMax) start_thread();
  }
  void await_resume() { interrupt_.end(); }

  void give_up() override {
    job_->abandoned = true;
    resume_later();
  }

 private:
  // With the mutex held. Where the system refuses a thread, those that run do the work.
  void start_thread() {
    try {
      std::thread([shared = shared_] { work(shared); }).detach();
      ++shared_->threads;
    } catch (const std::system_error& error) {
      if (shared_->threads > 0) return;
      shared_->queue.pop_back();
      job_->result = Error(Code::unavailable, "resolve \"" + job_->host + "\": " + error.what());
      resume_later();
    }
  }

  void resume_later() {
    shared_->loop->post([job = job_] {
      if (auto waiting = std::exchange(job->waiting, nullptr)) waiting.resume();
    });
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Job> job_;
  Interrupt& interrupt_;
};

Resolver::Resolver(Loop& loop, LookUp look_up) : shared_(std::make_shared<Shared>()) {
  shared_->loop = &loop;
  shared_->look_up = std::move(look_up);
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->loop = nullptr;
  shared_->queue.clear();
}

Task<Result<Addresses>> Resolver::resolve(std::string host, std::uint16_t port,
                                          Interrupt& interrupt) {
  Addresses known = known_addresses(host, port);
  if (!known.empty()) co_return known;

  const auto job = std::make_shared<Job>();
  job->host = std::move(host);
  job->port = port;
  Awaiter wait(shared_, job, interrupt);
  co_await wait;
  if (const auto cause = interrupt.cause())
    co_return Error(*cause, "resolve \"" + job->host + "\": given up");
  co_return std::move(job->result);
}

void Resolver::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (!shared->queue.empty()) {
    const std::shared_ptr<Job> job = std::move(shared->queue.front());
    shared->queue.pop_front();
    if (job->abandoned) continue;
    lock.unlock();
    Result<Addresses> result = shared->look_up(job->host, job->port);
    lock.lock();
    if (shared->loop == nullptr) break;
    shared->loop->post([job, result = std::move(result)]() mutable {
      job->result = std::move(result);
      if (auto waiting = std::exchange(job->waiting, nullptr)) waiting.resume();
    });
  }
  --shared->threads;
}

}  // namespace tributary::net
