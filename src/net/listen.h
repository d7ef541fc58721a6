// A listening TCP socket for HttpServerOptions and RelayOptions, made where those cannot make it:
// in another network namespace, say.
//
// Threads: any.
#pragma once

#include "base/result.h"
#include "net/http.h"

namespace tributary::net {

// At an IP address or "localhost"; port 0: any free one. Errors: invalid_argument (not an address
// of this machine), unavailable (port in use).
Result<int> listen_at(const HostPort& where);

}  // namespace tributary::net
