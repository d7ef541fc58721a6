// A TCP socket that listens, and the coroutine that accepts from it. Only the .cc files of this
// folder see it.
//
// Threads: the loop's; the functions anybody's.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "base/log.h"
#include "base/result.h"
#include "net/epoll_loop.h"
#include "net/resolver.h"
#include "net/task.h"

namespace tributary::net {

// A new socket, not blocking. Errors: invalid_argument (not an address of this machine),
// unavailable.
Result<int> listen_on(const Address& address);
// Makes somebody else's listening TCP socket one as above. Errors: invalid_argument.
Result<void> adopt_listening(int fd);
// The address that a socket is bound to.
Address bound_address(int fd);

class Listener {
 public:
  Listener(EpollLoop& loop, int fd) : loop_(loop), socket_(loop, fd), accepting_(loop) {
    accepting_.stop_with(stop_.get_token());
  }

  std::uint16_t port() const { return bound_address(socket_.fd()).port(); }
  // Whoever comes from now on is refused, and another may listen there at once.
  void close();

  // Hands over each connection that comes, a socket that does not block, until `close`.
  using Take = std::function<void(int fd, const Address& peer)>;
  Task<void> accept_all(Take take, Logger log);

 private:
  bool accept_waiting(const Take& take);

  EpollLoop& loop_;
  Descriptor socket_;
  std::stop_source stop_;
  Interrupt accepting_;
};

}  // namespace tributary::net
