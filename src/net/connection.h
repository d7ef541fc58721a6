// A TCP connection, plain or TLS, as coroutines: wait until the socket is ready, then read or write
// it. Only the .cc files of this folder see it.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/epoll_loop.h"
#include "net/interrupt.h"
#include "net/resolver.h"
#include "net/task.h"
#include "net/tls.h"

namespace tributary::net {

class Connection {
 public:
  // A socket that is connected already, or about to be. It is closed at the end.
  Connection(EpollLoop& loop, int fd);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const { return descriptor_.fd(); }
  Descriptor& descriptor() { return descriptor_; }
  bool is_tls() const { return tls_ != nullptr; }

  // Errors of all of these: unavailable, or what the interrupt says.
  Task<Result<void>> await_connected(Interrupt& interrupt);
  Task<Result<void>> start_tls(std::unique_ptr<TlsSession> session, Interrupt& interrupt);

  // What has arrived, empty at the end of the stream. It lies in the loop's buffer and lasts until
  // the next co_await.
  Task<Result<std::string_view>> read(Interrupt& interrupt);
  Task<Result<void>> write(std::string_view head, std::string_view body, Interrupt& interrupt);

  // What goes without waiting; where nothing does, the outcome says what to wait for. Each notes
  // where the socket is exhausted.
  Result<TlsSession::Outcome> try_read(std::span<char> into);
  Result<TlsSession::Outcome> try_write(std::string_view head, std::string_view body);

  // Nothing has arrived and the peer has not closed, so far as is known.
  bool is_quiet();
  // The peer has closed, or has said that it sends no more.
  bool peer_has_left();
  // Tells the peer that nothing more comes.
  void finish();
  // At its end the peer is told that the connection broke, not that it is over.
  void reset_at_end();

 private:
  Result<TlsSession::Outcome> try_handshake();
  Result<TlsSession::Outcome> noted(Result<TlsSession::Outcome> outcome);

  EpollLoop& loop_;
  Descriptor descriptor_;
  std::unique_ptr<TlsSession> tls_;
  int full_reads_ = 0;  // in a row
};

// Makes a socket that does not block.
using MakeSocket = std::function<Result<int>(int family)>;

// Tries one address after the other. `make_socket` outlives the call; null: an ordinary socket.
Task<Result<std::unique_ptr<Connection>>> connect_tcp(EpollLoop& loop, Addresses addresses,
                                                      Interrupt& interrupt,
                                                      const MakeSocket* make_socket = nullptr);

}  // namespace tributary::net
