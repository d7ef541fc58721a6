#include "net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace tributary::net {
namespace {

using Want = TlsSession::Want;
using Outcome = TlsSession::Outcome;

// What gives others their turn: a peer that sends as fast as it is read would keep the loop.
constexpr int kFullReadsInARow = 16;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

Error system_error(std::string_view doing, int number) {
  return Error(Code::unavailable,
               std::string(doing) + ": " + std::generic_category().message(number));
}

Descriptor::Ready ready_for(Want want) {
  return want == Want::write ? Descriptor::Ready::write : Descriptor::Ready::read;
}

// How long one of several addresses may take: an even share of what is left, but not less than 2 s.
std::optional<Instant> share_of_deadline(std::optional<Instant> deadline, Instant now,
                                         std::size_t addresses_left) {
  if (!deadline || addresses_left <= 1) return deadline;
  const Duration left = *deadline - now;
  return now + std::min<Duration>(left, std::max<Duration>(left / addresses_left, 2s));
}

Result<int> ordinary_socket(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return system_error("socket", errno);
  return fd;
}

Task<Result<std::unique_ptr<Connection>>> connect_one(EpollLoop& loop, Address address,
                                                      Interrupt& interrupt,
                                                      const MakeSocket* make_socket) {
  std::string doing = "connect to " + address.to_string();
  if (address.family() != AF_UNIX) doing += " port " + std::to_string(address.port());
  const Result<int> fd =
      make_socket != nullptr ? (*make_socket)(address.family()) : ordinary_socket(address.family());
  if (!fd) co_return fd.error().within(doing);
  const int failure = ::connect(*fd, address.get(), address.size) == 0 ? 0 : errno;
  auto connection = std::make_unique<Connection>(loop, *fd);
  if (failure == EINPROGRESS) {
    const Result<void> connected = co_await connection->await_connected(interrupt);
    if (!connected) co_return connected.error().within(doing);
  } else if (failure != 0) {
    co_return system_error(doing, failure);
  }
  co_return std::move(connection);
}

// What ends the whole ends the part.
class PassOn final : public Interrupt::Wait {
 public:
  PassOn(Interrupt& part, Interrupt& whole) : part_(part), whole_(whole) {}
  void give_up() override { part_.raise(*whole_.cause()); }

 private:
  Interrupt& part_;
  Interrupt& whole_;
};

}  // namespace

Connection::Connection(EpollLoop& loop, int fd) : loop_(loop), descriptor_(loop, fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() = default;

Task<Result<void>> Connection::await_connected(Interrupt& interrupt) {
  ReadyWait wait(descriptor_, Descriptor::Ready::write, interrupt);
  const Result<void> ready = co_await wait;
  if (!ready) co_return ready.error();
  int number = 0;
  socklen_t size = sizeof number;
  ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &number, &size);
  if (number != 0) co_return Error(Code::unavailable, std::generic_category().message(number));
  co_return Result<void>();
}

Task<Result<void>> Connection::start_tls(std::unique_ptr<TlsSession> session,
                                         Interrupt& interrupt) {
  tls_ = std::move(session);
  while (true) {
    TRIBUTARY_CO_TRY(const Outcome outcome, try_handshake());
    if (outcome.want == Want::nothing && outcome.bytes == 0)
      co_return Error(Code::unavailable, "TLS handshake: connection closed");
    if (outcome.want == Want::nothing) co_return Result<void>();
    ReadyWait wait(descriptor_, ready_for(outcome.want), interrupt);
    const Result<void> ready = co_await wait;
    if (!ready) co_return ready.error();
  }
}

