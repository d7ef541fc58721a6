#include "net/connection_pool.h"

#include <algorithm>

namespace tributary::net {

ConnectionPool::~ConnectionPool() {
  if (timer_) loop_.cancel(*timer_);
}

ConnectionPool::ByRoute::iterator ConnectionPool::newest(std::string_view route) {
  const auto [first, last] = by_route_.equal_range(route);
  return std::max_element(
      first, last, [](const auto& a, const auto& b) { return a.second->since < b.second->since; });
}

std::unique_ptr<Connection> ConnectionPool::take(const std::string& route) {
  for (auto found = newest(route); found != by_route_.end(); found = newest(route)) {
    std::unique_ptr<Connection> connection = take_out(found);
    if (connection->is_quiet()) return connection;
  }
  return nullptr;
}

void ConnectionPool::give(const std::string& route, std::unique_ptr<Connection> connection) {
  const bool is_tls = connection->is_tls();
  List& list = is_tls ? tls_ : plain_;
  const std::size_t max = is_tls ? limits_.tls_max : limits_.plain_max;
  if (max == 0 || limits_.idle_timeout <= 0s) return;
  if (list.size() >= max) drop_oldest(list);
  list.push_back({route, std::move(connection), loop_.clock().monotonic()});
  by_route_.emplace(list.back().route, std::prev(list.end()));
  arm();
}

std::unique_ptr<Connection> ConnectionPool::take_out(ByRoute::iterator entry) {
  const List::iterator idle = entry->second;
  std::unique_ptr<Connection> connection = std::move(idle->connection);
  by_route_.erase(entry);
  (connection->is_tls() ? tls_ : plain_).erase(idle);
  return connection;
}

void ConnectionPool::drop_oldest(List& list) {
  const auto [first, last] = by_route_.equal_range(list.front().route);
  take_out(std::find_if(first, last, [&](const auto& e) { return e.second == list.begin(); }));
}

void ConnectionPool::drop_expired() {
  timer_.reset();
  const Instant oldest = loop_.clock().monotonic() - limits_.idle_timeout;
  for (List* list : {&plain_, &tls_})
    while (!list->empty() && list->front().since <= oldest) drop_oldest(*list);
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
