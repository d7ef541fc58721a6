// The answer that carries a blob, or the part of it that was asked for (RFC 9110, 14), read from
// its file as it is sent.
//
// Threads: the Loop's; blocks on disk.
#pragma once

#include <memory>
#include <string_view>

#include "base/disk.h"
#include "net/http.h"

namespace tributary::lab::registry {

// `range` is the request's header, "" where there is none. What is not one range of bytes counts as
// none: the answer is the whole then.
net::Response blob_response(std::unique_ptr<FileView> view, std::string_view range);

}  // namespace tributary::lab::registry