Task<Result<std::string_view>> Connection::read(Interrupt& interrupt) {
  if (full_reads_ >= kFullReadsInARow) {
    full_reads_ = 0;
    Yield yield(loop_);
    co_await yield;
  }
  // Mostly nothing has come yet; but TLS may hold a decrypted rest.
  const bool waits = !tls_ && !descriptor_.may(Descriptor::Ready::read);
  Want want = waits ? Want::read : Want::nothing;
  while (true) {
    if (want != Want::nothing) {
      ReadyWait wait(descriptor_, ready_for(want), interrupt);
      const Result<void> ready = co_await wait;
      if (!ready) co_return ready.error();
    } else if (interrupt.raised()) {
      co_return Error(*interrupt.cause(), std::string(to_string(*interrupt.cause())));
    }
    const std::span<char> buffer = loop_.read_buffer();
    TRIBUTARY_CO_TRY(const Outcome outcome, try_read(buffer));
    want = outcome.want;
    if (want != Want::nothing) continue;
    full_reads_ = outcome.bytes == buffer.size() ? full_reads_ + 1 : 0;
    co_return std::string_view(buffer.data(), outcome.bytes);
  }
}

Task<Result<void>> Connection::write(std::string_view head, std::string_view body,
                                     Interrupt& interrupt) {
  while (!head.empty() || !body.empty()) {
    TRIBUTARY_CO_TRY(const Outcome outcome, try_write(head, body));
    if (outcome.want != Want::nothing) {
      ReadyWait wait(descriptor_, ready_for(outcome.want), interrupt);
      const Result<void> ready = co_await wait;
      if (!ready) co_return ready.error();
      continue;
    }
    const std::size_t of_head = std::min(outcome.bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(outcome.bytes - of_head);
  }
  co_return Result<void>();
}

Result<Outcome> Connection::noted(Result<Outcome> outcome) {
  if (outcome && outcome->want != Want::nothing) descriptor_.exhausted(ready_for(outcome->want));
  return outcome;
}

Result<Outcome> Connection::try_handshake() { return noted(tls_->handshake()); }

Result<Outcome> Connection::try_read(std::span<char> into) {
  if (tls_) return noted(tls_->read(into));
  ssize_t got = 0;
  do {
    got = ::recv(fd(), into.data(), into.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && !would_block(errno)) return system_error("read", errno);
  const auto bytes = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  if (bytes < into.size()) descriptor_.exhausted(Descriptor::Ready::read);
  return Outcome{got < 0 ? Want::read : Want::nothing, bytes};
}

Result<Outcome> Connection::try_write(std::string_view head, std::string_view body) {
  if (tls_) {
    TRIBUTARY_TRY(const Outcome outcome, noted(tls_->write(head.empty() ? body : head)));
    if (outcome.want == Want::nothing && outcome.bytes == 0)
      return Error(Code::unavailable, "TLS write: connection closed");
    return outcome;
  }
  std::array<iovec, 2> parts{};
  parts[0] = {const_cast<char*>(head.data()), head.size()};
  parts[1] = {const_cast<char*>(body.data()), body.size()};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = body.empty() ? 1 : 2;
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(fd(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return Outcome{Want::nothing, static_cast<std::size_t>(sent)};
  if (would_block(errno)) return noted(Outcome{Want::write, 0});
  return system_error("write", errno);
}

bool Connection::is_quiet() {
  if (tls_) return tls_->quiet();
  if (!descriptor_.may(Descriptor::Ready::read)) return true;
  char byte = 0;
  return ::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block(errno);
}

bool Connection::peer_has_left() {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
  return info.tcpi_state != TCP_ESTABLISHED;
}

void Connection::finish() {
  if (tls_) tls_->close_notify();
  ::shutdown(fd(), SHUT_WR);
}

void Connection::reset_at_end() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Task<Result<std::unique_ptr<Connection>>> connect_tcp(EpollLoop& loop, Addresses addresses,
                                                      Interrupt& interrupt,
                                                      const MakeSocket* make_socket) {
  Result<std::unique_ptr<Connection>> last = Error(Code::unavailable, "no address");
  for (std::size_t i = 0; i < addresses.size() && !interrupt.raised(); ++i) {
    // An interrupt of its own, so that a silent address does not use up everybody's time.
    Interrupt attempt(loop);
    attempt.set_deadline(
        share_of_deadline(interrupt.deadline(), loop.clock().monotonic(), addresses.size() - i));
    PassOn pass_on(attempt, interrupt);
    interrupt.begin(pass_on);
    last = co_await connect_one(loop, addresses[i], attempt, make_socket);
    interrupt.end();
    if (last) break;
  }
  co_return std::move(last);
}

}  // namespace tributary::net
