#include "net/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/http.h"
#include "net/listener.h"
#include "net/run_task.h"

namespace tributary::net {
namespace {

using testing::HasSubstr;

// What stands behind the relay: hands out each connection that comes.
class Backend {
 public:
  explicit Backend(EpollLoop& loop) : listener_(loop, *listen_on(*parse_address("127.0.0.1", 0))) {
    gate_.spawn(accept(loop, *this));
  }
  ~Backend() { listener_.close(); }

  std::uint16_t port() const { return listener_.port(); }
  Task<void> close() {
    listener_.close();
    return gate_.close();
  }

  std::vector<std::unique_ptr<Connection>> connections;

 private:
  static Task<void> accept(EpollLoop& loop, Backend& backend) {
    Listener::Take take = [&loop, &backend](int fd, const Address&) {
      backend.connections.push_back(std::make_unique<Connection>(loop, fd));
    };
    Task<void> accepting = backend.listener_.accept_all(std::move(take), {});
    co_await accepting;
  }

  Listener listener_;
  Gate gate_;
};

Task<Result<std::unique_ptr<Connection>>> connect(EpollLoop& loop, std::uint16_t port,
                                                  Interrupt& interrupt) {
  const Addresses addresses{*parse_address("127.0.0.1", port)};
  co_return co_await connect_tcp(loop, addresses, interrupt);
}

// All that comes, and how it ended: "" for an orderly end.
struct Received {
  std::string bytes;
  std::string failure;
};
Task<Received> read_all(Connection& connection, Interrupt& interrupt) {
  Received all;
  while (true) {
    const auto got = co_await connection.read(interrupt);
    if (!got) all.failure = got.error().message();
    if (!got || got->empty()) co_return all;
    all.bytes += *got;
  }
}
Task<Result<std::string>> read_some(Connection& connection, Interrupt& interrupt) {
  TRIBUTARY_CO_TRY(const std::string_view got, co_await connection.read(interrupt));
  co_return std::string(got);
}

Task<void> turn(Loop* loop) { co_await sleep_for(*loop, 1ms, {}); }

Task<Response> echo_host(ServerRequest request) {
  co_return Response{.body = std::string(*request.headers.get("Host")) + request.body};
}

class RelayTest : public testing::Test {
 protected:
  RelayTest() { interrupt_.set_deadline(loop_->clock().monotonic() + 20s); }
  ~RelayTest() override {
    relay_.reset();
    client_.reset();
    backend_.connections.clear();
    run_task(*loop_, backend_.close());
    for (int i = 0; i < 3; ++i) run_task(*loop_, turn(loop_.get()));
  }

  void start(RelayOptions options = {}) {
    options.listening_socket = *listen_on(*parse_address("127.0.0.1", 0));
    if (options.to.port == 0) options.to = {"127.0.0.1", backend_.port()};
    relay_ = *start_relay(*loop_, std::move(options), {});
  }
  // A client and its connection at the backend.
  void join() {
    const std::size_t before = backend_.connections.size();
    client_ = *run_task(*loop_, connect(real(), relay_->port(), interrupt_));
    until([&] { return backend_.connections.size() > before; });
  }
  void send(Connection& connection, std::string_view bytes) {
    ASSERT_TRUE(run_task(*loop_, connection.write(bytes, "", interrupt_)));
  }
  std::string receive(Connection& connection) {
    return run_task(*loop_, read_some(connection, interrupt_)).value_or("failed");
  }
  Received receive_all(Connection& connection) {
    return run_task(*loop_, read_all(connection, interrupt_));
  }
  // How a connection ends that is never led on; the reset may come before it is whole.
  std::string end_of_new_connection() {
    auto connection = run_task(*loop_, connect(real(), relay_->port(), interrupt_));
    return connection ? receive_all(**connection).failure : connection.error().message();
  }
  void until(const std::function<bool()>& true_now) {
    while (!true_now()) run_task(*loop_, turn(loop_.get()));
  }
  Connection& at_backend() { return *backend_.connections.back(); }
  EpollLoop& real() { return **real_loop(*loop_); }

