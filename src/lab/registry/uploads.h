// Layers on their way over several requests, each known by an id. They live in memory and in files
// that do not outlive the process: after a restart a client begins the layer again.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "lab/registry/names.h"
#include "lab/registry/oci_route.h"
#include "lab/registry/store.h"
#include "net/http.h"

namespace tributary::lab::registry {

struct UploadSession {
  RepositoryName repository;
  std::unique_ptr<Upload> upload;
  Timestamp touched;
  bool busy = false;  // a request writes to it
};

// Takes the body of one request into an upload. What it refuses, it says in `refusal`.
class PartSink final : public net::BodySink {
 public:
  explicit PartSink(OciError refusal) : refusal_(std::move(refusal)) {}
  explicit PartSink(std::shared_ptr<UploadSession> session) : session_(std::move(session)) {
    session_->busy = true;
  }
  ~PartSink() override {
    if (session_) session_->busy = false;
  }

  Result<void> take(std::string_view piece) override;

  // Null where there is a refusal from the beginning on.
  const std::shared_ptr<UploadSession>& session() const { return session_; }
  const std::optional<OciError>& refusal() const { return refusal_; }

 private:
  std::shared_ptr<UploadSession> session_;
  std::optional<OciError> refusal_;
};

class Uploads {
 public:
  static constexpr std::size_t kUploadsMax = 1'000;
  static constexpr Duration kIdleLife = 1h;

  Uploads(Store& store, Random& random) : store_(store), random_(random) {}

  // An upload that no id leads to. Errors: the disk's.
  Result<std::shared_ptr<UploadSession>> begin(const RepositoryName& repository, Timestamp now);
  // Its id. Errors: limit_exceeded.
  Result<std::string> add(std::shared_ptr<UploadSession> session, Timestamp now);
  // Null where there is none, or where it is of another repository.
  std::shared_ptr<UploadSession> find(const RepositoryName& repository, const std::string& id,
                                      Timestamp now);
  void forget(const std::string& id) { sessions_.erase(id); }
  // Lets go of those that nobody has asked for during an hour.
  void sweep(Timestamp now);

 private:
  Store& store_;
  Random& random_;
  std::map<std::string, std::shared_ptr<UploadSession>> sessions_;
};

// The sink for a request's part of `session`, which goes on where the bytes received so far end.
std::shared_ptr<PartSink> part_sink(std::shared_ptr<UploadSession> session,
                                    const net::Headers& headers);

}  // namespace tributary::lab::registry
