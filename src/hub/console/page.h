// The console's page: the bundle of web/ that is embedded in the program, with the headers that
// keep the browser to it. What the page shows it asks for by signed calls, as anybody else does;
// here nothing is secret, so nothing is signed.
//
// Pure; any thread.
#pragma once

#include <optional>

#include "net/http.h"

namespace tributary::hub::console {

// The answer to a request for /console, whatever is below it, or / as a browser asks for it (GET
// without credentials or query); nothing where the request is somebody else's.
std::optional<net::Response> page(const net::ServerRequest& request);

}  // namespace tributary::hub::console
