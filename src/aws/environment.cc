#include "aws/environment.h"

#include <fstream>

namespace tributary::aws {

Result<std::string> read_small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(Code::not_found, "cannot read " + path);
  std::string bytes(kFileBytesMax + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return Error(Code::unavailable, "cannot read " + path);
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > kFileBytesMax) {
    return Error(Code::limit_exceeded,
                 path + " is larger than " + std::to_string(kFileBytesMax) + " bytes");
  }
  return bytes;
}

}  // namespace tributary::aws
