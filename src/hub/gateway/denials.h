// The newest refusals, for whoever asks why something is missing. All of them are in the audit log;
// these are in memory and end with the program.
//
// An account sees those in which the caller or the resource is its own, and of another account's
// policies only what it would have been told anyway; a monitoring account sees everything.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hub/identity/missing.h"
#include "hub/identity/topology.h"

namespace tributary::hub::gateway {

struct Denial {
  Timestamp at{};
  std::string request_id;
  int status = 403;
  std::string caller;   // ARN; "" where nobody was recognised
  std::string account;  // of the caller
  std::string action;
  std::string resource;
  std::string source_ip;
  std::string reason;
  std::vector<identity::Missing> missing;
};

// Who looks at denials.
struct Viewer {
  std::string account;
  bool monitoring = false;
};

class DenialLog {
 public:
  struct Options {
    std::size_t kept = 1000;
    std::size_t unknown_kept = 200;  // beside these, of callers that nobody knows
    // Of one user or role that tries the same on the same again and again.
    std::size_t repeats_kept = 50;
    std::size_t account_kept = 200;  // of the callers of one account
    // What is longer is shortened: callers choose much of these texts.
    std::size_t resource_bytes_max = 2048;  // as of an ARN on AWS; also of who holds a policy
    std::size_t text_bytes_max = 4096;      // of a reason or a statement
  };

  explicit DenialLog(Options options) : options_(options) {}

  void add(Denial denial);
  // Newest first.
  std::vector<Denial> seen_by(const Viewer& viewer, std::size_t limit) const;
  // For the picture of accounts: those since then of callers that are known.
  std::vector<identity::TopologyInput::Denial> since(Timestamp time) const;

 private:
  using Entries = std::deque<std::shared_ptr<const Denial>>;  // oldest first
  void append(Entries& entries, Denial denial, std::size_t kept, std::size_t account_kept) const;
  void shorten(Denial& denial) const;

  const Options options_;
  mutable std::mutex mutex_;
  Entries known_;
  Entries unknown_;
};

// {"denials":[...]}
std::string to_json(const std::vector<Denial>& denials);

}  // namespace tributary::hub::gateway
