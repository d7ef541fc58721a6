// Who writes to each workspace and asks it, how fast, and what is refused: counted from the start
// of the hub on, for the console. What the totals of all are, /metrics says.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "hub/gateway/minute_rate.h"
#include "hub/identity/principal.h"
#include "hub/workspaces/limits.h"
#include "hub/workspaces/store.h"

namespace tributary::hub::gateway {

// Rates are per second, of the last minute.
struct WriterActivity {
  std::string account;
  std::string principal;   // ARN of the user or of the role
  std::string session;     // of a role
  std::string assumed_by;  // ARN of who became the role for it; "" where that is not known
  std::string user_agent;
  double samples_per_second = 0;
  std::uint64_t samples = 0;
  std::uint64_t refused = 0;
  std::uint64_t requests = 0;
  Timestamp last_write{};
};

struct RefusalActivity {
  std::string reason;
  std::uint64_t total = 0;  // samples; requests where they could not be looked into
  Timestamp last{};
  std::string example;
  std::string writer;  // ARN of the caller
};

struct WorkspaceActivity {
  Timestamp since{};
  double samples_per_second = 0;
  double requests_per_second = 0;
  double refused_per_second = 0;
  double queries_per_second = 0;
  std::size_t queries_running = 0;
  std::size_t queries_waiting = 0;
  std::vector<WriterActivity> writers;  // the fastest first
  std::vector<RefusalActivity> refusals;
};

// What goes between a principal and a workspace, all sessions together.
struct PrincipalFlow {
  enum class Kind : std::uint8_t { write, query };

  Kind kind = Kind::write;
  std::string principal;  // ARN of the user or of the role
  std::string workspace_id;
  double samples_per_second = 0;  // of writes
  Timestamp last{};
};

class ActivityBook {
 public:
  struct Options {
    std::size_t writers_max = 1000;  // of one workspace; who wrote longest ago goes first
    std::size_t readers_max = 1000;
    std::size_t writers_shown = 200;
    std::size_t text_bytes_max = 500;  // of an example or a user agent
  };

  ActivityBook(Options options, const Clock& clock)
      : options_(options),
        clock_(clock),
        since_(clock.now()),
        since_monotonic_(clock.monotonic()) {}

  void wrote(std::string_view workspace_id, const identity::Principal& by,
             std::string_view user_agent, const workspaces::WriteOutcome& outcome);
  void asked(std::string_view workspace_id, const identity::Principal& by);

  // Queries that are under way, more or fewer by that many.
  struct Change {
    int running = 0;
    int waiting = 0;
  };
  void queries(std::string_view workspace_id, Change change);

  WorkspaceActivity of(std::string_view workspace_id) const;
  std::vector<PrincipalFlow> flows() const;
  // Of a workspace that is no more.
  void forget(std::string_view workspace_id);

 private:
  // Principal, session, and who assumed the role: in two accounts sessions may have one name.
  using WriterKey = std::tuple<std::string, std::string, std::string>;
  struct Writer {
    WriterActivity shown;
    MinuteRate samples;
  };
  struct Reader {
    Timestamp last{};
  };
  struct Workspace {
    MinuteRate samples;
    MinuteRate requests;
    MinuteRate refused;
    MinuteRate queries;
    std::int64_t running = 0;
    std::int64_t waiting = 0;
    std::map<WriterKey, Writer> writers;
    std::map<std::string, Reader> readers;            // by principal
    std::map<std::string, RefusalActivity> refusals;  // by reason
  };

  Workspace& at(std::string_view workspace_id);
  void refuse(Workspace& workspace, const std::string& reason, const workspaces::Refused& refused,
              const identity::Principal& by);

  const Options options_;
  const Clock& clock_;
  const Timestamp since_;
  const Instant since_monotonic_;
  mutable std::mutex mutex_;
  std::map<std::string, Workspace, std::less<>> workspaces_;
};

// The answer to GET status/activity: `data` of Prometheus' envelope.
std::string to_json(const WorkspaceActivity& activity, const workspaces::Usage& usage,
                    const workspaces::Limits& limits);

}  // namespace tributary::hub::gateway
