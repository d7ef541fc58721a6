// Idle connections of one client, kept for reuse: the newest of a route first, the oldest dropped
// where there are too many, all dropped after their idle time. TLS ones are counted by themselves,
// since they cost ten times as much.
//
// Threads: the loop's.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/connection.h"
#include "net/http.h"

namespace tributary::net {

class ConnectionPool {
 public:
  struct Limits {
    std::size_t plain_max;
    std::size_t tls_max;
    Duration idle_timeout;
  };

  ConnectionPool(AsioLoop& loop, Limits limits) : loop_(loop), limits_(limits) {}
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // One that looks alive, or null.
  std::unique_ptr<Connection> take(const std::string& route);
  void give(const std::string& route, std::unique_ptr<Connection> connection);

  std::size_t size() const { return plain_.size() + tls_.size(); }

 private:
  struct Idle {
    std::string route;
    std::unique_ptr<Connection> connection;
    Instant since;
  };
  using List = std::list<Idle>;  // oldest first

  void drop(List& list, List::iterator entry);
  void drop_expired();
  void arm();

  AsioLoop& loop_;
  Limits limits_;
  List plain_;
  List tls_;
  std::unordered_map<std::string, std::vector<List::iterator>> by_route_;
  std::optional<Loop::TimerId> timer_;
};

}  // namespace tributary::net
