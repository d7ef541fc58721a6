// The sigv4auth extension: signs what exporters send, with credentials that are fetched when first
// needed and shared by all exporters that name it.
//
// Threads: the loop's.
#pragma once

#include <memory>

#include "aws/signing_session.h"
#include "collector/extensions/sigv4auth/config.h"
#include "collector/pipeline/component.h"

namespace tributary::collector::sigv4auth {

class SigV4Auth final : public AuthExtension {
 public:
  static Result<std::unique_ptr<SigV4Auth>> make(Context context, Config config);

  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;
  std::unique_ptr<net::HttpClient> wrap(std::unique_ptr<net::HttpClient> inner) override;
  std::string caller() const override { return session_->credentials().principal(); }

 private:
  explicit SigV4Auth(std::shared_ptr<aws::SigningSession> session) : session_(std::move(session)) {}

  std::shared_ptr<aws::SigningSession> session_;
};

}  // namespace tributary::collector::sigv4auth
