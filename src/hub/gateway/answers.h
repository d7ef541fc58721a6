// How answers and refusals look on the wire: XML for IAM and STS, JSON with an error type for AMP's
// control plane, and the short JSON of AMP's data plane (hub-spec 1.8, 2.2, 3.4).
//
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "hub/gateway/amp_control.h"
#include "hub/gateway/query_queue.h"
#include "hub/gateway/routes.h"
#include "hub/identity/api_error.h"
#include "hub/workspaces/store.h"
#include "net/http.h"

namespace tributary::hub::identity {
struct ApiResponse;
}

namespace tributary::hub::gateway {

// The error is in the words of AWS' query services; the planes spell its code differently.
net::Response render(const identity::ApiError& error, Plane plane, std::string_view request_id);

net::Response to_response(identity::ApiResponse answer);  // of IAM or STS
net::Response to_response(ControlAnswer answer);
net::Response to_response(workspaces::Answer answer);

net::Response text_response(int status, std::string body);
// A query that did not get its turn, in the words of Prometheus and Cortex.
net::Response not_admitted(QueryQueue::Admission admission);

// Which spelling a request gets before it is known to be valid: decided by its path.
Plane plane_of(std::string_view path);

}  // namespace tributary::hub::gateway
