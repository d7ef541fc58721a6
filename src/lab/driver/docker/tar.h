// Writing tar archives (POSIX.1-1988 ustar), as layers and archives of images are.
//
// Values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::lab::docker {

class TarWriter {
 public:
  static constexpr std::size_t kPathBytesMax = 100;

  // Owned by root, without a time, so that the same files give the same bytes. Errors:
  // invalid_argument for an empty or too long path.
  Result<void> add_file(std::string_view path, std::string_view bytes, unsigned mode);

  std::string finish() &&;

 private:
  std::string bytes_;
};

}  // namespace tributary::lab::docker
