// The outside world as the credential providers see it. Tests put fakes in place.
//
// Threads: everything on the Loop's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "aws/credentials_plan.h"
#include "aws/process.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"

namespace tributary::aws {

inline constexpr std::size_t kFileBytesMax = 1U << 20;

// A whole small file. Code::not_found where there is none, limit_exceeded above kFileBytesMax.
Result<std::string> read_small_file(const std::string& path);

// Everything referred to outlives the providers.
struct Environment {
  net::Loop& loop;
  Random& random;
  net::HttpClient& http;           // for STS: proxies and AWS_CA_BUNDLE apply
  net::HttpClient& metadata_http;  // for link-local endpoints: never through a proxy
  ProcessRunner& processes;
  EnvFunction env;
  std::function<Result<std::string>(const std::string& path)> read_file = read_small_file;
  Logger log;
  std::string user_agent;
  std::string hostname;  // names the session where no ECS task does

  const Clock& clock() const { return loop.clock(); }
};

}  // namespace tributary::aws
