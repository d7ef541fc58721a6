// A failed hop on the way to credentials or to an answer: who asked, for what, where, what was
// answered, and what is probably wrong. For one clear message and for structured log lines.
//
// Threads: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "net/http.h"

namespace tributary::aws {

struct HopError {
  std::string hop;       // "sts:AssumeRole", "container credentials"
  std::string caller;    // ARN where known, else the access key id
  std::string role_arn;  // asked for
  std::string region;
  std::string endpoint;
  int http_status = 0;  // 0: no answer
  std::string code;     // AWS'
  std::string message;
  std::string request_id;
  std::string likely_cause;
  std::string next_action;  // for the operator
  Code kind = Code::unauthenticated;

  // One sentence with all that is known.
  std::string to_string() const;
  Error to_error() const { return Error(kind, to_string()); }
  // The same as fields; what is empty is left out.
  std::vector<LogField> fields() const;
};

// An answer that was not a success.
struct Refusal {
  int http_status = 0;
  std::string code;
  std::string message;
  std::string request_id;
  std::string explanation;  // of a tributary hub: which statement is missing on which side
};

// Reads an AWS error: the body (query XML or REST-JSON) and the headers x-amzn-errortype,
// x-amzn-requestid and, of a tributary hub, x-tributary-denial.
Refusal parse_refusal(const net::Response& response);

struct Hop {
  std::string_view action;  // "sts:AssumeRole", "aps:RemoteWrite"
  std::string_view caller;
  std::string_view role_arn;  // "" where no role is assumed
  bool external_id_given = false;
};

// What the refusal is probably about and what to do, in words for the operator; "" where nothing
// can be said.
struct Advice {
  std::string likely_cause;
  std::string next_action;
};
Advice advise(const Refusal& refusal, const Hop& hop);

// The caller that AWS names in "User: <arn> is not authorized …", "" where it names none.
std::string caller_in_message(std::string_view message);

// What a client can do about a refusal.
enum class Remedy : std::uint8_t { none, refresh_credentials, fix_clock };
Remedy remedy_of(const Refusal& refusal);

}  // namespace tributary::aws
