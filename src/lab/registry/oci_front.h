// The way into the OCI distribution API: who logs in with a token of ECR's API, whether the hub
// allows what he asks for, and layers that are taken in as they arrive.
//
// A layer's bytes go to a file of their own before the hub is asked, since they come first; they
// are gone again if it says no. Without a valid login nothing is written.
//
// Threads: the Loop's; fsync of layers on the pool's.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "base/log.h"
#include "lab/api/authority.h"
#include "lab/registry/oci_protocol.h"
#include "lab/registry/tokens.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"
#include "net/worker_pool.h"

namespace tributary::lab::registry {

class OciFront {
 public:
  // All outlive it.
  OciFront(net::Loop& loop, net::WorkerPool& pool, Authority& authority, Store& store,
           Tokens& tokens, Uploads& uploads, Logger log)
      : loop_(loop),
        pool_(pool),
        authority_(authority),
        store_(store),
        tokens_(tokens),
        uploads_(uploads),
        protocol_(store, uploads),
        log_(std::move(log)) {}

  // For HttpServerOptions::body_sink: null but for the bytes of layers.
  std::shared_ptr<net::BodySink> body_sink(const net::ServerRequest& head);

  net::Task<net::Response> handle(net::ServerRequest request);

 private:
  using Part = std::shared_ptr<PartSink>;

  std::variant<Login, OciError> log_in(const net::ServerRequest& request) const;
  Part part_of(const Route& route, const net::ServerRequest& head);
  // The sink that took the body, or one that takes it now from memory.
  Part received_part(const Route& route, const net::ServerRequest& request);
  net::Task<net::Response> answer(net::ServerRequest request);
  net::Task<net::Response> permitted(Login login, Route route, net::ServerRequest request);
  net::Task<std::optional<OciError>> refusal(Login login, RepositoryName repository,
                                             std::string action);
  net::Task<net::Response> begin(Login login, Route route, net::ServerRequest request);
  net::Task<net::Response> complete(Route route, Part part);

  net::Loop& loop_;
  net::WorkerPool& pool_;
  Authority& authority_;
  Store& store_;
  Tokens& tokens_;
  Uploads& uploads_;
  OciProtocol protocol_;
  Logger log_;
};

}  // namespace tributary::lab::registry
