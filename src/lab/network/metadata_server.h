// How the server of a task's metadata and credentials listens, wherever it does.
//
// Values.
#pragma once

#include "net/http.h"

namespace tributary::lab {

// Its clients are the task's own processes, with short requests that have no bodies.
inline net::HttpServerOptions metadata_server_options() {
  net::HttpServerOptions options;
  options.connections_max = 256;
  options.header_bytes_max = 16U << 10;
  options.body_bytes_max = 16U << 10;
  return options;
}

}  // namespace tributary::lab
