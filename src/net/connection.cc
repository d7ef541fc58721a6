#include "net/connection.h"

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

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

Error system_error(std::string_view doing, int number) {
  return Error(Code::unavailable,
               std::string(doing) + ": " + std::generic_category().message(number));
}

Socket::wait_type wait_type(Want want) {
  return want == Want::write ? Socket::wait_write : Socket::wait_read;
}

// How long one of several addresses may take: an even share of what is left, but not less than 2 s.
std::optional<Instant> share_of_deadline(std::optional<Instant> deadline, Instant now,
                                         std::size_t addresses_left) {
  if (!deadline || addresses_left <= 1) return deadline;
  const Duration left = *deadline - now;
  return now + std::min<Duration>(left, std::max<Duration>(left / addresses_left, 2s));
}

Task<Result<std::unique_ptr<Connection>>> connect_one(AsioLoop& loop, Address address,
                                                      Interrupt& interrupt) {
  const std::string doing =
      "connect to " + address.to_string() + " port " + std::to_string(address.port());
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) co_return system_error(doing, errno);
  Socket socket(loop.context());
  boost::system::error_code error;
  const auto protocol =
      address.family() == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
  socket.assign(protocol, fd, error);
  if (error) co_return system_error(doing, error.value());

  if (::connect(fd, address.get(), address.size) != 0) {
    if (errno != EINPROGRESS) co_return system_error(doing, errno);
    SocketWait wait(socket, Socket::wait_write, interrupt);
    const Result<void> ready = co_await wait;
    if (!ready) co_return ready.error().within(doing);
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0) co_return system_error(doing, number);
  }
  co_return std::make_unique<Connection>(loop, std::move(socket));
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

void SocketWait::await_suspend(std::coroutine_handle<> waiting) {
  interrupt_.begin(*this);
  socket_.async_wait(what_, [this, waiting](const boost::system::error_code& error) {
    error_ = error;
    waiting.resume();
  });
}

Result<void> SocketWait::await_resume() {
  interrupt_.end();
  if (const auto cause = interrupt_.cause()) return Error(*cause, std::string(to_string(*cause)));
  if (error_) return system_error("wait", error_.value());
  return {};
}

void SocketWait::give_up() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Connection::Connection(AsioLoop& loop, Socket socket) : loop_(loop), socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  const int on = 1;
  ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() = default;

Task<Result<void>> Connection::start_tls(std::unique_ptr<TlsSession> session,
                                         Interrupt& interrupt) {
  tls_ = std::move(session);
  while (true) {
    TRIBUTARY_CO_TRY(const Outcome outcome, tls_->handshake());
    if (outcome.want == Want::nothing && outcome.bytes == 0)
      co_return Error(Code::unavailable, "TLS handshake: connection closed");
    if (outcome.want == Want::nothing) co_return Result<void>();
    SocketWait wait(socket_, wait_type(outcome.want), interrupt);
    const Result<void> ready = co_await wait;
    if (!ready) co_return ready.error();
  }
}

Task<Result<std::string_view>> Connection::read(Interrupt& interrupt) {
  // Plain sockets wait first, since mostly nothing has come yet; TLS may hold a decrypted rest.
  Want want = tls_ || more_may_wait_ ? Want::nothing : Want::read;
  while (true) {
    if (want != Want::nothing) {
      SocketWait wait(socket_, wait_type(want), interrupt);
      const Result<void> ready = co_await wait;
      if (!ready) co_return ready.error();
    } else if (interrupt.raised()) {
      co_return Error(*interrupt.cause(), std::string(to_string(*interrupt.cause())));
    }
    const std::span<char> buffer = loop_.read_buffer();
    TRIBUTARY_CO_TRY(const Outcome outcome, try_read(buffer));
    more_may_wait_ = outcome.bytes == buffer.size();
    if (outcome.want == Want::nothing) co_return std::string_view(buffer.data(), outcome.bytes);
    want = outcome.want;
  }
}

Task<Result<void>> Connection::write(std::string_view head, std::string_view body,
                                     Interrupt& interrupt) {
  while (!head.empty() || !body.empty()) {
    TRIBUTARY_CO_TRY(const Outcome outcome, try_write(head, body));
    if (outcome.want != Want::nothing) {
      SocketWait wait(socket_, wait_type(outcome.want), interrupt);
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

Result<Outcome> Connection::try_read(std::span<char> into) {
  if (tls_) return tls_->read(into);
  const ssize_t got = ::recv(fd(), into.data(), into.size(), 0);
  if (got >= 0) return Outcome{Want::nothing, static_cast<std::size_t>(got)};
  if (would_block(errno)) return Outcome{Want::read, 0};
  return system_error("read", errno);
}

Result<Outcome> Connection::try_write(std::string_view head, std::string_view body) {
  if (tls_) {
    TRIBUTARY_TRY(const Outcome outcome, tls_->write(head.empty() ? body : head));
    if (outcome.want == Want::nothing && outcome.bytes == 0)
      return Error(Code::unavailable, "TLS write: connection closed");
    return outcome;
  }
  std::array<iovec, 2> parts{};
  parts[0] = {const_cast<char*>(head.data()), head.size()};
  parts[1] = {const_cast<char*>(body.data()), body.size()};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t sent = ::sendmsg(fd(), &message, MSG_NOSIGNAL);
  if (sent >= 0) return Outcome{Want::nothing, static_cast<std::size_t>(sent)};
  if (would_block(errno)) return Outcome{Want::write, 0};
  return system_error("write", errno);
}

bool Connection::is_quiet() {
  if (tls_) return tls_->quiet();
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

Task<Result<std::unique_ptr<Connection>>> connect_tcp(AsioLoop& loop, Addresses addresses,
                                                      Interrupt& interrupt) {
  Result<std::unique_ptr<Connection>> last = Error(Code::unavailable, "no address");
  for (std::size_t i = 0; i < addresses.size() && !interrupt.raised(); ++i) {
    // An interrupt of its own, so that a silent address does not use up everybody's time.
    Interrupt attempt(loop);
    attempt.set_deadline(
        share_of_deadline(interrupt.deadline(), loop.clock().monotonic(), addresses.size() - i));
    PassOn pass_on(attempt, interrupt);
    interrupt.begin(pass_on);
    last = co_await connect_one(loop, addresses[i], attempt);
    interrupt.end();
    if (last) break;
  }
  co_return std::move(last);
}

}  // namespace tributary::net
