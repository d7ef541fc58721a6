// Reading what Docker's API (and podman's) answers. What is missing keeps its default; what is no
// JSON at all is an error (corruption).
//
// Values.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lab/driver/driver.h"
#include "lab/task/container_stats.h"

namespace tributary::lab::docker {

struct Engine {
  bool podman = false;  // else Docker, or what speaks like it
  std::string version;
  std::string api_version;  // "1.41"
};
Result<Engine> parse_version(std::string_view text);  // GET /version

// GET /info: "cgroupfs" or "systemd"; "" where it does not say.
Result<std::string> parse_cgroup_driver(std::string_view text);

// {"message": ...} of an answer with an error's status, or the text as it is.
std::string error_text(std::string_view text);

Result<std::string> parse_id(std::string_view text);  // {"Id": ...}

struct Inspection {
  std::string id;
  bool running = false;
  bool out_of_memory = false;
  int exit_code = 0;
  pid_t pid = 0;      // 0 when not running
  std::string error;  // why it did not start
};
Result<Inspection> parse_container(std::string_view text);  // GET /containers/{id}/json

// GET /images/{name}/json. The digest is that of `name`'s own repository, if there is one.
Result<PulledImage> parse_image(std::string_view text, std::string_view name);

// The names with tags of the same answer; none where it cannot be read.
std::vector<std::string> parse_image_tags(std::string_view text);

// POST /containers/{id}/wait: Docker's object or libpod's bare number.
Result<int> parse_wait(std::string_view text);

struct ExecInspection {
  bool running = false;
  int exit_code = 0;
  pid_t pid = 0;
};
Result<ExecInspection> parse_exec(std::string_view text);  // GET /exec/{id}/json

// Ids of containers and images; names of volumes.
Result<std::vector<std::string>> parse_ids(std::string_view text);
Result<std::vector<std::string>> parse_volume_names(std::string_view text);

// GET /containers/{id}/stats?stream=false. Without networks.
Result<ContainerStats> parse_stats(std::string_view text, Timestamp now);

// The progress of a pull: JSON objects, one after the other, in which a failure shows.
class PullProgress {
 public:
  static constexpr std::size_t kLineBytesMax = 1U << 20;

  Result<void> take(std::string_view piece);
  // The failure that was told, if any.
  Result<void> finish();

 private:
  void read_line(std::string_view line);

  std::string open_;
  std::string failure_;
};

}  // namespace tributary::lab::docker
