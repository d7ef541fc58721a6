// tributary-lab serve: the ECS, ECR and CloudWatch Logs of one machine, on one address.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "net/http.h"

namespace tributary {

struct ServeOptions {
  enum class DriverKind : std::uint8_t { containers, processes };

  std::string data;
  net::Url hub;
  std::string service_key;  // file
  net::HostPort listen{.host = "127.0.0.1", .port = 9010};
  DriverKind driver = DriverKind::containers;
  std::string container_socket = "/run/podman/podman.sock";
  std::string programs;                 // file; "" for none
  std::vector<net::HostPort> lead_out;  // of this machine, besides the hub
  LogSink::Options log;
};

// `arguments` are those after "serve".
Result<ServeOptions> parse_serve_options(std::vector<std::string> arguments);

// The exit code.
int serve(const ServeOptions& options);

}  // namespace tributary
