// The lab's image registry: ECR's API and the OCI distribution API over one store. Its parts are
// told apart by their headers: names.h (who owns what), store.h (disk), oci_front.h (/v2/),
// ecr_api.h (JSON 1.1).
//
// Threads: the Loop's; fsync of layers on a thread of its own.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "lab/api/authority.h"
#include "lab/driver/driver.h"
#include "lab/registry/ecr_api.h"
#include "lab/registry/oci_front.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab::registry {

class Registry {
 public:
  // All outlive it. Errors: the directory is in use, cannot be written, or holds what cannot be
  // read.
  static Result<std::unique_ptr<Registry>> open(net::Loop& loop, Disk& disk, Random& random,
                                                Authority& authority, std::string directory,
                                                Logger log);

  // "127.0.0.1:9010": by which clients reach the lab, and images are named.
  void set_address(std::string address);

  // For the server: requests of /v2/, and the sinks for their bodies (null for all others).
  static bool serves(std::string_view path) { return is_oci_path(path); }
  net::Task<net::Response> handle(net::ServerRequest request) {
    return front_.handle(std::move(request));
  }
  std::shared_ptr<net::BodySink> body_sink(const net::ServerRequest& head) {
    return front_.body_sink(head);
  }

  // For the ApiFront.
  ApiService& api() { return api_; }

  // Whether an image name is of this registry.
  bool holds(std::string_view image) const;
  // For the lab's own pulls: a login of `caller` (a task's execution role), good for a quarter of
  // an hour; nothing where `image` is not of this registry. Each pull is still authorised.
  Result<std::optional<RegistryLogin>> login_for(const Caller& caller, std::string_view image);

  // Lets go, each hour, of what nobody needs: layers, uploads, logins. Until stopped.
  net::Task<void> run(std::stop_token stop);

 private:
  Registry(net::Loop& loop, Random& random, Authority& authority, std::unique_ptr<Store> store,
           std::unique_ptr<Tokens> tokens, Logger log);

  net::Loop& loop_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<Tokens> tokens_;
  Logger log_;
  net::WorkerPool pool_;
  Uploads uploads_;
  OciFront front_;
  EcrApi api_;
  std::string address_ = "127.0.0.1:9010";
};

}  // namespace tributary::lab::registry
