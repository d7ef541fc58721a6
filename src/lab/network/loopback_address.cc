#include "lab/network/loopback_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tributary::lab {
namespace {

constexpr std::uint32_t kFirst = (127U << 24U) + (64U << 16U) + 1;
constexpr std::uint32_t kLast = kFirst + 65'533;
constexpr std::uint16_t kClaimPort = 1;  // of UDP: what holds an address, and nothing else

std::string text_of(std::uint32_t address) {
  const in_addr number{.s_addr = htonl(address)};
  char text[INET_ADDRSTRLEN];
  return ::inet_ntop(AF_INET, &number, text, sizeof text);
}

}  // namespace

Result<LoopbackAddress> LoopbackAddress::claim() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return Error(Code::unavailable,
                 "an address for a task: " + std::generic_category().message(errno));
  LoopbackAddress claimed(fd, "");
  for (std::uint32_t address = kFirst; address <= kLast; ++address) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(kClaimPort);
    where.sin_addr.s_addr = htonl(address);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) {
      claimed.text_ = text_of(address);
      return claimed;
    }
    if (errno != EADDRINUSE)
      return Error(Code::unavailable, "address " + text_of(address) +
                                          " for a task: " + std::generic_category().message(errno));
  }
  return Error(Code::limit_exceeded, "every address from " + text_of(kFirst) + " to " +
                                         text_of(kLast) + " is held by a task");
}

LoopbackAddress::LoopbackAddress(LoopbackAddress&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), text_(std::move(other.text_)) {}

LoopbackAddress& LoopbackAddress::operator=(LoopbackAddress&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(text_, other.text_);
  return *this;
}

LoopbackAddress::~LoopbackAddress() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace tributary::lab
