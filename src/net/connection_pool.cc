#include "net/connection_pool.h"

#include <algorithm>

namespace tributary::net {

ConnectionPool::~ConnectionPool() {
  if (timer_) loop_.cancel(*timer_);
}

std::unique_ptr<Connection> ConnectionPool::take(const std::string& route) {
  const auto found = by_route_.find(route);
  while (found != by_route_.end()) {
    const List::iterator newest = found->second.back();
    const bool last = found->second.size() == 1;
    std::unique_ptr<Connection> connection = std::move(newest->connection);
    drop(connection->is_tls() ? tls_ : plain_, newest);
    if (connection->is_quiet()) return connection;
    if (last) break;
  }
  return nullptr;
}

void ConnectionPool::give(const std::string& route, std::unique_ptr<Connection> connection) {
  const bool is_tls = connection->is_tls();
  List& list = is_tls ? tls_ : plain_;
  const std::size_t max = is_tls ? limits_.tls_max : limits_.plain_max;
  if (max == 0 || limits_.idle_timeout <= 0s) return;
  if (list.size() >= max) drop(list, list.begin());
  list.push_back({route, std::move(connection), loop_.clock().monotonic()});
  by_route_[route].push_back(std::prev(list.end()));
  arm();
}

void ConnectionPool::drop(List& list, List::iterator entry) {
  const auto route = by_route_.find(entry->route);
  std::erase(route->second, entry);
  if (route->second.empty()) by_route_.erase(route);
  list.erase(entry);
}

void ConnectionPool::drop_expired() {
  timer_.reset();
  const Instant oldest = loop_.clock().monotonic() - limits_.idle_timeout;
  for (List* list : {&plain_, &tls_})
    while (!list->empty() && list->front().since <= oldest) drop(*list, list->begin());
  arm();
}

void ConnectionPool::arm() {
  if (timer_ || size() == 0) return;
  Instant first = Instant::max();
  for (const List* list : {&plain_, &tls_})
    if (!list->empty()) first = std::min(first, list->front().since);
  timer_ = loop_.call_at(first + limits_.idle_timeout, [this] { drop_expired(); });
}

}  // namespace tributary::net
