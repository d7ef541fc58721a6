// The HTTP/1.1 server: one coroutine that accepts, and one per connection that reads a request,
// runs the handler and writes the answer, in turn.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <list>
#include <utility>

#include "base/time_text.h"
#include "net/connection.h"
#include "net/http.h"
#include "net/listener.h"
#include "net/message.h"
#include "net/tls.h"

namespace tributary::net {
namespace {

constexpr Duration kStopGrace = 1s;      // for handlers after their stop was requested
constexpr Duration kLingerTimeout = 2s;  // reading on after an early answer
constexpr std::size_t kLingerBytesMax = 8U << 20;
constexpr std::size_t kRefusedMax = 64;  // connections above the limit that are answered 503
constexpr std::size_t kBytesPerSecondMin = 16U << 10;
constexpr Duration kRefusalLogInterval = 10s;
constexpr Duration kWatchInterval = 200ms;  // between two looks for clients that have gone

// The Date header, made once a second.
class DateText {
 public:
  const std::string& at(Timestamp now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second == second_) return text_;
    second_ = second;
    text_ = http_date(now);
    return text_;
  }

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

// What one connection shows to the shutdown, and to the watch for clients that have gone.
struct Session {
  Session(Loop& loop, Connection& with_connection) : interrupt(loop), connection(with_connection) {}

  Interrupt interrupt;
  Connection& connection;
  bool busy = false;  // a request has begun to arrive and is not answered yet
  std::optional<std::stop_source> handling;  // while a handler runs, or its stream is sent
};

struct Server {
  Server(EpollLoop& on_loop, HttpServerOptions with_options, Handler with_handler, Logger with_log)
      : loop(on_loop),
        options(std::move(with_options)),
        handler(std::move(with_handler)),
        log(std::move(with_log)) {}

  void close() {
    closing = true;
    if (listener) listener->close();
    for (Session* session : sessions)
      if (!session->busy) session->interrupt.raise(Code::cancelled);
  }
  void abort() {
    stop.request_stop();
    for (Session* session : sessions) {
      if (session->handling) session->handling->request_stop();
      session->interrupt.raise(Code::cancelled);
    }
  }
  // Looks at the clients whose handlers run, as long as there are any.
  void watch_clients() {
    if (watching) return;
    watching = loop.call_at(loop.clock().monotonic() + kWatchInterval, [this] {
      watching.reset();
      bool more = false;
      for (Session* session : sessions) {
        if (!session->handling || session->handling->stop_requested()) continue;
        if (session->connection.peer_has_left()) {
          ++stats.clients_left;
          session->handling->request_stop();
        }
        more = true;
      }
      if (more) watch_clients();
    });
  }
  void begin() { ++running; }
  void end() {
    if (--running > 0) return;
    if (watching) loop.cancel(*watching);
    release();
  }
  void release() {
    for (Event* waiting : std::exchange(drained, {})) waiting->set();
  }

  EpollLoop& loop;
  HttpServerOptions options;
  Handler handler;
  Logger log;
  std::optional<TlsContext> tls;
  std::optional<Listener> listener;
  std::uint16_t port = 0;
  std::list<Session*> sessions;
  std::size_t running = 0;      // coroutines: the accepting one and the sessions'
  std::vector<Event*> drained;  // set when none runs any more
  std::stop_source stop;
  bool closing = false;
  std::optional<Loop::TimerId> watching;
  HttpServer::Stats stats;
  DateText date;
  LogLimiter refusals{kRefusalLogInterval};
};

Duration time_for(std::size_t bytes) { return std::chrono::seconds(bytes / kBytesPerSecondMin); }

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

// How one answer goes over the wire.
struct Framing {
  bool with_body = true;  // not to HEAD
  bool keep_alive = false;
  bool knows_chunks = true;  // HTTP/1.1
};

// Whether another answer can follow: the end of a stream of unknown size shows by chunks alone.
bool can_follow(const Response& response, const Framing& framing) {
  return framing.knows_chunks || !response.stream || response.stream->size();
}

std::string head_of(Server& server, const Response& response, const Framing& framing) {
  Headers headers;
  for (const auto& [name, value] : response.headers) {
    if (!is_valid_field(name, value)) {
      server.log.error("dropped a response header that cannot be sent", {{"header", name}});
      continue;
    }
    headers.add(name, value);
  }
  headers.erase("Content-Length");
  headers.erase("Transfer-Encoding");
  headers.erase("Connection");
  if (!headers.get("Date")) headers.add("Date", server.date.at(server.loop.clock().now()));
  if (has_body(response.status)) {
    const std::optional<std::uint64_t> size =
        response.stream ? response.stream->size() : response.body.size();
    if (size)
      headers.add("Content-Length", std::to_string(*size));
    else if (framing.knows_chunks)
      headers.add("Transfer-Encoding", "chunked");
  }
  headers.add("Connection", framing.keep_alive ? "keep-alive" : "close");
  return response_head(response.status, headers);
}

Response refusal(const MessageFault& fault) {
  Response response{.status = fault.status,
                    .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                    .body = fault.text + "\n"};
  if (fault.status == 503) response.headers.set("Retry-After", "1");
  return response;
}

// Counts the bytes of a request's body as long as they are held.
class RequestBytes {
 public:
  explicit RequestBytes(Server& server) : server_(server) {}
  ~RequestBytes() { server_.stats.request_bytes -= bytes_; }
  RequestBytes(const RequestBytes&) = delete;
  RequestBytes& operator=(const RequestBytes&) = delete;

