#include "net/connection_pool.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/run_task.h"

namespace tributary::net {
namespace {

// Listens and never accepts: connections are made by the kernel alone, and stay silent.
class SilentServer {
 public:
  SilentServer() {
    socklen_t size = sizeof(sockaddr_in);
    sockaddr_in bound{};
    auto* generic = reinterpret_cast<sockaddr*>(&bound);
    bound.sin_family = AF_INET;
    bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    TRIBUTARY_CHECK(::bind(fd_, generic, size) == 0 && ::listen(fd_, 1024) == 0);
    TRIBUTARY_CHECK(::getsockname(fd_, generic, &size) == 0);
    port_ = ntohs(bound.sin_port);
  }
  ~SilentServer() { ::close(fd_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  std::uint16_t port() const { return port_; }
  void say(std::string_view bytes) {  // to the next client that is not accepted yet
    const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    TRIBUTARY_CHECK(::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    ::close(client);
  }

 private:
  const int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
};

Task<bool> nap(Loop& loop, Duration duration) { co_return co_await sleep_for(loop, duration, {}); }

class ConnectionPoolTest : public testing::Test {
 protected:
  std::unique_ptr<Connection> connect() {
    Interrupt interrupt(loop_);
    return *run_task(loop_,
                     connect_tcp(loop_, {*parse_address("127.0.0.1", server_.port())}, interrupt));
  }

  EpollLoop loop_;
  SilentServer server_;
};

TEST_F(ConnectionPoolTest, GivesTheNewestOfARouteFirst) {
  ConnectionPool pool(loop_, {.plain_max = 10, .tls_max = 1, .idle_timeout = 1h});
  auto older = connect();
  auto newer = connect();
  const Connection* const oldest = older.get();
  const Connection* const newest = newer.get();
  pool.give("a", std::move(older));
  run_task(loop_, nap(loop_, 1ms));
  pool.give("a", std::move(newer));

  EXPECT_EQ(pool.take("b"), nullptr);
  EXPECT_EQ(pool.take("a").get(), newest);
  EXPECT_EQ(pool.take("a").get(), oldest);
  EXPECT_EQ(pool.take("a"), nullptr);
}

TEST_F(ConnectionPoolTest, DropsTheOldestAboveItsLimit) {
  ConnectionPool pool(loop_, {.plain_max = 2, .tls_max = 1, .idle_timeout = 1h});

  for (const char* route : {"a", "b", "a"}) pool.give(route, connect());

  EXPECT_EQ(pool.size(), 2U);
  EXPECT_NE(pool.take("a"), nullptr);
  EXPECT_EQ(pool.take("a"), nullptr);
  EXPECT_NE(pool.take("b"), nullptr);
}

TEST_F(ConnectionPoolTest, PassesOverOnesThatAreNotQuiet) {
  ConnectionPool pool(loop_, {.plain_max = 2, .tls_max = 1, .idle_timeout = 1h});
  pool.give("a", connect());

  server_.say("unasked");
  run_task(loop_, nap(loop_, 1ms));

  EXPECT_EQ(pool.take("a"), nullptr);
  EXPECT_EQ(pool.size(), 0U);
}

TEST_F(ConnectionPoolTest, KeepsAPlainConnectionInThreeHundredBytes) {
  constexpr std::size_t kConnections = 500;
  ConnectionPool pool(loop_, {.plain_max = kConnections, .tls_max = 1, .idle_timeout = 1h});
  pool.give("http://127.0.0.1:9000", connect());
  const std::size_t before = mallinfo2().uordblks;

  for (std::size_t i = 1; i < kConnections; ++i)
    pool.give("http://127.0.0.1:" + std::to_string(9000 + i), connect());

  EXPECT_LE((mallinfo2().uordblks - before) / kConnections, 300U);
  EXPECT_EQ(pool.size(), kConnections);
}

}  // namespace
}  // namespace tributary::net
