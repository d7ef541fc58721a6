// ECR's API (JSON 1.1; api.ecr, 2015-09-21): who may call what on which repository.
//
// Threads: the Loop's.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "lab/api/api.h"
#include "lab/registry/ecr_operations.h"

namespace tributary::lab::registry {

class EcrApi final : public ApiService {
 public:
  // All outlive it.
  EcrApi(const Clock& clock, Authority& authority, Store& store, Tokens& tokens)
      : clock_(clock), authority_(authority), operations_(store, tokens) {}

  void set_address(std::string address) { operations_.set_address(std::move(address)); }

  std::string_view name() const override { return "ecr"; }
  std::string_view target_prefix() const override { return "AmazonEC2ContainerRegistry_V20150921"; }
  net::Task<ApiAnswer> handle(ApiCall call) override;

 private:
  net::Task<std::optional<ApiAnswer>> may(Caller caller, std::string action,
                                          RepositoryName repository);

  const Clock& clock_;
  Authority& authority_;
  EcrOperations operations_;
};

}  // namespace tributary::lab::registry