  // So many of this one; whether all together are within the limit.
  bool hold(std::size_t bytes) {
    server_.stats.request_bytes += bytes - bytes_;
    bytes_ = bytes;
    return server_.stats.request_bytes <= server_.options.request_bytes_max;
  }

 private:
  Server& server_;
  std::size_t bytes_ = 0;
};

// Counts the bytes of an answer while it is being sent.
class AnswerBytes {
 public:
  AnswerBytes(Server& server, std::size_t bytes) : server_(server), bytes_(bytes) {
    server_.stats.answer_bytes += bytes_;
  }
  ~AnswerBytes() { server_.stats.answer_bytes -= bytes_; }
  AnswerBytes(const AnswerBytes&) = delete;
  AnswerBytes& operator=(const AnswerBytes&) = delete;

 private:
  Server& server_;
  const std::size_t bytes_;
};

// "1f40\r\n", with the end of the chunk before.
std::string chunk_line(std::size_t bytes, bool first) {
  std::array<char, 16> hex;
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), bytes, 16).ptr;
  std::string line = first ? "" : "\r\n";
  line.append(hex.data(), end);
  return line += "\r\n";
}

// Sends the pieces of a stream as they come, each in its own time.
Task<Result<void>> write_stream(Server& server, Connection& connection, Session& session,
                                std::shared_ptr<BodySource> stream, bool knows_chunks) {
  const std::optional<std::uint64_t> size = stream->size();
  const bool chunked = !size && knows_chunks;
  for (std::uint64_t sent = 0;;) {
    session.interrupt.set_deadline(std::nullopt);
    Task<Result<std::string_view>> next = stream->next();
    Result<std::string_view> piece = co_await next;
    const bool end = piece && piece->empty();
    if (piece && size && (end ? sent < *size : piece->size() > *size - sent))
      piece = Error(Code::internal, "promised " + std::to_string(*size) + " bytes, got " +
                                        std::to_string(sent + piece->size()));
    if (!piece) {
      if (piece.error().code() != Code::cancelled)
        server.log.warn("broke an answer off", {{"reason", piece.error().message()}});
      co_return piece.error();
    }
    const AnswerBytes counted(server, piece->size());
    const Duration time = server.options.body_timeout + time_for(piece->size());
    session.interrupt.set_deadline(server.loop.clock().monotonic() + time);
    std::string head;
    if (chunked) head = chunk_line(piece->size(), sent == 0);
    if (chunked && end) head += "\r\n";
    const Result<void> written = co_await connection.write(head, *piece, session.interrupt);
    if (end || !written) co_return written;
    sent += piece->size();
  }
}

