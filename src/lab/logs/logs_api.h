// The CloudWatch Logs API over the LogStore: what `aws logs` and the console of the lab talk to.
// Each operation is authorised as its "logs:" action on the ARN that AWS names in its refusals:
// arn:aws:logs:<region>:<account>:log-group:<group>:log-stream:<stream, if any>.
//
// Threads: the Loop's.
#pragma once

#include "lab/api/api.h"
#include "lab/logs/log_store.h"
#include "net/loop.h"

namespace tributary::lab::logs {

class LogsApi final : public ApiService {
 public:
  // All outlive it.
  LogsApi(LogStore& store, Authority& authority, net::Loop& loop)
      : store_(store), authority_(authority), loop_(loop) {}

  std::string_view name() const override { return "logs"; }
  std::string_view target_prefix() const override { return "Logs_20140328"; }
  net::Task<ApiAnswer> handle(ApiCall call) override;

 private:
  LogStore& store_;
  Authority& authority_;
  net::Loop& loop_;
};

}  // namespace tributary::lab::logs
