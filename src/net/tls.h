// TLS by OpenSSL, without waiting: a context per client or server, a session per connection that
// says what it waits for. The session reads and writes the socket itself, so that a connection
// holds no buffers of ours, and none of OpenSSL's while it is idle.
//
// Threads: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

struct ssl_ctx_st;
struct ssl_st;

namespace tributary::net {

class TlsSession {
 public:
  enum class Want : std::uint8_t { nothing, read, write };
  struct Outcome {
    Want want = Want::nothing;  // to be called again when the socket is ready for that
    std::size_t bytes = 0;      // read: 0 at the end of the stream
  };

  // Of `context`, for a client of `server_name` (a name or an IP address; empty: not verified) or
  // for a server. `fd` stays the caller's.
  static Result<std::unique_ptr<TlsSession>> client(ssl_ctx_st* context, int fd,
                                                    const std::string& server_name);
  static Result<std::unique_ptr<TlsSession>> server(ssl_ctx_st* context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Result<Outcome> handshake();
  Result<Outcome> read(std::span<char> into);
  Result<Outcome> write(std::string_view bytes);
  void close_notify();  // tries once
  // True where nothing has arrived but what TLS itself sends.
  bool quiet();

 private:
  explicit TlsSession(ssl_st* ssl) : ssl_(ssl) {}
  Result<Outcome> outcome(int returned, std::string_view doing);

  ssl_st* ssl_;
};

// The settings of all sessions of one client or server.
class TlsContext {
 public:
  static Result<TlsContext> client(const TlsClientOptions& options);
  static Result<TlsContext> server(const TlsServerOptions& options);

  ssl_ctx_st* get() const { return context_.get(); }

 private:
  friend class TlsContexts;
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

  std::shared_ptr<ssl_ctx_st> context_;
};

// Clients of the same settings share a context for as long as one of them lives: the certificates
// of a bundle cost megabytes.
class TlsContexts {
 public:
  Result<TlsContext> client(const TlsClientOptions& options);

 private:
  struct Known {
    TlsClientOptions options;
    std::weak_ptr<ssl_ctx_st> context;
  };

  std::vector<Known> known_;
};

}  // namespace tributary::net
