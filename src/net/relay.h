// A TCP relay: each connection to its listener is led on to another address, and bytes go both ways
// as they come, the end of each direction too. What one side does not take yet is not read from the
// other beyond one buffer, and an idle connection owns none. A side that breaks off, or cannot be
// reached, is told to the other by a reset.
//
// Threads: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"

namespace tributary::net {

struct RelayOptions {
  int listening_socket = -1;  // TCP; the relay's from the call on, whatever comes of it
  HostPort to;
  // Makes the socket that connects to `to`, in another network namespace for example. Null: an
  // ordinary one.
  std::function<Result<int>(int family)> make_socket;
  std::size_t connections_max = 1024;  // more are reset
  Duration connect_timeout = 10s;
  // Without a byte, once one side has said that it sends no more.
  Duration half_closed_timeout = 300s;
};

// Its end stops listening at once, and resets what is open in the loop's next turn.
class Relay {
 public:
  struct Direction {
    std::uint64_t bytes = 0;
    std::uint64_t pieces = 0;  // reads, of up to 64 KiB
  };
  struct Stats {
    Direction forward;  // from those who connect
    Direction back;
    std::size_t open = 0;
    std::uint64_t opened = 0;   // all that ever were
    std::uint64_t refused = 0;  // by connections_max
    std::uint64_t failed = 0;   // `to` was not reached
  };

  virtual ~Relay() = default;
  virtual std::uint16_t port() const = 0;
  virtual Stats stats() const = 0;
};

// Errors: invalid_argument (not a listening socket).
Result<std::unique_ptr<Relay>> start_relay(Loop& loop, RelayOptions options, Logger log);

}  // namespace tributary::net
