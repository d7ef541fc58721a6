#include "lab/network/task_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "lab/network/network_namespace.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::StartsWith;

net::Task<net::Response> echo(net::ServerRequest request) {
  net::Response response;
  response.body = std::string(*request.headers.get("Host")) + request.target + request.body;
  co_return response;
}

// What the task's processes do: a thread inside, with a loop of its own, while ours goes on.
void inside(net::Loop& loop, const TaskNetwork& network,
            const std::function<void(net::Loop& own)>& work) {
  std::thread thread([&] {
    ASSERT_EQ(::setns(network.namespace_fd(), CLONE_NEWNET), 0);
    const auto own = net::make_loop();
    work(*own);
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  thread.join();
}

Result<net::Response> send(net::Loop& loop, std::string_view url, std::string body = "") {
  net::HttpClientOptions options;
  options.proxy.from_environment = false;
  const auto client = *net::make_http_client(loop, options);
  net::Request request;
  request.method = "POST";
  request.url = *net::parse_url(url);
  request.body = net::make_body(std::move(body));
  request.timeout = 10s;
  return net::run_task(loop, client->send(std::move(request), {}));
}

net::Task<void> nap(net::Loop* loop) { co_await net::sleep_for(*loop, 1ms, {}); }

// What was open ends on the loop.
void turn(net::Loop& loop) {
  for (int i = 0; i < 3; ++i) net::run_task(loop, nap(&loop));
}

std::string answer_of(const Result<net::Response>& response) {
  return response ? response->body : "failed: " + response.error().message();
}

std::string url_of(const net::HttpServer& server, std::string_view target = "/") {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(target);
}

class TaskNetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = make_isolated_network(*loop_, {});
    if (!made) GTEST_SKIP() << made.error().message();
    network_ = std::move(*made);
  }
  ~TaskNetworkTest() override {
    network_.reset();
    for (const auto& server : servers_) net::run_task(*loop_, server->shutdown(0s));
    turn(*loop_);
  }

  net::HttpServer& start_server() {
    servers_.push_back(*net::start_http_server(*loop_, {}, echo, {}));
    return *servers_.back();
  }
  // A server of the task itself, until `with` returns.
  void with_server_inside(const std::function<void(std::uint16_t port)>& with) {
    net::Loop* own = nullptr;
    std::thread thread([&] {
      ASSERT_EQ(::setns(network_->namespace_fd(), CLONE_NEWNET), 0);
      const auto loop = net::make_loop();
      const auto server = *net::start_http_server(*loop, {}, echo, {});
      loop_->post([&, port = server->port()] {
        own = loop.get();
        port_inside_ = port;
        loop_->stop();
      });
      loop->run();
      net::run_task(*loop, server->shutdown(0s));
    });
    loop_->run();
    with(port_inside_);
    own->post([own] { own->stop(); });
    thread.join();
  }
  std::string published_url(std::uint16_t port) const {
    return "http://" + network_->address() + ":" + std::to_string(port);
  }
  InterfaceStats eth0() const { return network_->interfaces().at("eth0"); }

  std::unique_ptr<net::Loop> loop_ = net::make_loop();
  std::unique_ptr<TaskNetwork> network_;
  std::vector<std::unique_ptr<net::HttpServer>> servers_;
  std::uint16_t port_inside_ = 0;
};

TEST_F(TaskNetworkTest, ServesMetadataWhereEcsDoes) {
  servers_.push_back(*network_->serve_metadata(echo));
  std::string answer;

  inside(*loop_, *network_, [&](net::Loop& own) {
    answer = answer_of(send(own, network_->metadata_url() + "/v4/abc/task"));
  });

  EXPECT_EQ(network_->metadata_url(), "http://169.254.170.2");
  EXPECT_EQ(answer, "169.254.170.2/v4/abc/task");
  EXPECT_EQ(eth0().rx_bytes, 0U);  // that was not its eth0
}

TEST_F(TaskNetworkTest, HoldsOneTaskApartFromAnother) {
  auto other = *make_isolated_network(*loop_, {});
  servers_.push_back(*network_->serve_metadata([](net::ServerRequest) -> net::Task<net::Response> {
    co_return net::Response{.body = "first"};
  }));
  servers_.push_back(*other->serve_metadata([](net::ServerRequest) -> net::Task<net::Response> {
    co_return net::Response{.body = "second"};
  }));
  std::string first;
  std::string second;

  inside(*loop_, *network_,
         [&](net::Loop& own) { first = answer_of(send(own, "http://169.254.170.2/")); });
  inside(*loop_, *other,
         [&](net::Loop& own) { second = answer_of(send(own, "http://169.254.170.2/")); });

  EXPECT_EQ(first, "first");
  EXPECT_EQ(second, "second");
}

