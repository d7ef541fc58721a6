// A TCP server for tests that says what its script says, byte for byte, on a thread of its own:
// where a real server could not be made to misbehave.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tributary::net {

class ScriptedServer {
 public:
  // One connection: after each request head that arrives, the next answer is sent; after the last
  // one the connection is closed. An empty answer means: close without a word.
  using Answers = std::vector<std::string>;

  // Connections get their answers in the order in which they are accepted; further ones are closed.
  explicit ScriptedServer(std::vector<Answers> connections);
  // At a socket file, which is removed at the end.
  ScriptedServer(const std::string& socket_file, std::vector<Answers> connections);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }
  // The heads that have arrived so far.
  std::vector<std::string> heads() const;

 private:
  void listen_on(const void* address, std::size_t size);
  void run();
  bool read_head(int fd);

  std::vector<Answers> connections_;
  std::string socket_file_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::vector<int> open_;
  std::thread thread_;
};

}  // namespace tributary::net
