// A network namespace of Linux: network_namespaces(7).
//
// Threads: any. A namespace is entered by a thread that lives for that only, so that no other part
// of the process ever finds itself elsewhere.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace tributary::lab {

class NetworkNamespace {
 public:
  // A new one, in which nothing is up yet. Errors: unavailable (not permitted).
  static Result<std::shared_ptr<NetworkNamespace>> make();
  // The one that a process is in. Errors: not_found, unavailable, and invalid_argument where it is
  // the machine's own.
  static Result<std::shared_ptr<NetworkNamespace>> of_process(pid_t pid);

  explicit NetworkNamespace(int fd) : fd_(fd) {}  // takes it over
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  int fd() const { return fd_; }

  // What `work` makes of it inside: a socket belongs to the namespace that it was made in.
  Result<int> within(const std::function<Result<int>()>& work) const;

  // Brings the loopback interface up. As in Docker, everybody inside may listen on ports below
  // 1024, where the system lets us say so.
  Result<void> bring_up() const;
  // Gives an IPv4 address to the loopback interface, which may have it already.
  Result<void> add_address(const std::string& address) const;

 private:
  Result<void> done_within(const std::function<Result<void>()>& work) const;

  const int fd_;
};

}  // namespace tributary::lab
