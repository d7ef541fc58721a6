#include "lab/network/isolated_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "lab/network/metadata_server.h"
#include "net/listen.h"

namespace tributary::lab {
namespace {

constexpr std::uint16_t kMetadataPort = 80;
constexpr const char* kInterface = "eth0";

Result<int> make_socket(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error(Code::unavailable, std::generic_category().message(errno));
  return fd;
}

bool is_address_of_another(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) != 1) return false;
  const std::uint32_t number = ntohl(address.s_addr);
  return number != INADDR_ANY && number >> 24 != IN_LOOPBACKNET;
}

std::string text_of(const net::HostPort& where) {
  return where.host + ":" + std::to_string(where.port);
}

}  // namespace

// Inside, the address of another machine is one of lo's, so that nothing changes for those who
// connect to it, nor for the Host that their signatures cover.
Result<int> IsolatedNetwork::listen_inside(const net::HostPort& where) const {
  if (is_address_of_another(where.host))
    if (auto added = inside_->add_address(where.host); !added) return added.error();
  return inside_->within([&] { return net::listen_at(where); });
}

Result<std::unique_ptr<net::HttpServer>> IsolatedNetwork::serve_metadata(net::Handler handler) {
  net::HttpServerOptions options = metadata_server_options();
  TRIBUTARY_TRY(options.listening_socket, listen_inside({kMetadataAddress, kMetadataPort}));
  return net::start_http_server(loop_, std::move(options), std::move(handler), log_);
}

std::string IsolatedNetwork::metadata_url() const {
  return std::string("http://") + kMetadataAddress;
}

Result<void> IsolatedNetwork::lead_out(net::HostPort inside, net::HostPort outside) {
  const std::string what = "lead " + text_of(inside) + " of a task out to " + text_of(outside);
  net::RelayOptions options{.to = std::move(outside)};
  const Result<int> fd = listen_inside(inside);
  if (!fd) return fd.error().within(what);
  options.listening_socket = *fd;
  TRIBUTARY_TRY(auto relay, net::start_relay(loop_, std::move(options), log_));
  outward_.push_back(std::move(relay));
  return {};
}

Result<void> IsolatedNetwork::publish(std::uint16_t outside, std::uint16_t inside) {
  const Result<int> fd = net::listen_at({address(), outside});
  if (!fd) return fd.error().within("publish port " + std::to_string(inside) + " of a task");
  net::RelayOptions options{.listening_socket = *fd, .to = {"localhost", inside}};
  options.make_socket = [entered = inside_](int family) {
    return entered->within([family] { return make_socket(family); });
  };
  TRIBUTARY_TRY(auto relay, net::start_relay(loop_, std::move(options), log_));
  inward_.push_back(std::move(relay));
  return {};
}

// A piece that a relay carried stands for a packet; a connection that it could not lead on for one
// that was dropped.
std::map<std::string, InterfaceStats> IsolatedNetwork::interfaces() const {
  InterfaceStats stats;
  const auto add = [&](const net::Relay::Direction& in, const net::Relay::Direction& out) {
    stats.rx_bytes += in.bytes;
    stats.rx_packets += in.pieces;
    stats.tx_bytes += out.bytes;
    stats.tx_packets += out.pieces;
  };
  for (const auto& relay : inward_) {
    const net::Relay::Stats carried = relay->stats();
    add(carried.forward, carried.back);
    stats.rx_dropped += carried.refused + carried.failed;
  }
  for (const auto& relay : outward_) {
    const net::Relay::Stats carried = relay->stats();
    add(carried.back, carried.forward);
    stats.tx_dropped += carried.refused + carried.failed;
  }
  return {{kInterface, stats}};
}

namespace {

Result<std::unique_ptr<TaskNetwork>> open(net::Loop& loop, std::shared_ptr<NetworkNamespace> inside,
                                          Logger log) {
  if (auto up = inside->bring_up(); !up) return up.error();
  TRIBUTARY_TRY(auto address, LoopbackAddress::claim());
  return std::unique_ptr<TaskNetwork>(std::make_unique<IsolatedNetwork>(
      loop, std::move(inside), std::move(address), std::move(log)));
}

}  // namespace

Result<std::unique_ptr<TaskNetwork>> make_isolated_network(net::Loop& loop, Logger log) {
  TRIBUTARY_TRY(auto inside, NetworkNamespace::make());
  return open(loop, std::move(inside), std::move(log));
}

Result<std::unique_ptr<TaskNetwork>> join_network_of(net::Loop& loop, pid_t pid, Logger log) {
  TRIBUTARY_TRY(auto inside, NetworkNamespace::of_process(pid));
  return open(loop, std::move(inside), std::move(log));
}

}  // namespace tributary::lab
