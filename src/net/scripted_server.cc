#include "net/scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"

namespace tributary::net {

ScriptedServer::ScriptedServer(std::vector<Answers> connections)
    : connections_(std::move(connections)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listen_on(&address, sizeof address);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  TRIBUTARY_CHECK(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

ScriptedServer::ScriptedServer(const std::string& socket_file, std::vector<Answers> connections)
    : connections_(std::move(connections)), socket_file_(socket_file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  TRIBUTARY_CHECK(socket_file.size() < sizeof address.sun_path);
  socket_file.copy(address.sun_path, socket_file.size());
  listen_on(&address, sizeof address);
  thread_ = std::thread([this] { run(); });
}

void ScriptedServer::listen_on(const void* address, std::size_t size) {
  const auto* generic = static_cast<const sockaddr*>(address);
  listener_ = ::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  TRIBUTARY_CHECK(::bind(listener_, generic, static_cast<socklen_t>(size)) == 0);
  TRIBUTARY_CHECK(::listen(listener_, 64) == 0);
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
  if (!socket_file_.empty()) ::unlink(socket_file_.c_str());
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
