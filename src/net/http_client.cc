// The HTTP/1.1 client: takes an idle connection or opens one (through a proxy, with TLS), sends,
// reads the answer, and keeps the connection.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/duration.h"
#include "net/connection.h"
#include "net/connection_pool.h"
#include "net/http.h"
#include "net/message.h"
#include "net/proxy.h"
#include "net/tls.h"

namespace tributary::net {
namespace {

constexpr int kRedirectsMax = 5;
constexpr Duration kTimeoutMax = 24h * 365;  // longer ones would not fit into an Instant
constexpr std::size_t kResponseHeaderBytesMax = 256U << 10;

struct Client {
  Client(EpollLoop& on_loop, HttpClientOptions with_options, ProxyRules with_proxies)
      : loop(on_loop),
        options(std::move(with_options)),
        proxies(std::move(with_proxies)),
        pool(on_loop, {.plain_max = options.idle_connections_max,
                       .tls_max = options.idle_tls_connections_max,
                       .idle_timeout = options.idle_timeout}) {}

  // At the first use: it costs 2.4 MB, which a process that speaks plain HTTP never pays.
  Result<void> prepare_tls() {
    if (tls) return {};
    TRIBUTARY_TRY(tls, loop.tls_contexts().client(options.tls));
    return {};
  }

  EpollLoop& loop;
  HttpClientOptions options;
  ProxyRules proxies;
  Addresses socket_file;  // where all connections go, if anything
  std::optional<TlsContext> tls;
  ConnectionPool pool;
};

// Where a request's connection leads: straight to the host, or by a proxy.
struct Route {
  Url url;
  std::optional<Url> proxy;

  bool is_tls() const { return url.scheme == "https"; }
  bool tunnel() const { return proxy && is_tls(); }
  const Url& first_hop() const { return proxy ? *proxy : url; }
  std::string authority() const {
    return (url.host.find(':') == url.host.npos ? url.host : "[" + url.host + "]") + ":" +
           std::to_string(url.port);
  }
  // Connections of the same key are alike.
  std::string key() const {
    if (!proxy) return url.scheme + "://" + authority();
    const std::string through = proxy->to_string() + "@" + proxy->user_info;
    return tunnel() ? "https://" + authority() + " by " + through : "by " + through;
  }
};

Result<void> check(const Request& request) {
  const auto clean = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; });
  };
  const auto refuse = [](std::string why) { return Error(Code::invalid_argument, std::move(why)); };
  if (!is_valid_field(request.method, "")) return refuse("method must be a token");
  if (!clean(request.url.host) || !clean(request.url.target) || request.url.host.empty())
    return refuse("URL must have a host, and no spaces or control characters");
  for (const auto& [name, value] : request.headers)
    if (!is_valid_field(name, value))
      return refuse("header \"" + name + "\": not a field that can be sent");
  return {};
}

std::string head_of(const Client& client, const Request& request, const Route& route) {
  Headers headers;
  if (!request.headers.get("Host")) headers.add("Host", request.url.host_header());
  for (const auto& [name, value] : request.headers) headers.add(name, value);
  headers.erase("Content-Length");
  headers.erase("Transfer-Encoding");
  headers.erase("Connection");
  const std::size_t kept = route.is_tls() ? client.options.idle_tls_connections_max
                                          : client.options.idle_connections_max;
  if (kept == 0) headers.add("Connection", "close");
  if (!headers.get("Authorization"))
    if (const auto basic = basic_authorization(request.url)) headers.add("Authorization", *basic);
  const bool expects_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  const std::size_t length = request.body ? request.body->size() : 0;
  if (length > 0 || expects_body) headers.add("Content-Length", std::to_string(length));

  std::string target = request.url.target;
  if (route.proxy && !route.tunnel()) {
    target = request.url.to_string();
    if (const auto basic = basic_authorization(*route.proxy))
      headers.set("Proxy-Authorization", *basic);
  }
  return request_head(request.method, target, headers);
}

Error fault_error(const MessageFault& fault) {
  const bool too_long = fault.status == 413 || fault.status == 431;
  return too_long ? Error(Code::limit_exceeded, "response: " + fault.text)
                  : Error(Code::unavailable, "malformed response: " + fault.text);
}

// What goes out and how the answer is taken.
struct Outgoing {
  std::string_view head;
  std::string_view body;
  MessageParser::Kind kind = MessageParser::Kind::response;
  std::size_t response_bytes_max = 0;
  const decltype(Request::on_body)* on_body = nullptr;
};

struct Exchange {
  Result<Response> response = Error(Code::unavailable, "not sent");
  bool answered = false;  // at least one byte has come back
  bool refused = false;   // by Request::on_body, with the error in `response`
  bool reusable = false;
};

