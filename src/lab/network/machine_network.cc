// The machine's own network, where namespaces are not permitted or not wanted: tasks share one
// localhost with everything else, so little is left to do.
#include <fstream>
#include <iterator>

#include "lab/network/interface_stats.h"
#include "lab/network/metadata_server.h"
#include "lab/network/task_network.h"

namespace tributary::lab {
namespace {

constexpr const char* kNetDev = "/proc/self/net/dev";

class MachineNetwork final : public TaskNetwork {
 public:
  MachineNetwork(net::Loop& loop, Logger log) : loop_(loop), log_(std::move(log)) {}

  bool isolated() const override { return false; }
  int namespace_fd() const override { return -1; }
  Result<std::unique_ptr<net::HttpServer>> serve_metadata(net::Handler handler) override {
    TRIBUTARY_TRY(auto server, net::start_http_server(loop_, metadata_server_options(),
                                                      std::move(handler), log_));
    metadata_url_ = "http://127.0.0.1:" + std::to_string(server->port());
    return server;
  }
  std::string metadata_url() const override { return metadata_url_; }
  Result<void> lead_out(net::HostPort, net::HostPort) override { return {}; }
  const std::string& address() const override { return address_; }
  Result<void> publish(std::uint16_t outside, std::uint16_t inside) override {
    if (outside == inside) return {};
    return Error(Code::unsupported, "publish port " + std::to_string(inside) + " of a task as " +
                                        std::to_string(outside) +
                                        ": must be the same on the machine's own network");
  }
  std::map<std::string, InterfaceStats> interfaces() const override {
    std::ifstream file(kNetDev);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return parse_net_dev(text);
  }

 private:
  net::Loop& loop_;
  Logger log_;
  const std::string address_ = "127.0.0.1";
  std::string metadata_url_;
};

}  // namespace

std::unique_ptr<TaskNetwork> machine_network(net::Loop& loop, Logger log) {
  return std::make_unique<MachineNetwork>(loop, std::move(log));
}

}  // namespace tributary::lab
