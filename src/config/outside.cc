#include "config/outside.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/json_text.h"

namespace tributary::config {
namespace {

constexpr std::size_t kFileBytesMax = 4U << 20;

Result<std::string> read_file(const std::string& path) {
  const auto failed = [&path](Code code, const std::string& why) {
    return Error(code, "cannot read the file " + json_string(path) + ": " + why);
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file)
    return failed(errno == ENOENT ? Code::not_found : Code::unavailable, std::strerror(errno));
  std::string text;
  std::array<char, 16384> buffer;
  while (text.size() <= kFileBytesMax) {
    const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    text.append(buffer.data(), got);
    if (std::ferror(file.get()) != 0) return failed(Code::unavailable, std::strerror(errno));
    if (got < buffer.size()) return text;
  }
  return failed(Code::limit_exceeded, "more than " + std::to_string(kFileBytesMax) + " bytes");
}

}  // namespace

Outside this_machine() {
  return {.env = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            if (value == nullptr) return {};
            return std::string(value);
          },
          .read_file = &read_file};
}

}  // namespace tributary::config