Task<Result<void>> write_response(Server& server, Connection& connection, Session& session,
                                  Response response, Framing framing) {
  if (response.stream) response.body.clear();
  const std::size_t bytes_max = server.options.answer_bytes_max;
  const std::size_t room = bytes_max - std::min(bytes_max, server.stats.answer_bytes);
  if (response.body.size() > room) {
    ++server.stats.answers_refused;
    response = refusal({503, "too many large answers are being sent"});
    response.body.resize(std::min(response.body.size(), room));
  }
  const std::string head = head_of(server, response, framing);
  const bool body = framing.with_body && has_body(response.status);
  const AnswerBytes counted(server, response.body.size());
  const Duration time = server.options.body_timeout + time_for(response.body.size());
  session.interrupt.set_deadline(server.loop.clock().monotonic() + time);
  const std::string_view bytes = body ? std::string_view(response.body) : std::string_view();
  const Result<void> written = co_await connection.write(head, bytes, session.interrupt);
  if (!written || !body || !response.stream) co_return written;
  Task<Result<void>> streaming =
      write_stream(server, connection, session, std::move(response.stream), framing.knows_chunks);
  co_return co_await streaming;
}

// Reads on for a while, so that the peer gets to see the answer that came before its body was read.
Task<void> linger(Server& server, Connection& connection, Session& session) {
  connection.finish();
  session.interrupt.set_deadline(server.loop.clock().monotonic() + kLingerTimeout);
  std::size_t bytes = 0;
  while (bytes < kLingerBytesMax && !server.closing) {
    const Result<std::string_view> got = co_await connection.read(session.interrupt);
    if (!got || got->empty()) co_return;
    bytes += got->size();
  }
}

// Complete too is what its sink did not want to the end.
enum class Arrival : std::uint8_t { complete, refused, no_room, gone };

// The deadline for what comes next, after `body_bytes` of the body.
Instant next_deadline(const Server& server, const MessageParser& parser, Instant began) {
  if (!parser.head_done()) return began + server.options.header_timeout;
  return began + server.options.header_timeout + server.options.body_timeout +
         time_for(parser.body_bytes());
}

// Feeds the parser until the request is whole. `pending` holds what came before and after it.
Task<Arrival> receive(Server& server, Connection& connection, Session& session,
                      MessageParser& parser, RequestBytes& held, std::string& pending) {
  const Loop& loop = server.loop;
  session.busy = false;
  session.interrupt.set_deadline(loop.clock().monotonic() + server.options.idle_timeout);
  Instant began{};
  bool continued = false;
  while (true) {
    if (!pending.empty()) {
      pending.erase(0, parser.feed(pending));
    } else {
      if (!session.busy && server.closing) co_return Arrival::gone;
      const Result<std::string_view> got = co_await connection.read(session.interrupt);
      if (!got && session.interrupt.cause() == Code::timeout && parser.started())
        co_return Arrival::refused;
      if (!got || got->empty()) co_return Arrival::gone;
      pending.assign(got->substr(parser.feed(*got)));
    }
    if (parser.fault()) co_return Arrival::refused;
    if (!held.hold(parser.body().size())) co_return Arrival::no_room;
    if (parser.done() || parser.sink_refused()) break;
    if (parser.started() && !session.busy) {
      session.busy = true;
      began = loop.clock().monotonic();
    }
    if (session.busy) session.interrupt.set_deadline(next_deadline(server, parser, began));
    if (parser.head_done() && parser.expects_continue() && !continued) {
      continued = true;
      const Result<void> sent =
          co_await connection.write("HTTP/1.1 100 Continue\r\n\r\n", "", session.interrupt);
      if (!sent) co_return Arrival::gone;
    }
  }
  session.busy = true;
  session.interrupt.set_deadline(std::nullopt);
  co_return Arrival::complete;
}

// Why a request was not read to its end.
MessageFault fault_of(Server& server, Arrival arrival, const MessageParser& parser) {
  if (arrival == Arrival::no_room) {
    ++server.stats.requests_refused;
    return {503, "too many large requests are being served"};
  }
  return parser.fault().value_or(MessageFault{408, "request did not arrive in time"});
}

// A connection's way to the sinks: chooses one for each request, and keeps what it says.
class Sinks {
 public:
  Sinks(const HttpServerOptions& options, const std::string& peer, bool is_tls)
      : options_(options), peer_(peer), is_tls_(is_tls) {
    choice_.body_bytes_max = options.sink_bytes_max;
    choice_.choose = [this](const MessageParser::Head& head) { return choose(head); };
  }
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;

  const MessageParser::SinkChoice& choice() const { return choice_; }
  void hand_over(ServerRequest& request) {
    request.sink = std::move(sink_);
    request.body_error = std::exchange(error_, std::nullopt);
  }

