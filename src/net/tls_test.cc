#include "net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "net/run_task.h"
#include "net/test_certificate.h"

namespace tributary::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Task<Response> say_tls(ServerRequest request) {
  co_return Response{.status = 200, .headers = {}, .body = request.is_tls ? "tls" : "plain"};
}

// A proxy that opens one tunnel to `target`, whatever it was asked for, and copies bytes.
class TunnelProxy {
 public:
  explicit TunnelProxy(std::uint16_t target) : target_(target) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TunnelProxy() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void run() const {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(client, &byte, 1, 0) == 1) head += byte;
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(target_);
    ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    constexpr std::string_view kOpened = "HTTP/1.1 200 Connection established\r\n\r\n";
    ::send(client, kOpened.data(), kOpened.size(), MSG_NOSIGNAL);
    while (copy_what_came(client, server)) {
    }
    ::close(client);
    ::close(server);
  }

  static bool copy_what_came(int client, int server) {
    pollfd waiting[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(waiting, 2, 5000) <= 0) return false;
    for (int i = 0; i < 2; ++i) {
      if (waiting[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t got = ::recv(waiting[i].fd, buffer, sizeof buffer, 0);
      if (got <= 0) return false;
      ::send(waiting[1 - i].fd, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL);
    }
    return true;
  }

  std::uint16_t target_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    std::string pattern = testing::TempDir() + "tributary-tls-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    certificate_ = make_test_certificate(directory_);
    HttpServerOptions options;
    options.tls = TlsServerOptions{certificate_.cert_file, certificate_.key_file};
    server_ = *start_http_server(*loop_, options, say_tls, {});
  }
  ~TlsTest() override {
    run_task(*loop_, server_->shutdown(0s));
    std::filesystem::remove_all(directory_);
  }

  TlsClientOptions trusting() const {
    TlsClientOptions tls;
    tls.ca_file = certificate_.cert_file;
    return tls;
  }
  Result<Response> send(const TlsClientOptions& tls, std::string_view host = "localhost",
                        const ProxyOptions& proxy = {}) {
    HttpClientOptions options;
    options.tls = tls;
    options.proxy = proxy;
    TRIBUTARY_TRY(const auto client, make_http_client(*loop_, options));
    Request request;
    request.url =
        *parse_url("https://" + std::string(host) + ":" + std::to_string(server_->port()) + "/");
    request.timeout = 5s;
    return run_task(*loop_, client->send(request, {}));
  }

  std::string directory_;
  TestCertificate certificate_;
  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(TlsTest, TalksToAServerWhoseAuthorityItKnows) {
  const auto by_name = send(trusting());
  const auto by_address = send(trusting(), "127.0.0.1");

  ASSERT_TRUE(by_name) << by_name.error().message();
  ASSERT_TRUE(by_address) << by_address.error().message();
  EXPECT_EQ(by_name->body, "tls");
}

TEST_F(TlsTest, TakesTheAuthorityAsText) {
  std::ifstream file(certificate_.cert_file);
  TlsClientOptions tls;
  tls.ca_pem.assign(std::istreambuf_iterator<char>(file), {});

  EXPECT_TRUE(send(tls));
}

TEST_F(TlsTest, ReusesATlsConnection) {
  HttpClientOptions options;
  options.tls = trusting();
  const auto client = *make_http_client(*loop_, options);
  Request request;
  request.url = *parse_url("https://localhost:" + std::to_string(server_->port()) + "/");

  const Instant began = loop_->clock().monotonic();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(run_task(*loop_, client->send(request, {})));

  EXPECT_LT(loop_->clock().monotonic() - began, 5s);
}

TEST_F(TlsTest, RefusesAnUnknownAuthority) {
  const auto refused = send({});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_THAT(refused.error().message(), HasSubstr("self-signed certificate"));
}

TEST_F(TlsTest, RefusesAnotherHostsCertificate) {
  TlsClientOptions tls = trusting();
  tls.server_name = "other.example";

  const auto refused = send(tls);

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("other.example: TLS handshake"));
  EXPECT_THAT(refused.error().message(), HasSubstr("hostname mismatch"));
}

TEST_F(TlsTest, BelievesAnythingWhereToldSo) {
  TlsClientOptions tls;
  tls.insecure_skip_verify = true;
  tls.server_name = "other.example";

  EXPECT_TRUE(send(tls));
}

TEST_F(TlsTest, HoldsToTheVersions) {
  TlsClientOptions old = trusting();
  old.min_version = TlsVersion::tls10;
  old.max_version = TlsVersion::tls11;
  TlsClientOptions middle = trusting();
  middle.max_version = TlsVersion::tls12;

  EXPECT_FALSE(send(old));
  EXPECT_TRUE(send(middle));
}

TEST_F(TlsTest, SaysAtOnceWhichFileIsWrong) {
  const auto says = [&](const TlsClientOptions& tls) {
    HttpClientOptions options;
    options.tls = tls;
    const auto made = make_http_client(*loop_, options);
    return made ? "nothing" : made.error().message();
  };
  TlsClientOptions no_authority;
  no_authority.ca_file = "/does/not/exist";
  TlsClientOptions no_key;
  no_key.cert_file = certificate_.cert_file;
  TlsClientOptions no_text;
  no_text.ca_pem = "nonsense";

  EXPECT_THAT(says(no_authority), StartsWith("TLS: CA file \"/does/not/exist\": "));
  EXPECT_EQ(says(no_key), "TLS: client certificate: has no key");
  EXPECT_EQ(says(no_text), "TLS: CA certificate text: holds no PEM certificate");
}

TEST_F(TlsTest, ShowsItsOwnCertificate) {
  TlsClientOptions tls = trusting();
  tls.cert_file = certificate_.cert_file;
  tls.key_file = certificate_.key_file;

  EXPECT_TRUE(send(tls));
}

TEST_F(TlsTest, GoesThroughAProxysTunnel) {
  const TunnelProxy tunnel(server_->port());
  ProxyOptions proxy;
  proxy.url = *parse_url("http://127.0.0.1:" + std::to_string(tunnel.port()));

  const auto answer = send(trusting(), "localhost", proxy);

  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "tls");
}

TEST_F(TlsTest, SurvivesClientsThatDoNotSpeakIt) {
  const auto client = *make_http_client(*loop_, {});
  Request plain;
  plain.url = *parse_url("http://localhost:" + std::to_string(server_->port()) + "/");

  EXPECT_FALSE(run_task(*loop_, client->send(plain, {})));
  EXPECT_TRUE(send(trusting()));
}

TEST(TlsContexts, AreSharedByClientsOfTheSameSettings) {
  TlsContexts contexts;
  TlsClientOptions options;
  options.insecure_skip_verify = true;
  TlsClientOptions older = options;
  older.max_version = TlsVersion::tls12;

  const auto first = contexts.client(options);
  const auto second = contexts.client(options);
  const auto other = contexts.client(older);

  ASSERT_TRUE(first && second && other);
  EXPECT_EQ(first->get(), second->get());
  EXPECT_NE(first->get(), other->get());
}

}  // namespace
}  // namespace tributary::net
