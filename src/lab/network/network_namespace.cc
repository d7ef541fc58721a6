#include "lab/network/network_namespace.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

namespace tributary::lab {
namespace {

constexpr const char* kLoopback = "lo";
constexpr const char* kSecondLabel = "lo:1";  // of the same interface, for a second address
constexpr const char* kHostMask = "255.255.255.255";
constexpr const char* kPrivilegedPorts = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

Error system_error(const std::string& doing, Code code = Code::unavailable) {
  return Error(code, doing + ": " + std::generic_category().message(errno));
}

// On a thread of its own, which ends with it.
Result<int> on_own_thread(const std::function<Result<int>()>& work) {
  Result<int> result = Error(Code::internal, "did not run");
  try {
    std::thread([&] { result = work(); }).join();
  } catch (const std::system_error& error) {
    return Error(Code::unavailable, std::string("start a thread: ") + error.what());
  }
  return result;
}

Result<int> open_namespace(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return system_error("open " + path, errno == ENOENT ? Code::not_found : Code::unavailable);
  return fd;
}

ifreq request_for(const char* name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  return request;
}

Result<void> set_address(int fd, unsigned long what, const std::string& address) {
  ifreq request = request_for(kSecondLabel);
  sockaddr_in value{};
  value.sin_family = AF_INET;
  if (::inet_pton(AF_INET, address.c_str(), &value.sin_addr) != 1)
    return Error(Code::invalid_argument, "address \"" + address + "\": must be IPv4");
  std::memcpy(&request.ifr_addr, &value, sizeof value);
  if (::ioctl(fd, what, &request) != 0) return system_error("add " + address + " to lo");
  return {};
}

Result<void> bring_up_loopback(int fd, const std::string& address) {
  ifreq request = request_for(kLoopback);
  if (::ioctl(fd, SIOCGIFFLAGS, &request) != 0) return system_error("look at lo");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(fd, SIOCSIFFLAGS, &request) != 0) return system_error("bring lo up");
  if (auto set = set_address(fd, SIOCSIFADDR, address); !set) return set.error();
  return set_address(fd, SIOCSIFNETMASK, kHostMask);
}

void open_low_ports() {
  const int fd = ::open(kPrivilegedPorts, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!::write(fd, "0", 1);
  ::close(fd);
}

}  // namespace

Result<std::shared_ptr<NetworkNamespace>> NetworkNamespace::make() {
  TRIBUTARY_TRY(const int fd, on_own_thread([]() -> Result<int> {
                  if (::unshare(CLONE_NEWNET) != 0) return system_error("make a network namespace");
                  return open_namespace("/proc/thread-self/ns/net");
                }));
  return std::make_shared<NetworkNamespace>(fd);
}

Result<std::shared_ptr<NetworkNamespace>> NetworkNamespace::of_process(pid_t pid) {
  TRIBUTARY_TRY(const int fd, open_namespace("/proc/" + std::to_string(pid) + "/ns/net"));
  auto joined = std::make_shared<NetworkNamespace>(fd);
  struct stat theirs{};
  struct stat ours{};
  if (::fstat(fd, &theirs) != 0 || ::stat("/proc/self/ns/net", &ours) != 0)
    return system_error("look at the network namespace of process " + std::to_string(pid));
  if (theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino)
    return Error(Code::invalid_argument,
                 "process " + std::to_string(pid) + ": is on the machine's own network");
  return joined;
}

NetworkNamespace::~NetworkNamespace() { ::close(fd_); }

Result<int> NetworkNamespace::within(const std::function<Result<int>()>& work) const {
  return on_own_thread([&]() -> Result<int> {
    if (::setns(fd_, CLONE_NEWNET) != 0) return system_error("enter the task's network namespace");
    return work();
  });
}

Result<void> NetworkNamespace::bring_up(const std::string& address) const {
  const Result<int> done = within([&]() -> Result<int> {
    open_low_ports();
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return system_error("socket");
    const Result<void> up = bring_up_loopback(fd, address);
    ::close(fd);
    if (!up) return up.error();
    return 0;
  });
  if (!done) return done.error();
  return {};
}

}  // namespace tributary::lab
