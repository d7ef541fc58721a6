// What is written down of every request: a line in the audit log of each denial, failure, change
// and issue of credentials, a count of all, and the denials once more for the console.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "hub/gateway/denials.h"
#include "hub/identity/api_error.h"
#include "net/http.h"

namespace tributary::hub::gateway {

// What becomes known of a request on its way.
struct Trail {
  std::string request_id;
  std::string caller;
  std::string account;
  std::string action;
  std::string resource;
  bool changes = false;  // what is kept, samples that are written aside; or credentials are issued
  std::string explanation;                 // of a refusal
  std::vector<identity::Missing> missing;  // that led to it
  std::string internal;                    // what the caller is not told

  void refuse(const identity::ApiError& error);
};

class Audit {
 public:
  // All outlive it.
  Audit(DenialLog& denials, Telemetry& telemetry, Logger log, const Clock& clock)
      : denials_(denials), telemetry_(telemetry), log_(std::move(log)), clock_(clock) {}

  void record(const net::ServerRequest& request, int status, const Trail& trail);
  // A line; a denial is kept, too.
  void write(const net::ServerRequest& request, int status, const Trail& trail);
  // Of what needs no caller and changes nothing.
  void count(std::string_view action, int status);

 private:
  DenialLog& denials_;
  Telemetry& telemetry_;
  Logger log_;
  const Clock& clock_;
};

}  // namespace tributary::hub::gateway
