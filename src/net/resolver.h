// Host names to addresses. IP literals and "localhost" are answered at once; for other names a
// thread calls getaddrinfo. Threads are started when needed and end when there is nothing left to
// ask, so that an idle process has none; nobody ever waits for them, neither a cancelled request
// nor the loop's end.
//
// Threads: `resolve` on the loop's.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/interrupt.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  // Without the port; an IPv4 address in IPv6 as IPv4. A socket file's is its path.
  std::string to_string() const;
  std::uint16_t port() const;
};

using Addresses = std::vector<Address>;

// Blocks. The order is the system's (RFC 6724).
Result<Addresses> look_up_host(const std::string& host, std::uint16_t port);

// An IP address as text, or nothing. An unspecified one (0.0.0.0, ::) stays as it is.
std::optional<Address> parse_address(const std::string& host, std::uint16_t port);

// A socket file's, or nothing where the path is empty or longer than the system takes.
std::optional<Address> unix_address(std::string_view path);

class Resolver {
 public:
  using LookUp = std::function<Result<Addresses>(const std::string& host, std::uint16_t port)>;

  explicit Resolver(Loop& loop, LookUp look_up = look_up_host);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Where to connect to; 0.0.0.0 and :: mean this host. Errors: unavailable, or what the interrupt
  // says.
  Task<Result<Addresses>> resolve(std::string host, std::uint16_t port, Interrupt& interrupt);

 private:
  struct Job;
  struct Shared;
  class Awaiter;

  static void work(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace tributary::net
