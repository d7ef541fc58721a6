// The ECS API (AmazonEC2ContainerServiceV20141113) as the AWS CLI and SDKs call it: reads a
// request, asks the Authority whether its caller may do that, and does it.
//
// Threads: the Loop's.
#pragma once

#include <string_view>

#include "lab/api/api.h"
#include "lab/ecs/control_plane.h"

namespace tributary::lab::ecs {

class EcsApi final : public ApiService {
 public:
  // Both outlive it.
  EcsApi(Authority& authority, ControlPlane& plane) : authority_(authority), plane_(plane) {}

  std::string_view name() const override { return "ecs"; }
  std::string_view target_prefix() const override { return "AmazonEC2ContainerServiceV20141113"; }
  net::Task<ApiAnswer> handle(ApiCall call) override;

 private:
  Authority& authority_;
  ControlPlane& plane_;
};

}  // namespace tributary::lab::ecs
