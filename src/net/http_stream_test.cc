// Bodies that do not lie in memory, adopted listeners and unix sockets, end to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/http.h"
#include "net/listener.h"
#include "net/run_task.h"

namespace tributary::net {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Counts what it takes; refuses what goes beyond its limit.
struct CountingSink final : BodySink {
  explicit CountingSink(std::size_t bytes_max) : max(bytes_max) {}
  Result<void> take(std::string_view piece) override {
    bytes += piece.size();
    largest = std::max(largest, piece.size());
    if (bytes <= max) return {};
    return Error(Code::limit_exceeded, "disk full");
  }

  std::size_t max;
  std::size_t bytes = 0;
  std::size_t largest = 0;
};

// Repeats one piece, and may fail at its end.
struct RepeatingSource final : BodySource {
  RepeatingSource(std::string with_piece, std::size_t with_times) : piece(std::move(with_piece)) {
    times = with_times;
  }
  std::optional<std::uint64_t> size() const override { return promised; }
  Task<Result<std::string_view>> next() override {
    if (times == 0 && failure) co_return *failure;
    if (times == 0) co_return std::string_view();
    --times;
    co_return std::string_view(piece);
  }

  std::string piece;
  std::size_t times = 0;
  std::optional<std::uint64_t> promised;
  std::optional<Error> failure;
};

// Says nothing until it is stopped, and then notes that it was.
struct WaitingSource final : BodySource {
  WaitingSource(Loop& on_loop, std::stop_token with_stop, bool& note)
      : loop(on_loop), stop(std::move(with_stop)), stopped(note) {}
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  Task<Result<std::string_view>> next() override {
    SleepAwaiter wait = sleep_for(loop, 1h, stop);
    const bool whole = co_await wait;
    stopped = !whole;
    co_return Error(Code::cancelled, "stopped");
  }

  Loop& loop;
  std::stop_token stop;
  bool& stopped;
};

Task<Response> say_what_was_taken(ServerRequest request) {
  Response response;
  if (request.body_error) response.status = 507;
  const auto* sink = static_cast<const CountingSink*>(request.sink.get());
  response.body = request.method + " in memory " + std::to_string(request.body.size());
  if (sink != nullptr) response.body += ", in sink " + std::to_string(sink->bytes);
  if (request.body_error) response.body += ", " + request.body_error->message();
  co_return response;
}

Task<std::string> talk(EpollLoop& loop, std::uint16_t port, std::string bytes) {
  Interrupt interrupt(loop);
  interrupt.set_deadline(loop.clock().monotonic() + 5s);
  const Addresses addresses{*parse_address("127.0.0.1", port)};
  auto connected = co_await connect_tcp(loop, addresses, interrupt);
  if (!connected) co_return connected.error().message();
  Connection& connection = **connected;
  const Result<void> sent = co_await connection.write(bytes, "", interrupt);
  if (!sent) co_return sent.error().message();
  std::string answer;
  while (true) {
    const auto got = co_await connection.read(interrupt);
    if (!got) co_return answer + "<" + got.error().message() + ">";
    if (got->empty()) co_return answer;
    answer += *got;
  }
}

Task<void> pause(Loop* loop) { co_await sleep_for(*loop, 1ms, {}); }

class HttpStreamTest : public testing::Test {
 protected:
  ~HttpStreamTest() override {
    if (server_) run_task(*loop_, server_->shutdown(0s));
  }

