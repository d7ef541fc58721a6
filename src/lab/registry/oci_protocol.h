// The OCI distribution API over a Store (distribution-spec v1.1), as ECR words it, for callers who
// may: the front (oci_front.h) has asked.
//
// Threads: one; blocks on disk.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "lab/registry/oci_route.h"
#include "lab/registry/store.h"
#include "lab/registry/uploads.h"
#include "net/http.h"

namespace tributary::lab::registry {

net::Response to_response(const OciError& error);

class OciProtocol {
 public:
  OciProtocol(Store& store, Uploads& uploads) : store_(store), uploads_(uploads) {}

  // Everything but what takes the bytes of a layer. A HEAD is answered as a GET, whose body the
  // server leaves out.
  net::Response answer(const Route& route, const net::ServerRequest& request, Timestamp now);

  // POST, once it is known that the layer cannot be mounted.
  net::Response begin_upload(const Route& route, Timestamp now);
  // POST with `mount` from `from`: nothing where the layer is not there.
  std::optional<net::Response> mount(const Route& route, const RepositoryName& from, Timestamp now);
  // PATCH: what its body left of the upload.
  net::Response took_part(const Route& route, const PartSink& part, Timestamp now);
  // PUT, or POST with `digest`: the upload is whole.
  net::Response complete(const Route& route, std::unique_ptr<Upload> upload, Timestamp now);
  // Where the upload stands: in the answer's Location and Range.
  static void tell_range(net::Response& response, const Route& route, const std::string& id,
                         std::uint64_t bytes);

 private:
  const Repository* repository(const Route& route) const { return store_.find(route.repository); }
  net::Response tags(const Route& route) const;
  net::Response get_manifest(const Route& route) const;
  net::Response put_manifest(const Route& route, const net::ServerRequest& request, Timestamp now);
  net::Response delete_manifest(const Route& route);
  net::Response get_blob(const Route& route, const net::ServerRequest& request) const;
  net::Response upload_status(const Route& route, Timestamp now);
  net::Response cancel_upload(const Route& route, Timestamp now);
  net::Response referrers(const Route& route) const;

  Store& store_;
  Uploads& uploads_;
};

OciError name_unknown(const RepositoryName& name);
OciError upload_unknown(const std::string& id);

}  // namespace tributary::lab::registry