  std::unique_ptr<Loop> loop_ = make_loop();
  Interrupt interrupt_{*loop_};
  Backend backend_{real()};
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Connection> client_;
};

TEST_F(RelayTest, CarriesBytesBothWaysAndCountsThem) {
  start();
  join();

  send(*client_, "question");
  const std::string question = receive(at_backend());
  send(at_backend(), "answers");
  const std::string answer = receive(*client_);

  EXPECT_EQ(question, "question");
  EXPECT_EQ(answer, "answers");
  EXPECT_EQ(relay_->stats().forward.bytes, 8U);
  EXPECT_EQ(relay_->stats().forward.pieces, 1U);
  EXPECT_EQ(relay_->stats().back.bytes, 7U);
  EXPECT_EQ(relay_->stats().open, 1U);
}

TEST_F(RelayTest, CarriesTheEndOfOneDirectionAndLeavesTheOtherOpen) {
  start();
  join();

  send(*client_, "last words");
  client_->finish();
  const Received heard = receive_all(at_backend());
  send(at_backend(), "and an answer");
  at_backend().finish();
  const Received answer = receive_all(*client_);
  until([&] { return relay_->stats().open == 0; });

  EXPECT_EQ(heard.bytes, "last words");
  EXPECT_EQ(heard.failure, "");
  EXPECT_EQ(answer.bytes, "and an answer");
  EXPECT_EQ(answer.failure, "");
}

TEST_F(RelayTest, ReadsNoFurtherThanTheOtherSideDoes) {
  start();
  join();
  const std::string large(64'000'000, 'x');

  Started<Result<void>> sending(client_->write(large, "", interrupt_));
  std::uint64_t carried = 0;
  until([&] {
    const bool still = carried == relay_->stats().forward.bytes && carried > 0;
    carried = relay_->stats().forward.bytes;
    return still;
  });
  const bool held_back = !sending.done();
  std::string got;
  while (got.size() < large.size()) got += receive(at_backend());

  EXPECT_TRUE(held_back);
  EXPECT_LT(carried, 16'000'000U);
  EXPECT_EQ(got, large);
  EXPECT_TRUE(sending.done());
  EXPECT_EQ(relay_->stats().forward.bytes, large.size());
}

TEST_F(RelayTest, ResetsWhoeverCannotBeLedOn) {
  const int taken = *listen_on(*parse_address("127.0.0.1", 0));
  const std::uint16_t silent = bound_address(taken).port();
  ::close(taken);
  start({.to = {"127.0.0.1", silent}});

  const std::string end = end_of_new_connection();

  EXPECT_THAT(end, HasSubstr("Connection reset"));
  EXPECT_EQ(relay_->stats().failed, 1U);
}

TEST_F(RelayTest, TellsOneSideThatTheOtherBrokeOff) {
  start();
  join();

  at_backend().reset_at_end();
  backend_.connections.clear();
  const Received broken = receive_all(*client_);

  EXPECT_THAT(broken.failure, HasSubstr("Connection reset"));
}

TEST_F(RelayTest, ResetsConnectionsAboveTheLimit) {
  start({.connections_max = 1});
  join();

  const std::string end = end_of_new_connection();

  EXPECT_THAT(end, HasSubstr("Connection reset"));
  EXPECT_EQ(relay_->stats().refused, 1U);
  EXPECT_EQ(relay_->stats().open, 1U);
}

TEST_F(RelayTest, GivesUpOnAHalfThatStaysSilent) {
  start({.half_closed_timeout = 20ms});
  join();

  client_->finish();
  const Received nothing = receive_all(*client_);

  EXPECT_THAT(nothing.failure, HasSubstr("Connection reset"));
}

TEST_F(RelayTest, ResetsWhatIsOpenAndFreesItsPortWhenItEnds) {
  start();
  join();
  const std::uint16_t port = relay_->port();

  relay_.reset();
  const auto again = listen_on(*parse_address("127.0.0.1", port));
  const Received reset = receive_all(*client_);

  EXPECT_TRUE(again) << again.error().message();
  EXPECT_THAT(reset.failure, HasSubstr("Connection reset"));
  ::close(*again);
}

TEST_F(RelayTest, AsksForTheSocketThatLeadsOn) {
  int asked = 0;
  start({.make_socket = [&](int family) -> Result<int> {
    if (++asked > 1) return Error(Code::unavailable, "no namespace");
    return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }});
  join();
  send(*client_, "hello");
  EXPECT_EQ(receive(at_backend()), "hello");

  const std::string end = end_of_new_connection();

  EXPECT_THAT(end, HasSubstr("Connection reset"));
  EXPECT_EQ(asked, 2);
}

// Signatures are made over Host and path: nobody on the way may touch them.
TEST_F(RelayTest, LeavesRequestsAsTheyAre) {
  const auto server = *start_http_server(*loop_, {}, echo_host, {});
  start({.to = {"localhost", server->port()}});
  const auto client = *make_http_client(*loop_, {});
  const std::string authority = "127.0.0.1:" + std::to_string(relay_->port());
  Request request;
  request.method = "POST";
  request.url = *parse_url("http://" + authority + "/");
  request.body = make_body(std::string(1'000'000, 'b'));

  const auto first = run_task(*loop_, client->send(request, {}));
  const auto second = run_task(*loop_, client->send(request, {}));
  run_task(*loop_, server->shutdown(0s));

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->body, authority + *request.body);
  EXPECT_EQ(second->body, first->body);
  EXPECT_EQ(relay_->stats().opened, 1U);
}

TEST_F(RelayTest, RefusesToListenOnWhatDoesNot) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  const auto refused = start_relay(*loop_, {.listening_socket = fd, .to = {"127.0.0.1", 1}}, {});

  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
}

}  // namespace
}  // namespace tributary::net