  void start(HttpServerOptions options, Handler handler) {
    auto started = start_http_server(*loop_, std::move(options), std::move(handler), {});
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::move(*started);
  }
  // Of requests whose path is /sink.
  HttpServerOptions with_sinks(std::size_t bytes_max = 1U << 30) {
    HttpServerOptions options;
    options.body_bytes_max = 1000;
    options.body_sink = [this, bytes_max](const ServerRequest& head) -> std::shared_ptr<BodySink> {
      if (head.path() != "/sink") return nullptr;
      auto sink = std::make_shared<CountingSink>(bytes_max);
      sink_ = sink;
      return sink;
    };
    return options;
  }
  void start_streaming(std::function<void(RepeatingSource&)> with) {
    start({}, [with = std::move(with)](ServerRequest) { return repeat(with); });
  }
  static Task<Response> repeat(std::function<void(RepeatingSource&)> with) {
    auto source = std::make_shared<RepeatingSource>("0123456789", 3);
    with(*source);
    co_return Response{.stream = std::move(source)};
  }
  static Task<Response> answer_with(std::shared_ptr<BodySource> source) {
    co_return Response{.stream = std::move(source)};
  }
  std::string exchange(std::string bytes) {
    return run_task(*loop_, talk(real(), server_->port(), std::move(bytes)));
  }
  EpollLoop& real() { return **real_loop(*loop_); }
  Request request(std::string_view method, std::string_view target) {
    Request made;
    made.method = method;
    made.url =
        *parse_url("http://localhost:" + std::to_string(server_->port()) + std::string(target));
    made.timeout = 5s;
    return made;
  }
  Result<Response> send(Request request) {
    return run_task(*loop_, client_->send(std::move(request), {}));
  }

  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpClient> client_ = *make_http_client(*loop_, {});
  std::weak_ptr<CountingSink> sink_;
};

TEST_F(HttpStreamTest, LetsASinkTakeABodyOfAnyLengthPieceByPiece) {
  std::size_t largest = 0;
  start(with_sinks(), [&](ServerRequest with) {
    largest = static_cast<const CountingSink&>(*with.sink).largest;
    return say_what_was_taken(std::move(with));
  });
  Request put = request("PUT", "/sink");
  put.body = make_body(std::string(20'000'000, 'x'));

  const auto answer = send(put);

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "PUT in memory 0, in sink 20000000");
  EXPECT_LE(largest, EpollLoop::kReadBufferBytes);
  EXPECT_TRUE(sink_.expired());
}

TEST_F(HttpStreamTest, KeepsBodiesInMemoryWhereThereIsNoSink) {
  start(with_sinks(), say_what_was_taken);
  const std::string fits(1000, 'x');
  const std::string chunked =
      "PUT /sink HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n"
      "0\r\n\r\n";

  const std::string answer =
      exchange(chunked + "PUT /other HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + fits +
               "PUT /sink HTTP/1.1\r\nHost: h\r\n\r\n" +
               "PUT /other HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + fits + "x");

  EXPECT_THAT(answer, AllOf(HasSubstr("PUT in memory 0, in sink 5"),
                            HasSubstr("PUT in memory 1000HTTP/1.1"),
                            HasSubstr("PUT in memory 0, in sink 0"), HasSubstr(" 413 ")));
}

TEST_F(HttpStreamTest, EndsABodyWithItsSinksFirstError) {
  start(with_sinks(1'000'000), say_what_was_taken);
  Request put = request("PUT", "/sink");
  put.body = make_body(std::string(8'000'000, 'x'));

  const auto answer = send(put);

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 507);
  EXPECT_THAT(answer->body, EndsWith("disk full"));
  EXPECT_EQ(*answer->headers.get("Connection"), "close");
}

