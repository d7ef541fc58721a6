// The console's page: the bundle of web/ that is embedded in the program, with the headers that
// keep the browser to it. What the page shows it asks for by signed calls, as anybody else does;
// here nothing is secret, so nothing is signed.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <span>

#include "hub/console/bundle.h"
#include "net/http.h"

namespace tributary::hub::console {

// The answer to a request for /console, whatever is below it, or / as a browser asks for it (GET
// without credentials or query); nothing where the request is somebody else's. Addresses within the
// page are answered with index.html, which knows them.
std::optional<net::Response> page(const net::ServerRequest& request,
                                  std::span<const BundleFile> files = bundle());

}  // namespace tributary::hub::console
