#include "net/scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

namespace tributary::net {

ScriptedServer::ScriptedServer(std::vector<Answers> connections)
    : connections_(std::move(connections)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  TRIBUTARY_CHECK(::bind(listener_, generic, size) == 0);
  TRIBUTARY_CHECK(::listen(listener_, 64) == 0);
  TRIBUTARY_CHECK(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> ScriptedServer::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void ScriptedServer::run() {
  while (true) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const auto index = static_cast<std::size_t>(accepted_++);
    {
      const std::lock_guard lock(mutex_);
      open_.assign(1, fd);
    }
    const Answers answers = index < connections_.size() ? connections_[index] : Answers();
    for (const std::string& answer : answers) {
      if (!read_head(fd) || answer.empty()) break;
      ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    const std::lock_guard lock(mutex_);
    open_.clear();
    ::close(fd);
  }
}

bool ScriptedServer::read_head(int fd) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    char byte = 0;
    if (::recv(fd, &byte, 1, 0) != 1) return false;
    head += byte;
  }
  const std::lock_guard lock(mutex_);
  heads_.push_back(std::move(head));
  return true;
}

}  // namespace tributary::net