TEST_F(HttpStreamTest, LetsGoOfASinkWhoseBodyDoesNotComeWhole) {
  HttpServerOptions options = with_sinks();
  options.sink_bytes_max = 10;
  options.body_timeout = 20ms;
  options.header_timeout = 20ms;
  bool handled = false;
  start(std::move(options), [&](ServerRequest with) {
    handled = true;
    return say_what_was_taken(std::move(with));
  });
  const std::string head = "PUT /sink HTTP/1.1\r\nHost: h\r\n";

  const std::string too_long = exchange(head + "Content-Length: 11\r\n\r\n");
  const std::string too_long_in_chunks =
      exchange(head + "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n2\r\n");
  const std::string too_slow = exchange(head + "Content-Length: 10\r\n\r\nabc");

  EXPECT_THAT(too_long, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(too_long_in_chunks, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(too_slow, StartsWith("HTTP/1.1 408 "));
  EXPECT_FALSE(handled);
  EXPECT_TRUE(sink_.expired());
}

TEST_F(HttpStreamTest, SendsAStreamOfKnownSizeWithItsLength) {
  start_streaming([](RepeatingSource& source) { source.promised = 30; });

  const std::string answer = exchange(
      "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
      "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("Content-Length: 30\r\nConnection: keep-alive\r\n\r\n"
                                "012345678901234567890123456789HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("Content-Length: 30\r\nConnection: close\r\n\r\n"));
}

TEST_F(HttpStreamTest, SendsAStreamOfUnknownSizeInChunks) {
  start_streaming([](RepeatingSource&) {});

  const std::string answer = exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto understood = send(request("GET", "/"));

  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\na\r\n0123456789\r\na\r\n0123456789\r\na\r\n0123456789\r\n"
                               "0\r\n\r\n"));
  ASSERT_TRUE(understood);
  EXPECT_EQ(understood->body, "012345678901234567890123456789");
}

TEST_F(HttpStreamTest, EndsAStreamOfUnknownSizeWithTheConnectionInHttp10) {
  start_streaming([](RepeatingSource&) {});

  const std::string answer = exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  EXPECT_THAT(answer, EndsWith("Connection: close\r\n\r\n012345678901234567890123456789"));
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
}

TEST_F(HttpStreamTest, SendsAnEmptyStream) {
  start_streaming([](RepeatingSource& source) { source.times = 0; });

  const std::string answer = exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, EndsWith("\r\n\r\n0\r\n\r\n"));
}

TEST_F(HttpStreamTest, BreaksOffWhatDoesNotKeepItsPromise) {
  const auto fails = [&](std::function<void(RepeatingSource&)> with) {
    start_streaming(std::move(with));
    const auto answer = send(request("GET", "/"));
    run_task(*loop_, server_->shutdown(0s));
    return !answer && answer.error().code() == Code::unavailable;
  };

  EXPECT_TRUE(fails([](RepeatingSource& source) { source.promised = 31; }));
  EXPECT_TRUE(fails([](RepeatingSource& source) { source.promised = 29; }));
  EXPECT_TRUE(fails([](RepeatingSource& source) { source.failure = Error(Code::corruption, ""); }));
  EXPECT_FALSE(fails([](RepeatingSource&) {}));
}

TEST_F(HttpStreamTest, StreamsMoreThanMayLieInMemory) {
  HttpServerOptions options;
  options.answer_bytes_max = 100'000;
  start(std::move(options), [](ServerRequest) {
    return repeat([](RepeatingSource& source) {
      source.piece = std::string(50'000, 'x');
      source.times = 1000;
      source.promised = 50'000'000;
    });
  });
  std::size_t bytes = 0;
  std::size_t held = 0;
  Request get = request("GET", "/");
  get.response_bytes_max = 50'000'000;
  get.on_body = [&](const Response&, std::string_view piece) {
    bytes += piece.size();
    held = std::max(held, server_->stats().answer_bytes);
    return Result<void>();
  };

  const auto answer = send(std::move(get));

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(bytes, 50'000'000U);
  EXPECT_LE(held, 50'000U);
}

TEST_F(HttpStreamTest, StopsTheStreamOfAClientThatHasGone) {
  bool stopped = false;
  start({}, [&](ServerRequest with) {
    auto source = std::make_shared<WaitingSource>(*loop_, with.stop, stopped);
    return answer_with(std::move(source));
  });
  Request get = request("GET", "/");
  get.timeout = 20ms;

  const auto answer = send(std::move(get));
  client_.reset();
  while (!stopped) run_task(*loop_, pause(loop_.get()));

  EXPECT_EQ(answer.error().code(), Code::timeout);
}

TEST_F(HttpStreamTest, ServesFromASocketThatListensAlready) {
  const int fd = *listen_on(*parse_address("127.0.0.1", 0));
  const std::uint16_t port = bound_address(fd).port();

  start({.address = "192.0.2.1", .port = 1, .listening_socket = fd}, say_what_was_taken);

  EXPECT_EQ(server_->port(), port);
  EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), EndsWith("GET in memory 0"));
}

TEST_F(HttpStreamTest, RefusesToAdoptWhatDoesNotListen) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  const auto refused = start_http_server(*loop_, {.listening_socket = fd}, say_what_was_taken, {});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  EXPECT_EQ(::close(fd), -1);  // it was the server's
}

}  // namespace
}  // namespace tributary::net
