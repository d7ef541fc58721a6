// A TCP connection, plain or TLS, as coroutines: wait until the socket is ready, then read or write
// it. Only the .cc files of this folder see it.
//
// Threads: the loop's.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/asio_loop.h"
#include "net/interrupt.h"
#include "net/resolver.h"
#include "net/task.h"
#include "net/tls.h"

namespace tributary::net {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// co_await wait_for(socket, what, interrupt): nothing where the socket is ready, else why not.
class SocketWait final : public Interrupt::Wait {
 public:
  SocketWait(Socket& socket, Socket::wait_type what, Interrupt& interrupt)
      : socket_(socket), what_(what), interrupt_(interrupt) {}

  bool await_ready() const noexcept { return interrupt_.raised(); }
  void await_suspend(std::coroutine_handle<> waiting);
  Result<void> await_resume();
  void give_up() override;

 private:
  Socket& socket_;
  Socket::wait_type what_;
  Interrupt& interrupt_;
  boost::system::error_code error_;
};

class Connection {
 public:
  // A socket that is connected already.
  Connection(AsioLoop& loop, Socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() { return socket_.native_handle(); }
  bool is_tls() const { return tls_ != nullptr; }

  // Errors of all of these: unavailable, or what the interrupt says.
  Task<Result<void>> start_tls(std::unique_ptr<TlsSession> session, Interrupt& interrupt);

  // What has arrived, empty at the end of the stream. It lies in the loop's buffer and lasts until
  // the next co_await.
  Task<Result<std::string_view>> read(Interrupt& interrupt);
  Task<Result<void>> write(std::string_view head, std::string_view body, Interrupt& interrupt);

  // Nothing has arrived and the peer has not closed, so far as is known.
  bool is_quiet();
  // The peer has closed, or has said that it sends no more.
  bool peer_has_left();
  // Tells the peer that nothing more comes.
  void finish();

 private:
  Result<TlsSession::Outcome> try_read(std::span<char> into);
  Result<TlsSession::Outcome> try_write(std::string_view head, std::string_view body);

  AsioLoop& loop_;
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  bool more_may_wait_ = false;  // the last read filled the buffer
};

// Tries one address after the other.
Task<Result<std::unique_ptr<Connection>>> connect_tcp(AsioLoop& loop, Addresses addresses,
                                                      Interrupt& interrupt);

}  // namespace tributary::net