Task<Exchange> exchange(Connection& connection, Outgoing outgoing, Interrupt& interrupt) {
  Exchange out;
  const Result<void> written = co_await connection.write(outgoing.head, outgoing.body, interrupt);

  // A server may refuse a body before it has read it: its answer counts more than the broken pipe.
  MessageParser parser(outgoing.kind, {.header_bytes_max = kResponseHeaderBytesMax,
                                       .body_bytes_max = outgoing.response_bytes_max});
  Response response;
  if (outgoing.on_body != nullptr && *outgoing.on_body)
    parser.stream_to([&](std::string_view piece) {
      if (response.headers.empty()) response.headers = std::move(parser.head().headers);
      response.status = parser.head().status;
      Result<void> taken = (*outgoing.on_body)(response, piece);
      if (!taken) out.response = taken.error();
      return taken.has_value();
    });
  bool left_over = false;
  while (!parser.done()) {
    const Result<std::string_view> got = co_await connection.read(interrupt);
    if (!got) {
      out.response = written ? got.error() : written.error();
      co_return std::move(out);
    }
    out.answered = out.answered || !got->empty();
    if (got->empty() && !out.answered) {
      out.response = Error(Code::unavailable, "connection closed without an answer");
      co_return std::move(out);
    }
    if (got->empty())
      parser.end_of_stream();
    else
      left_over = parser.feed(*got) < got->size();
    out.refused = parser.sink_refused();
    if (out.refused) co_return std::move(out);
    if (parser.fault()) {
      out.response = fault_error(*parser.fault());
      co_return std::move(out);
    }
  }
  out.reusable = written && parser.keep_alive() && !left_over;
  response.status = parser.head().status;
  if (response.headers.empty()) response.headers = std::move(parser.head().headers);
  response.body = std::move(parser.body());
  out.response = std::move(response);
  co_return std::move(out);
}

Task<Result<void>> open_tunnel(Client& client, Connection& connection, const Route& route,
                               Interrupt& interrupt) {
  Headers headers{{"Host", route.authority()}};
  for (const auto& [name, value] : client.options.proxy.connect_headers) headers.set(name, value);
  if (const auto basic = basic_authorization(*route.proxy))
    headers.set("Proxy-Authorization", *basic);
  const std::string head = request_head("CONNECT", route.authority(), headers);
  const Outgoing connect{.head = head, .kind = MessageParser::Kind::response_to_head};
  const Exchange done = co_await exchange(connection, connect, interrupt);
  const std::string who = "proxy " + route.proxy->to_string();
  if (!done.response) co_return done.response.error().within(who);
  const int status = done.response->status;
  if (status / 100 == 2) co_return Result<void>();
  co_return Error(Code::unavailable, who + " answered " + std::to_string(status) + " " +
                                         std::string(status_text(status)) + " to CONNECT " +
                                         route.authority());
}

Task<Result<void>> start_tls(Client& client, Connection& connection, std::string server_name,
                             Interrupt& interrupt) {
  if (auto ready = client.prepare_tls(); !ready) co_return ready.error();
  TRIBUTARY_CO_TRY(auto session,
                   TlsSession::client(client.tls->get(), connection.fd(), server_name));
  co_return co_await connection.start_tls(std::move(session), interrupt);
}

Task<Result<std::unique_ptr<Connection>>> open(Client& client, const Route& route,
                                               Interrupt& interrupt) {
  const Url& hop = route.first_hop();
  if (route.tunnel() && hop.scheme == "https")
    co_return Error(Code::unsupported, "proxy " + hop.to_string() +
                                           ": TLS to the proxy itself and through it; use http://");
  Addresses addresses = client.socket_file;
  if (addresses.empty()) {
    TRIBUTARY_CO_TRY(addresses,
                     co_await client.loop.resolver().resolve(hop.host, hop.port, interrupt));
  }
  TRIBUTARY_CO_TRY(auto connection,
                   co_await connect_tcp(client.loop, std::move(addresses), interrupt));
  if (route.tunnel()) {
    const Result<void> opened = co_await open_tunnel(client, *connection, route, interrupt);
    if (!opened) co_return opened.error();
  }
  if (route.is_tls() || hop.scheme == "https") {
    const std::string& given = client.options.tls.server_name;
    const std::string name = route.is_tls() && !given.empty() ? given
                             : route.is_tls()                 ? route.url.host
                                                              : hop.host;
    const Result<void> started = co_await start_tls(client, *connection, name, interrupt);
    if (!started) co_return started.error().within(name);
  }
  co_return std::move(connection);
}

