// The network of one task. As with awsvpc, its containers share one localhost, which nobody else
// has: a network namespace with a loopback interface that carries 169.254.170.2, too. Nothing leads
// out but what is named: the lab listens inside the namespace and relays, so that no bridge, no
// route and no firewall rule is made on the machine, and every byte that enters or leaves the task
// is counted.
//
// Where namespaces are not permitted, or not wanted, it is the machine's own network.
//
// Threads: the Loop's; a namespace is entered by a thread of its own, for the moment of making a
// socket (setns(2), network_namespaces(7)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "lab/task/container_stats.h"
#include "net/http.h"
#include "net/loop.h"

namespace tributary::lab {

inline constexpr const char* kMetadataAddress = "169.254.170.2";

class TaskNetwork {
 public:
  virtual ~TaskNetwork() = default;  // closes relays and servers

  virtual bool isolated() const = 0;
  // An open descriptor of the namespace, for setns(2); -1 for the machine's own.
  virtual int namespace_fd() const = 0;

  // A server inside, at 169.254.170.2:80; on the machine's network at 127.0.0.1 and any port.
  virtual Result<std::unique_ptr<net::HttpServer>> serve_metadata(net::Handler handler) = 0;
  // What containers reach it by, once it serves: "http://169.254.170.2".
  virtual std::string metadata_url() const = 0;

  // Inside, `inside` leads to `outside` as seen from this machine. `inside` is an IP address (an
  // IPv4 one need not be this machine's) and a port. Nothing to do on the machine's network.
  virtual Result<void> lead_out(net::HostPort inside, net::HostPort outside) = 0;
  // The task's own address of this machine, "127.64.0.1"; on the machine's network 127.0.0.1.
  virtual const std::string& address() const = 0;
  // `outside` at that address leads to the task's port `inside`. On the machine's network the two
  // must be the same.
  virtual Result<void> publish(std::uint16_t outside, std::uint16_t inside) = 0;

  // "eth0": what the relays have carried in and out, so neither metadata nor localhost; on the
  // machine's network its interfaces.
  virtual std::map<std::string, InterfaceStats> interfaces() const = 0;
};

// A new namespace of the caller's making. Errors: unavailable (not permitted).
Result<std::unique_ptr<TaskNetwork>> make_isolated_network(net::Loop& loop, Logger log);
// The namespace that a process is in (a pause container's). Errors: not_found, unavailable, and
// invalid_argument where it is the machine's own.
Result<std::unique_ptr<TaskNetwork>> join_network_of(net::Loop& loop, pid_t pid, Logger log);
std::unique_ptr<TaskNetwork> machine_network(net::Loop& loop, Logger log);

}  // namespace tributary::lab
