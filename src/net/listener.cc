#include "net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "net/listen.h"

namespace tributary::net {
namespace {

constexpr int kBacklog = 4096;
constexpr Duration kAcceptPause = 100ms;  // when the process has no descriptor left

int socket_option(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<int> listen_on(const Address& address) {
  const auto failed = [&](int fd) {
    const int number = errno;
    if (fd >= 0) ::close(fd);
    const Code code = number == EADDRNOTAVAIL || number == EAFNOSUPPORT ? Code::invalid_argument
                                                                        : Code::unavailable;
    return Error(code, "listen on " + address.to_string() + " port " +
                           std::to_string(address.port()) + ": " +
                           std::generic_category().message(number));
  };
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed(fd);
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd, address.get(), address.size) != 0) return failed(fd);
  if (::listen(fd, kBacklog) != 0) return failed(fd);
  return fd;
}

Result<int> listen_at(const HostPort& where) {
  const std::string& host = where.host == "localhost" ? "127.0.0.1" : where.host;
  if (const auto address = parse_address(host, where.port)) return listen_on(*address);
  return Error(Code::invalid_argument,
               "listen address \"" + where.host + "\": must be an IP address");
}

Result<void> adopt_listening(int fd) {
  const int family = socket_option(fd, SO_DOMAIN);
  const bool listens = (family == AF_INET || family == AF_INET6) &&
                       socket_option(fd, SO_TYPE) == SOCK_STREAM &&
                       socket_option(fd, SO_ACCEPTCONN) == 1;
  if (!listens)
    return Error(Code::invalid_argument,
                 "descriptor " + std::to_string(fd) + ": must be a TCP socket that listens");
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return {};
}

Address bound_address(int fd) {
  Address bound;
  bound.size = sizeof bound.storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size);
  return bound;
}

void Listener::close() {
  ::shutdown(socket_.fd(), SHUT_RDWR);
  stop_.request_stop();
}

// Takes in what waits to be accepted; false where the system has no descriptor for it.
bool Listener::accept_waiting(const Take& take) {
  constexpr int kAtOnce = 64;
  for (int i = 0; i < kAtOnce; ++i) {
    Address peer;
    peer.size = sizeof peer.storage;
    const int fd = ::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&peer.storage), &peer.size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) socket_.exhausted(Descriptor::Ready::read);
      const bool short_of_something =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      return !short_of_something;
    }
    take(fd, peer);
  }
  return true;
}

Task<void> Listener::accept_all(Take take, Logger log) {
  while (true) {
    ReadyWait wait(socket_, Descriptor::Ready::read, accepting_);
    const Result<void> ready = co_await wait;
    if (!ready) co_return;
    if (accept_waiting(take)) continue;
    log.warn("cannot accept connections: out of file descriptors or memory");
    SleepAwaiter pause = sleep_for(loop_, kAcceptPause, stop_.get_token());
    co_await pause;
  }
}

}  // namespace tributary::net
