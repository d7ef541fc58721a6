// What a container engine answers: the first byte says what for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lab/cgroup/cgroup_stats.h"
#include "lab/driver/docker/answers.h"
#include "lab/driver/docker/image_name.h"
#include "lab/driver/docker/log_stream.h"

using namespace tributary;
using namespace tributary::lab;

namespace {

void log_stream(std::string_view text) {
  docker::LogStream stream([](std::string_view line) {
    if (line.size() > docker::LineAssembler::kLineBytesMax) __builtin_trap();
  });
  // In pieces, as a network gives them.
  for (std::size_t size = 1; !text.empty(); size = size % 13 + 1) {
    if (!stream.take(text.substr(0, size))) break;
    text.remove_prefix(std::min(size, text.size()));
  }
  stream.finish();
}

void pull_progress(std::string_view text) {
  docker::PullProgress progress;
  if (progress.take(text)) (void)progress.finish();
}

void image_name(std::string_view text) {
  const auto image = docker::parse_image_name(text);
  if (!image) return;
  const auto again = docker::parse_image_name(image->reference());
  if (!again || again->reference() != image->reference()) __builtin_trap();
}

void cgroup_files(std::string_view text) {
  const ReadText read = [&](const std::string&) { return std::optional(std::string(text)); };
  (void)find_cgroup_trees(read);
  const CgroupTrees trees = {{"memory", {"/m", "/a"}}, {"cpuacct", {"/c"}}, {"", {"/u"}}};
  if (const auto directories = cgroup_of(1, trees, read))
    (void)read_cgroup_stats(*directories, Timestamp(), read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'l': log_stream(text); break;
    case 'p': pull_progress(text); break;
    case 'n': image_name(text); break;
    case 'g': cgroup_files(text); break;
    default:
      (void)docker::parse_version(text);
      (void)docker::parse_cgroup_driver(text);
      (void)docker::error_text(text);
      (void)docker::parse_id(text);
      (void)docker::parse_container(text);
      (void)docker::parse_image(text, "app");
      (void)docker::parse_image_tags(text);
      (void)docker::parse_wait(text);
      (void)docker::parse_exec(text);
      (void)docker::parse_ids(text);
      (void)docker::parse_volume_names(text);
      (void)docker::parse_stats(text, Timestamp());
  }
  return 0;
}
