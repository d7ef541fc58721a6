// Idle connections of one client, kept for reuse: the newest of a route first, the oldest dropped
// where there are too many, all dropped after their idle time. A plain one costs 300 bytes here,
// and its kernel's; TLS ones are counted by themselves, since they cost a hundred times as much.
//
// Threads: the loop's.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

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

  ConnectionPool(EpollLoop& loop, Limits limits) : loop_(loop), limits_(limits) {}
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
  // The keys are the routes that lie in the lists.
  using ByRoute = std::unordered_multimap<std::string_view, List::iterator>;

  ByRoute::iterator newest(std::string_view route);
  std::unique_ptr<Connection> take_out(ByRoute::iterator entry);
  void drop_oldest(List& list);
  void drop_expired();
  void arm();

  EpollLoop& loop_;
  Limits limits_;
  List plain_;
  List tls_;
  ByRoute by_route_;
  std::optional<Loop::TimerId> timer_;
};

}  // namespace tributary::net
