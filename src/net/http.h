// HTTP/1.1 messages, the client and the server, without the library behind them.
//
// Threads: everything on the Loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::net {

// In the order of the wire, repeats kept, the case of names kept.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Entry> entries) : entries_(entries) {}

  // The first value of that name (any case), or nothing.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> get_all(std::string_view name) const;
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void erase(std::string_view name);

  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
};

// scheme://[user:password@]host[:port]/path?query, as text that goes on the wire as it stands. A
// fragment is dropped.
struct Url {
  std::string scheme;  // lower case: http or https
  std::string host;    // without brackets for IPv6
  std::uint16_t port = 0;
  bool default_port = true;
  std::string target = "/";  // path and query, percent-encoded as given
  std::string user_info;     // as given; sent as basic authentication, never printed

  // host, or host:port where the port is not the scheme's own; IPv6 in brackets.
  std::string host_header() const;
  std::string to_string() const;
  bool operator==(const Url&) const = default;
};

Result<Url> parse_url(std::string_view text);
// `reference`, as in a Location field, seen from `base` (RFC 3986, 5.2).
Result<Url> resolve_url(const Url& base, std::string_view reference);

// A body that several attempts share.
using Body = std::shared_ptr<const std::string>;
inline Body make_body(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

// A body that a server sends as it is made or read. Each is sent once.
class BodySource {
 public:
  virtual ~BodySource() = default;

  // Content-Length where known; where not, the answer is chunked. Does not change.
  virtual std::optional<std::uint64_t> size() const = 0;
  // A piece, which lasts until the next call; empty at the end. After an error, or more or fewer
  // bytes than promised, the connection is broken off, so that the client knows. Pieces of some
  // 64 KiB to 1 MiB serve best. Who waits here looks at ServerRequest::stop.
  virtual Task<Result<std::string_view>> next() = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<BodySource> stream;  // where set, a server sends it in place of `body`
};

struct Request {
  std::string method = "GET";
  Url url;
  Headers headers;         // Host, Content-Length and Connection are the client's to add
  Body body;               // none where null
  Duration timeout = 30s;  // for the whole exchange, connect included; 0 = none
  std::size_t response_bytes_max = 16U << 20;  // a longer body fails with limit_exceeded
  bool follow_redirects = false;               // at most five; credentials stay with their host
  // Where set, it takes the body of an answer with status 200 piece by piece as it arrives, and
  // Response::body stays empty. Pieces are as they stand on the wire, but for the framing of
  // chunks; they are never empty and last for the call only. `head` has status and headers. An
  // error from it ends the exchange with that error; when the exchange fails by itself, pieces may
  // have come before.
  std::function<Result<void>(const Response& head, std::string_view piece)> on_body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // An answer of any status is a value. Errors: unavailable (resolve, connect, TLS, broken
  // connection), timeout, limit_exceeded, cancelled (stop), invalid_argument.
  virtual Task<Result<Response>> send(Request request, std::stop_token stop) = 0;
};

enum class TlsVersion : std::uint8_t { tls10, tls11, tls12, tls13 };

struct TlsClientOptions {
  std::string ca_file;  // empty: AWS_CA_BUNDLE is the caller's business; the system's store
  std::string ca_pem;
  std::string cert_file;
  std::string cert_pem;
  std::string key_file;
  std::string key_pem;
  std::string server_name;
  bool insecure_skip_verify = false;
  TlsVersion min_version = TlsVersion::tls12;
  std::optional<TlsVersion> max_version;

  bool operator==(const TlsClientOptions&) const = default;
};

// Which proxy to use: an explicit URL, or HTTP_PROXY, HTTPS_PROXY and NO_PROXY as Go reads them.
struct ProxyOptions {
  std::optional<Url> url;
  bool from_environment = true;
  std::string no_proxy;  // hosts, .suffixes, IPs, CIDRs; comma-separated
  Headers connect_headers;
};

struct HttpClientOptions {
  TlsClientOptions tls;
  ProxyOptions proxy;
  // Where set, every connection goes to the socket at this path; a URL's host and port are but what
  // is sent as Host, and no proxy counts.
  std::string unix_socket;
  // Kept open for reuse. Plain ones cost 300 bytes each, so a limit that is too low costs more: who
  // scrapes 5,000 targets would open a connection for every scrape.
  std::size_t idle_connections_max = 16'384;
  std::size_t idle_tls_connections_max = 8;  // these cost 40-70 KB each
  Duration idle_timeout = 90s;
};

Result<std::unique_ptr<HttpClient>> make_http_client(Loop& loop, HttpClientOptions options);

// Takes the body of a request as it arrives (HttpServerOptions::body_sink).
class BodySink {
 public:
  virtual ~BodySink() = default;

  // A piece that is never empty and lasts for the call only. After an error the rest is not read:
  // the handler is called with it in ServerRequest::body_error, and the connection ends with the
  // answer.
  virtual Result<void> take(std::string_view piece) = 0;
};

// What a server's handler gets. `target` is what stood on the request line, byte for byte, since
// signatures are made over it.
struct ServerRequest {
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
  std::string peer_address;  // without the port
  bool is_tls = false;
  // Requested when the client has gone, and when the server's shutdown runs out of patience; holds
  // until a streamed answer has been sent.
  std::stop_token stop;
  std::shared_ptr<BodySink> sink;   // that has taken the body; `body` is empty then
  std::optional<Error> body_error;  // of the sink

  std::string_view path() const;   // target up to '?'
  std::string_view query() const;  // target after '?', raw
};

struct TlsServerOptions {
  std::string cert_file;
  std::string key_file;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  // Where not -1, a TCP socket that listens already: the server's from the call on, whatever comes
  // of it. Address and port above do not count then.
  int listening_socket = -1;
  std::optional<TlsServerOptions> tls;
  std::size_t connections_max = 1024;        // more are answered 503 and closed
  std::size_t header_bytes_max = 64U << 10;  // 431
  std::size_t body_bytes_max = 16U << 20;    // 413
  // Asked once the head of a request has come, which has no body yet: a sink for its body, or null,
  // and then the body is gathered in memory. The handler is called when the sink has taken all of
  // it. Where the body does not come whole (too long, too slow, the client gone), the sink is let
  // go of and no handler is called.
  std::function<std::shared_ptr<BodySink>(const ServerRequest& head)> body_sink;
  std::uint64_t sink_bytes_max = 16ULL << 30;  // of one body that goes to a sink: 413
  // Of all bodies in memory that are arriving or being handled, so that any number of connections
  // costs a bounded amount of memory: 503 for the request whose body goes beyond.
  std::size_t request_bytes_max = 256U << 20;
  // Of all answers that wait for their clients to read them; one that does not fit is replaced by a
  // 503, so that slow readers cost a bounded amount of memory. Streams count with the piece that is
  // being sent, and are not refused.
  std::size_t answer_bytes_max = 1U << 30;
  Duration header_timeout = 30s;  // from the first byte to the end of the head: 408
  Duration body_timeout = 60s;    // and a second more for each 16 KiB, in both directions
  Duration idle_timeout = 120s;   // between two requests
};

// Gives the answer to one request. Content-Length and Connection are the server's to add, Date too
// where it is missing. Requests of one connection come one after the other.
using Handler = std::function<Task<Response>(ServerRequest)>;

// Its end closes every connection at once; handlers that still run then must not touch what is
// gone, so await `shutdown` first.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  struct Stats {
    std::size_t request_bytes = 0;       // of bodies that are held now
    std::uint64_t requests_refused = 0;  // by request_bytes_max
    std::size_t answer_bytes = 0;        // that are being sent now
    std::uint64_t answers_refused = 0;   // by answer_bytes_max
    std::uint64_t clients_left = 0;      // while their request was being handled
  };
  virtual Stats stats() const { return {}; }
  // Stops accepting, lets running requests end (at most `grace`), then requests their stop, closes
  // the rest and gives handlers one more second.
  virtual Task<void> shutdown(Duration grace) = 0;
};

// Listens at once; the address may be a name, an IP address, or empty for all interfaces. Errors:
// invalid_argument (address, certificate), unavailable (port in use).
Result<std::unique_ptr<HttpServer>> start_http_server(Loop& loop, HttpServerOptions options,
                                                      Handler handler, Logger log);

// "127.0.0.1:9009", "[::1]:9009", ":9009" (all interfaces), "localhost:8888".
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
Result<HostPort> parse_host_port(std::string_view text);

// `application/x-www-form-urlencoded` and query strings: decoded pairs in order, '+' is a space.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

}  // namespace tributary::net
