// A task's network with a namespace of its own.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <vector>

#include "lab/network/loopback_address.h"
#include "lab/network/network_namespace.h"
#include "lab/network/task_network.h"
#include "net/relay.h"

namespace tributary::lab {

class IsolatedNetwork final : public TaskNetwork {
 public:
  // `inside` is up.
  IsolatedNetwork(net::Loop& loop, std::shared_ptr<NetworkNamespace> inside,
                  LoopbackAddress address, Logger log)
      : loop_(loop),
        inside_(std::move(inside)),
        address_(std::move(address)),
        log_(std::move(log)) {}

  bool isolated() const override { return true; }
  int namespace_fd() const override { return inside_->fd(); }
  Result<std::unique_ptr<net::HttpServer>> serve_metadata(net::Handler handler) override;
  std::string metadata_url() const override;
  Result<void> lead_out(net::HostPort inside, net::HostPort outside) override;
  const std::string& address() const override { return address_.text(); }
  Result<void> publish(std::uint16_t outside, std::uint16_t inside) override;
  std::map<std::string, InterfaceStats> interfaces() const override;

 private:
  Result<int> listen_inside(const net::HostPort& where) const;

  net::Loop& loop_;
  std::shared_ptr<NetworkNamespace> inside_;
  LoopbackAddress address_;
  Logger log_;
  std::vector<std::unique_ptr<net::Relay>> outward_;
  std::vector<std::unique_ptr<net::Relay>> inward_;
};

}  // namespace tributary::lab