 private:
  MessageParser::Sink choose(const MessageParser::Head& head) {
    ServerRequest request;
    request.method = head.method;
    request.target = head.target;
    request.headers = head.headers;
    request.peer_address = peer_;
    request.is_tls = is_tls_;
    sink_ = options_.body_sink(request);
    if (!sink_) return nullptr;
    return [this](std::string_view piece) {
      Result<void> taken = sink_->take(piece);
      if (!taken) error_ = std::move(taken).error();
      return !error_;
    };
  }

  const HttpServerOptions& options_;
  const std::string& peer_;
  const bool is_tls_;
  MessageParser::SinkChoice choice_;
  std::shared_ptr<BodySink> sink_;
  std::optional<Error> error_;
};

ServerRequest to_request(MessageParser& parser, const std::string& peer, bool is_tls,
                         std::stop_token stop) {
  MessageParser::Head& head = parser.head();
  ServerRequest request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.headers = std::move(head.headers);
  request.body = std::move(parser.body());
  request.peer_address = peer;
  request.is_tls = is_tls;
  request.stop = std::move(stop);
  return request;
}

// Answers a request that could not be read. The session's interrupt may have been raised by the
// timeout, so the answer gets one of its own.
Task<void> refuse(Server& server, Connection& connection, MessageFault fault) {
  Session last(server.loop, connection);
  const Result<void> sent =
      co_await write_response(server, connection, last, refusal(fault), Framing());
  if (sent) co_await linger(server, connection, last);
}

Task<void> serve_requests(Server& server, Connection& connection, Session& session,
                          std::string peer) {
  const MessageParser::Limits limits{.header_bytes_max = server.options.header_bytes_max,
                                     .body_bytes_max = server.options.body_bytes_max};
  std::string pending;
  std::unique_ptr<Sinks> sinks;
  if (server.options.body_sink)
    sinks = std::make_unique<Sinks>(server.options, peer, connection.is_tls());
  while (true) {
    MessageParser parser(MessageParser::Kind::request, limits);
    if (sinks) parser.choose_sink(sinks->choice());
    RequestBytes held(server);
    const Arrival arrival = co_await receive(server, connection, session, parser, held, pending);
    if (arrival == Arrival::gone) co_return;
    if (arrival != Arrival::complete) {
      MessageFault fault = fault_of(server, arrival, parser);
      sinks.reset();
      std::string().swap(parser.body());
      held.hold(0);
      co_await refuse(server, connection, std::move(fault));
      co_return;
    }
    const bool unread = parser.sink_refused();
    Framing framing{.with_body = parser.head().method != "HEAD",
                    .keep_alive = parser.keep_alive() && !unread,
                    .knows_chunks = parser.head().minor_version == 1};
    session.handling.emplace();
    if (server.stop.stop_requested()) session.handling->request_stop();
    server.watch_clients();
    ServerRequest request =
        to_request(parser, peer, connection.is_tls(), session.handling->get_token());
    if (sinks) sinks->hand_over(request);
    Task<Response> handling = server.handler(std::move(request));
    Response response = co_await handling;
    if (!response.stream) session.handling.reset();
    framing.keep_alive = framing.keep_alive && !server.closing && can_follow(response, framing);
    const bool stays = framing.keep_alive;
    const Result<void> sent =
        co_await write_response(server, connection, session, std::move(response), framing);
    session.handling.reset();
    if (sent && unread) co_await linger(server, connection, session);
    if (!sent || !stays) co_return;
  }
}

Task<bool> shake_hands(Server& server, Connection& connection, Session& session) {
  session.interrupt.set_deadline(server.loop.clock().monotonic() + server.options.header_timeout);
  auto tls = TlsSession::server(server.tls->get(), connection.fd());
  if (!tls) co_return false;
  const Result<void> done = co_await connection.start_tls(std::move(*tls), session.interrupt);
  if (!done) server.log.debug("TLS handshake failed", {{"reason", done.error().message()}});
  co_return done.has_value();
}

enum class Admission : std::uint8_t { granted, refused };

Task<void> serve_connection(Server& server, std::unique_ptr<Connection> connection,
                            std::string peer, Admission admission) {
  Session session(server.loop, *connection);
  const auto place = server.sessions.insert(server.sessions.end(), &session);
  if (admission == Admission::refused) {
    MessageFault fault{503, "too many connections"};
    co_await refuse(server, *connection, std::move(fault));
  } else {
    bool ready = true;
    if (server.tls) ready = co_await shake_hands(server, *connection, session);
    if (ready) co_await serve_requests(server, *connection, session, std::move(peer));
    connection->finish();
  }
  server.sessions.erase(place);
}

