// Settings of the health_check extension.
//
// Values, no threads.
#pragma once

#include <optional>
#include <string>

#include "config/fields.h"

namespace tributary::collector::health_check {

struct ResponseBody {
  std::string healthy;
  std::string unhealthy;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("healthy", healthy, "instead of the JSON of a 200");
    f.optional("unhealthy", unhealthy, "instead of the JSON of a 503");
  }
};

struct Config {
  std::string endpoint = "localhost:13133";
  std::string path = "/";
  std::optional<ResponseBody> response_body;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("endpoint", endpoint, "host:port to listen on");
    f.optional("path", path, "of the answer; / answers every path");
    f.optional("response_body", response_body, "texts instead of JSON");
    f.ignored("check_collector_pipeline", "a failing exporter must not get the task killed");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::collector::health_check
