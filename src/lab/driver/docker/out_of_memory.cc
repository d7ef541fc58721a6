#include "lab/driver/docker/out_of_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.h"

namespace tributary::lab::docker {
namespace {

constexpr std::size_t kLogBytesMax = 16U << 20;
constexpr std::size_t kRecordBytesMax = 8U << 10;  // PRINTK_MESSAGE_MAX and its prefix

}  // namespace

bool was_killed_for_memory(std::string_view kernel_log, std::string_view container_id) {
  if (container_id.empty()) return false;
  for (const std::string_view line : split(kernel_log, '\n')) {
    const std::size_t start = line.find("oom-kill:");
    if (start == std::string_view::npos) continue;
    for (const std::string_view field : split(line.substr(start), ','))
      if (field.starts_with("task_memcg=") && field.find(container_id) != std::string_view::npos)
        return true;
  }
  return false;
}

std::string read_kernel_log() {
  const int fd = ::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return {};
  std::string out;
  char record[kRecordBytesMax];
  while (out.size() < kLogBytesMax) {
    const ssize_t size = ::read(fd, record, sizeof record);
    if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;  // records were overwritten
    if (size <= 0) break;
    out.append(record, static_cast<std::size_t>(size));
  }
  ::close(fd);
  return out;
}

}  // namespace tributary::lab::docker
