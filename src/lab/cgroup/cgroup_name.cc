#include "lab/cgroup/cgroup_name.h"

#include "aws/sha256.h"

namespace tributary::lab {

std::string cgroup_name(std::string_view owner) {
  return "tributary-" + aws::sha256_hex(owner).substr(0, 12);
}

}  // namespace tributary::lab