TEST_F(TaskNetworkTest, ShutsTheMachineOutAndTheTaskIn) {
  net::HttpServer& server = start_server();
  std::string from_inside;
  std::string from_outside;

  inside(*loop_, *network_,
         [&](net::Loop& own) { from_inside = answer_of(send(own, url_of(server))); });
  with_server_inside([&](std::uint16_t port) {
    from_outside = answer_of(send(*loop_, "http://127.0.0.1:" + std::to_string(port) + "/"));
  });

  EXPECT_THAT(from_inside, HasSubstr("Connection refused"));
  EXPECT_THAT(from_outside, HasSubstr("Connection refused"));
}

// The hub's address is the same inside, so that the Host that a signature covers is, too.
TEST_F(TaskNetworkTest, LeadsOutToTheSameAddressAndCountsIt) {
  net::HttpServer& server = start_server();
  const net::HostPort hub{"127.0.0.1", server.port()};
  std::string answer;

  const auto led = network_->lead_out(hub, hub);
  inside(*loop_, *network_, [&](net::Loop& own) {
    answer = answer_of(send(own, url_of(server, "/x"), std::string(100'000, 'b')));
  });

  ASSERT_TRUE(led) << led.error().message();
  EXPECT_EQ(answer,
            "127.0.0.1:" + std::to_string(server.port()) + "/x" + std::string(100'000, 'b'));
  EXPECT_GT(eth0().tx_bytes, 100'000U);
  EXPECT_LT(eth0().tx_bytes, 101'000U);
  EXPECT_GT(eth0().rx_bytes, 100'000U);
  EXPECT_GT(eth0().tx_packets, 0U);
  EXPECT_EQ(eth0().tx_dropped, 0U);
}

TEST_F(TaskNetworkTest, LeadsOutUnderTheAddressOfAnotherMachine) {
  net::HttpServer& server = start_server();
  std::string answer;

  const auto led = network_->lead_out({"192.0.2.7", 9009}, {"127.0.0.1", server.port()});
  const auto more = network_->lead_out({"192.0.2.7", 9010}, {"127.0.0.1", server.port()});
  inside(*loop_, *network_,
         [&](net::Loop& own) { answer = answer_of(send(own, "http://192.0.2.7:9010/")); });

  EXPECT_TRUE(led);
  EXPECT_TRUE(more);
  EXPECT_EQ(answer, "192.0.2.7:9010/");
}

TEST_F(TaskNetworkTest, CountsWhatCouldNotBeLedOutAsDropped) {
  const auto led = network_->lead_out({"127.0.0.1", 4000}, {"127.0.0.1", 1});
  std::string answer;

  inside(*loop_, *network_,
         [&](net::Loop& own) { answer = answer_of(send(own, "http://127.0.0.1:4000/")); });

  ASSERT_TRUE(led);
  EXPECT_THAT(answer, StartsWith("failed"));
  EXPECT_EQ(eth0().tx_dropped, 1U);
}

TEST_F(TaskNetworkTest, PublishesPortsAtAnAddressOfTheTasksOwn) {
  auto other = *make_isolated_network(*loop_, {});

  std::string answer;
  with_server_inside([&](std::uint16_t port) {
    ASSERT_TRUE(network_->publish(8000, port));
    ASSERT_TRUE(other->publish(8000, port));
    answer = answer_of(send(*loop_, published_url(8000) + "/y", "body"));
  });
  const std::string gone = answer_of(send(*loop_, published_url(8000) + "/"));

  EXPECT_THAT(network_->address(), StartsWith("127.64."));
  EXPECT_NE(network_->address(), other->address());
  EXPECT_EQ("http://" + answer, published_url(8000) + "/ybody");
  EXPECT_GT(eth0().rx_bytes, 0U);
  EXPECT_GT(eth0().tx_bytes, 0U);
  EXPECT_THAT(gone, HasSubstr("Connection reset"));
  EXPECT_EQ(eth0().rx_dropped, 1U);
}

TEST_F(TaskNetworkTest, SaysWhichPortIsTaken) {
  ASSERT_TRUE(network_->publish(8000, 80));

  const auto published = network_->publish(8000, 8080);
  const auto twice = network_->lead_out({"127.0.0.1", 4000}, {"127.0.0.1", 1});
  const auto again = network_->lead_out({"127.0.0.1", 4000}, {"127.0.0.1", 1});
  const auto named = network_->lead_out({"hub.example", 4000}, {"127.0.0.1", 1});

  EXPECT_THAT(published.error().message(),
              HasSubstr("publish port 8080 of a task: listen on " + network_->address() +
                        " port 8000: Address already in use"));
  EXPECT_TRUE(twice);
  EXPECT_THAT(again.error().message(), HasSubstr("Address already in use"));
  EXPECT_THAT(named.error().message(), HasSubstr("\"hub.example\": must be an IP address"));
}

TEST_F(TaskNetworkTest, FreesItsAddressAndItsPortsWhenItEnds) {
  const std::string address = network_->address();
  ASSERT_TRUE(network_->publish(8000, 80));

  network_.reset();
  auto next = *make_isolated_network(*loop_, {});
  const auto published = next->publish(8000, 80);

  EXPECT_EQ(next->address(), address);
  EXPECT_TRUE(published) << published.error().message();
}

// A process that waits in a namespace of its own, as a pause container does.
class Pause {
 public:
  explicit Pause(int flags) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const char done = ::unshare(flags) == 0 ? 'y' : 'n';
      (void)!::write(ready[1], &done, 1);
      while (true) ::pause();
    }
    char done = 0;
    EXPECT_EQ(::read(ready[0], &done, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Pause() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

TEST_F(TaskNetworkTest, JoinsTheNamespaceOfAProcess) {
  const Pause pause(CLONE_NEWNET);

  auto joined = join_network_of(*loop_, pause.pid(), {});
  auto again = join_network_of(*loop_, pause.pid(), {});
  ASSERT_TRUE(joined) << joined.error().message();
  ASSERT_TRUE(again) << again.error().message();
  network_ = std::move(*joined);
  servers_.push_back(*network_->serve_metadata(echo));
  std::string answer;
  inside(*loop_, **again,
         [&](net::Loop& own) { answer = answer_of(send(own, "http://169.254.170.2/z")); });

  EXPECT_EQ(answer, "169.254.170.2/z");
}

TEST_F(TaskNetworkTest, DoesNotTakeTheMachinesNetworkForATasks) {
  const Pause pause(0);

  const auto shared = join_network_of(*loop_, pause.pid(), {});
  const auto nobody = join_network_of(*loop_, 0x7fffffff, {});

  EXPECT_EQ(shared.error().code(), Code::invalid_argument);
  EXPECT_THAT(shared.error().message(), HasSubstr("the machine's own network"));
  EXPECT_EQ(nobody.error().code(), Code::not_found);
}

TEST_F(TaskNetworkTest, LetsEverybodyListenOnLowPorts) {
  std::string start;

  const auto read = NetworkNamespace(::dup(network_->namespace_fd())).within([&]() -> Result<int> {
    std::ifstream file("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    std::getline(file, start);
    return 0;
  });

  ASSERT_TRUE(read);
  if (::access("/proc/sys/net/ipv4/ip_unprivileged_port_start", W_OK) != 0)
    GTEST_SKIP() << "/proc/sys is read-only here";
  EXPECT_EQ(start, "0");
}

TEST(MachineNetwork, ServesMetadataAtAnyPort) {
  const auto loop = net::make_loop();
  const auto network = machine_network(*loop, {});

  const auto server = *network->serve_metadata(echo);
  const auto answer = send(*loop, network->metadata_url() + "/v4/abc");
  net::run_task(*loop, server->shutdown(0s));

  EXPECT_FALSE(network->isolated());
  EXPECT_EQ(network->namespace_fd(), -1);
  EXPECT_THAT(network->metadata_url(), StartsWith("http://127.0.0.1:"));
  EXPECT_THAT(answer_of(answer), HasSubstr("/v4/abc"));
}

TEST(MachineNetwork, PublishesOnlyWhatIsTheSame) {
  const auto loop = net::make_loop();
  const auto network = machine_network(*loop, {});

  EXPECT_TRUE(network->publish(8080, 8080));
  EXPECT_TRUE(network->lead_out({"127.0.0.1", 9009}, {"127.0.0.1", 9009}));
  const auto refused = network->publish(8080, 80);

  EXPECT_EQ(refused.error().code(), Code::unsupported);
  EXPECT_THAT(refused.error().message(), HasSubstr("publish port 80 of a task as 8080"));
  EXPECT_THAT(network->interfaces(), Not(Contains(Key("lo"))));
}

}  // namespace
}  // namespace tributary::lab