Task<Result<Exchange>> send_once(Client& client, const Request& request, Interrupt& interrupt) {
  Route route{request.url, std::nullopt};
  if (client.socket_file.empty()) route.proxy = client.proxies.proxy_for(request.url);
  const std::string key = route.key();
  const std::string head = head_of(client, request, route);
  const Outgoing outgoing{.head = head,
                          .body = request.body ? std::string_view(*request.body) : "",
                          .kind = request.method == "HEAD" ? MessageParser::Kind::response_to_head
                                                           : MessageParser::Kind::response,
                          .response_bytes_max = request.response_bytes_max,
                          .on_body = &request.on_body};

  std::unique_ptr<Connection> connection = client.pool.take(key);
  Exchange done;
  if (connection) done = co_await exchange(*connection, outgoing, interrupt);
  // The server may have closed a kept connection just now: then it has not seen the request.
  const bool again = !done.response && !done.answered && !interrupt.raised();
  if (again) {
    TRIBUTARY_CO_TRY(connection, co_await open(client, route, interrupt));
    done = co_await exchange(*connection, outgoing, interrupt);
  }
  if (done.reusable) client.pool.give(key, std::move(connection));
  co_return std::move(done);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Changes the request into the one that `response` asks for.
Result<void> redirect(Request& request, const Response& response) {
  TRIBUTARY_TRY(Url next, resolve_url(request.url, *response.headers.get("Location")));
  const bool same_host = next.host == request.url.host && next.port == request.url.port &&
                         next.scheme == request.url.scheme;
  request.headers.erase("Host");
  if (same_host) {
    if (next.user_info.empty()) next.user_info = request.url.user_info;
  } else {
    for (const char* name : {"Authorization", "Cookie", "X-Amz-Security-Token"})
      request.headers.erase(name);
  }
  const bool keeps_method = response.status == 307 || response.status == 308 ||
                            request.method == "GET" || request.method == "HEAD";
  if (!keeps_method) {
    request.method = "GET";
    request.body = nullptr;
    request.headers.erase("Content-Type");
    request.headers.erase("Content-Encoding");
  }
  request.url = std::move(next);
  return {};
}

Error explain(const Error& error, const Interrupt& interrupt, const Request& request) {
  const std::string what = request.method + " " + request.url.to_string();
  if (interrupt.cause() == Code::cancelled) return Error(Code::cancelled, what + ": stopped");
  if (interrupt.cause() != Code::timeout) return error.within(what);
  const std::string phase =
      error.message() == to_string(Code::timeout) ? "" : ": " + error.message();
  return Error(Code::timeout, what + ": no answer within " + go_duration(request.timeout) + phase);
}

Task<Result<Response>> send_all(std::shared_ptr<Client> client, Request request,
                                std::stop_token stop) {
  if (auto checked = check(request); !checked) co_return checked.error();
  Interrupt interrupt(client->loop);
  interrupt.stop_with(stop);
  if (request.timeout > 0s)
    interrupt.set_deadline(client->loop.clock().monotonic() +
                           std::min(request.timeout, kTimeoutMax));

  for (int redirects = 0;; ++redirects) {
    if (interrupt.raised())
      co_return explain(Error(*interrupt.cause(), "given up"), interrupt, request);
    Result<Exchange> done = co_await send_once(*client, request, interrupt);
    if (!done) co_return explain(done.error(), interrupt, request);
    Result<Response>& response = done->response;
    if (done->refused) co_return response.error();
    if (!response) co_return explain(response.error(), interrupt, request);
    const bool follow = request.follow_redirects && is_redirect(response->status) &&
                        response->headers.get("Location");
    if (!follow) co_return std::move(response);
    if (redirects == kRedirectsMax)
      co_return Error(Code::unavailable, request.method + " " + request.url.to_string() +
                                             ": more than " + std::to_string(kRedirectsMax) +
                                             " redirects");
    if (auto next = redirect(request, *response); !next)
      co_return next.error().within(request.url.to_string() + ": redirect");
  }
}

class RealHttpClient final : public HttpClient {
 public:
  explicit RealHttpClient(std::shared_ptr<Client> client) : client_(std::move(client)) {}

  // What is under way keeps the client's state alive.
  Task<Result<Response>> send(Request request, std::stop_token stop) override {
    return send_all(client_, std::move(request), std::move(stop));
  }

 private:
  std::shared_ptr<Client> client_;
};

bool names_files(const TlsClientOptions& tls) {
  return !tls.ca_file.empty() || !tls.ca_pem.empty() || !tls.cert_file.empty() ||
         !tls.cert_pem.empty() || !tls.key_file.empty() || !tls.key_pem.empty();
}

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(Loop& loop, HttpClientOptions options) {
  TRIBUTARY_TRY(EpollLoop * real, real_loop(loop));
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  TRIBUTARY_TRY(ProxyRules proxies, ProxyRules::make(options.proxy, environment));
  auto client = std::make_shared<Client>(*real, std::move(options), std::move(proxies));
  if (const std::string& path = client->options.unix_socket; !path.empty()) {
    const auto address = unix_address(path);
    if (!address)
      return Error(Code::invalid_argument, "unix socket \"" + path + "\": path too long");
    client->socket_file = {*address};
  }
  // Whoever names certificates wants TLS, and wants to hear at once that they are wrong.
  if (names_files(client->options.tls))
    if (auto ready = client->prepare_tls(); !ready) return ready.error();
  return std::unique_ptr<HttpClient>(std::make_unique<RealHttpClient>(std::move(client)));
}

}  // namespace tributary::net
