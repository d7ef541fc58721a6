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

#include "base/strings.h"

namespace tributary::lab {
namespace {

constexpr const char* kLoopback = "lo";
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

// What is asked of the kernel's control socket, inside.
Result<void> control(int what, const ifreq& request, const std::string& doing) {
  ifreq answer = request;
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool done = fd >= 0 && ::ioctl(fd, static_cast<unsigned long>(what), &answer) == 0;
  const Result<void> result = done ? Result<void>() : system_error(doing);
  if (fd >= 0) ::close(fd);
  return result;
}

ifreq with_address(ifreq request, in_addr host) {
  sockaddr_in value{};
  value.sin_family = AF_INET;
  value.sin_addr = host;
  std::memcpy(&request.ifr_addr, &value, sizeof value);
  return request;
}

// A second address of an interface has a label of its own: "lo:a9feaa02".
std::string label_of(in_addr host) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&host);
  return std::string(kLoopback) + ":" + to_hex({bytes, sizeof host});
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

Result<void> NetworkNamespace::bring_up() const {
  return done_within([]() -> Result<void> {
    open_low_ports();
    ifreq request = request_for(kLoopback);
    request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    return control(SIOCSIFFLAGS, request, "bring lo up");
  });
}

Result<void> NetworkNamespace::add_address(const std::string& address) const {
  in_addr host{};
  if (::inet_pton(AF_INET, address.c_str(), &host) != 1)
    return Error(Code::invalid_argument, "address \"" + address + "\": must be IPv4");
  return done_within([&]() -> Result<void> {
    const std::string doing = "add " + address + " to lo";
    const ifreq request = request_for(label_of(host).c_str());
    const in_addr whole{.s_addr = INADDR_BROADCAST};  // /32
    if (auto set = control(SIOCSIFADDR, with_address(request, host), doing); !set) return set;
    return control(SIOCSIFNETMASK, with_address(request, whole), doing);
  });
}

Result<void> NetworkNamespace::done_within(const std::function<Result<void>()>& work) const {
  const Result<int> done = within([&]() -> Result<int> {
    if (auto worked = work(); !worked) return worked.error();
    return 0;
  });
  if (!done) return done.error();
  return {};
}

}  // namespace tributary::lab