detail::Detached serve(std::shared_ptr<Server> server, int fd, std::string peer,
                       Admission admission) {
  server->begin();
  {
    auto connection = std::make_unique<Connection>(server->loop, fd);
    Task<void> serving =
        serve_connection(*server, std::move(connection), std::move(peer), admission);
    co_await serving;
  }
  server->end();
}

// Whether to take one more connection. A few above the limit are told so; above those, and where
// TLS would have to come first, they are just closed.
std::optional<Admission> admit(Server& server) {
  const std::size_t open = server.sessions.size();
  if (open < server.options.connections_max) return Admission::granted;
  const auto verdict = server.refusals.allow(server.loop.clock().monotonic());
  if (verdict.allowed)
    server.log.warn("too many connections, refused one",
                    {{"connections_max", server.options.connections_max},
                     {"refused_since_last_line", verdict.suppressed}});
  if (server.tls || open >= server.options.connections_max + kRefusedMax) return std::nullopt;
  return Admission::refused;
}

void take_connection(const std::shared_ptr<Server>& server, int fd, const Address& peer) {
  if (const auto admission = admit(*server))
    serve(server, fd, peer.to_string(), *admission);
  else
    ::close(fd);
}

detail::Detached accept_all(std::shared_ptr<Server> server) {
  server->begin();
  {
    Listener::Take take = [server](int fd, const Address& peer) {
      take_connection(server, fd, peer);
    };
    Task<void> accepting = server->listener->accept_all(std::move(take), server->log);
    co_await accepting;
  }
  server->listener.reset();
  server->end();
}

std::vector<Address> listen_addresses(const HttpServerOptions& options) {
  const auto literal = [&](const char* host) { return *parse_address(host, options.port); };
  if (options.address.empty()) return {literal("::"), literal("0.0.0.0")};
  if (options.address == "localhost") return {literal("127.0.0.1")};
  if (const auto address = parse_address(options.address, options.port)) return {*address};
  return look_up_host(options.address, options.port).value_or(Addresses());
}

Result<int> listening_socket(const HttpServerOptions& options) {
  if (options.listening_socket != -1) return options.listening_socket;
  Result<int> fd = Error(Code::invalid_argument, "listen address \"" + options.address +
                                                     "\": neither an IP address nor a known host");
  for (const Address& address : listen_addresses(options)) {
    fd = listen_on(address);
    if (fd) break;
  }
  return fd;
}

Task<void> shut_down(std::shared_ptr<Server> server, Duration grace) {
  server->close();
  if (server->running == 0) co_return;
  Event drained;
  server->drained.push_back(&drained);
  Loop& loop = server->loop;
  const Instant patience_ends = loop.clock().monotonic() + grace;
  const auto abort = loop.call_at(patience_ends, [server] { server->abort(); });
  const auto leave = loop.call_at(patience_ends + kStopGrace, [server] { server->release(); });
  co_await drained;
  loop.cancel(abort);
  loop.cancel(leave);
}

class RealHttpServer final : public HttpServer {
 public:
  explicit RealHttpServer(std::shared_ptr<Server> server) : server_(std::move(server)) {}
  ~RealHttpServer() override {
    server_->close();
    server_->abort();
  }

  std::uint16_t port() const override { return server_->port; }
  Stats stats() const override { return server_->stats; }
  Task<void> shutdown(Duration grace) override { return shut_down(server_, grace); }

 private:
  std::shared_ptr<Server> server_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> start_http_server(Loop& loop, HttpServerOptions options,
                                                      Handler handler, Logger log) {
  TRIBUTARY_TRY(EpollLoop * real, real_loop(loop));
  auto server =
      std::make_shared<Server>(*real, std::move(options), std::move(handler), std::move(log));
  TRIBUTARY_TRY(const int fd, listening_socket(server->options));
  server->listener.emplace(*real, fd);
  if (auto listens = adopt_listening(fd); !listens) return listens.error();
  if (server->options.tls) {
    TRIBUTARY_TRY(server->tls, TlsContext::server(*server->options.tls));
  }
  server->port = server->listener->port();
  accept_all(server);
  return std::unique_ptr<HttpServer>(std::make_unique<RealHttpServer>(std::move(server)));
}

}  // namespace tributary::net
