// The four kinds of component, with the words of the OpenTelemetry Collector: receivers push
// batches into a Consumer, processors map shapes, exporters take batches and deliver them,
// extensions help. A component gets what it needs of the outside world as a Context.
//
// Threads: one loop; every call comes from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/telemetry.h"
#include "collector/pipeline/compat.h"
#include "collector/pipeline/ledger.h"
#include "model/batch.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::collector {

class Host;

// "prometheus", or "filter/ecs": the type and an optional name.
struct ComponentId {
  std::string type;
  std::string name;

  std::string to_string() const { return name.empty() ? type : type + "/" + name; }
  auto operator<=>(const ComponentId&) const = default;
};

// The memory of the process, in bytes.
struct Memory {
  std::uint64_t limit = 0;                  // of the container, or all of the machine
  std::uint64_t queue = 32U << 20;          // for an exporter's queue, unless it is told
  std::function<std::uint64_t()> resident;  // what the process holds
  std::function<void()> release;            // gives back what it holds and does not use
};

// The outside world, as a component sees it. Everything outlives the component.
struct Context {
  ComponentId id;
  net::Loop& loop;
  Random& random;
  Telemetry& telemetry;
  Logger log;  // already names the component
  // Clients are made through here, so that tests can put their own in place.
  std::function<Result<std::unique_ptr<net::HttpClient>>(net::HttpClientOptions)> make_http_client;
  std::function<std::string(std::string_view)> env;  // "" where unset
  std::string version;                               // of the program, for User-Agent and scopes
  std::string user_agent;                            // tributary-collector/<version>
  Compat compat = Compat::adot_0_49;                 // of the exporters that a receiver feeds
  Memory memory = {};

  const Clock& clock() const { return loop.clock(); }
};

// Takes batches. What cannot be taken is counted by who refuses it; a receiver cannot do anything
// about it.
class Consumer {
 public:
  virtual ~Consumer() = default;
  virtual void consume(const BatchPtr& batch) = 0;
};

// `start` returns quickly; work goes on in tasks of the loop. `stop` is called once after a
// successful start, and also without one. It comes back within `deadline` or a little after.
class Component {
 public:
  virtual ~Component() = default;
  virtual Result<void> start(Host& host) = 0;
  virtual net::Task<void> stop(Instant deadline) = 0;
};

// On stop makes its last collection (where that is its nature) before it returns.
class Receiver : public Component {};

// What a processor makes of a run.
struct RunMap {
  // How many series a rule dropped. Rules are numbered by the processor.
  struct Dropped {
    std::uint32_t rule = 0;
    std::uint32_t series = 0;
  };

  SeriesRunPtr run;              // the input: nothing is changed; null: nothing is left
  Gather gather;                 // of which series it is made; empty: of all, in order
  std::vector<Dropped> dropped;  // for who tells its rules apart
};

// A pure function of identity: no I/O, no clock. The pipeline calls it once per run, composes the
// maps of a chain and gathers the columns once.
class Processor {
 public:
  // What went through a processor, of one batch.
  struct Passed {
    std::size_t in = 0;
    std::size_t out = 0;
    std::vector<RunMap::Dropped> dropped;  // sorted by rule
  };

  virtual ~Processor() = default;
  // What must be known before data comes is found out here, once and at leisure: receivers start
  // when all processors have come back, which they do soon after `stop`. The only I/O of a
  // processor.
  virtual net::Task<void> prepare(std::stop_token stop) {
    (void)stop;
    co_return;
  }
  virtual RunMap map(const SeriesRunPtr& run) = 0;
  // Asked for each batch before it goes anywhere: true where there is no room for it.
  virtual bool refuses() { return false; }
  // Called for each batch.
  virtual void count(const Passed& passed) { (void)passed; }
};

// Owns a bounded queue; on stop delivers what it can before the deadline.
class Exporter : public Component, public Consumer {
 public:
  // Adds what became of all samples that it was given, and what it added itself. False where it
  // keeps no account.
  virtual bool report(Balance& balance) const {
    (void)balance;
    return false;
  }
};

class Extension : public Component {};

// An extension that gives HTTP clients credentials (sigv4auth). Exporters find it by name.
class AuthExtension : public Extension {
 public:
  // A client that signs what it sends through `inner`.
  virtual std::unique_ptr<net::HttpClient> wrap(std::unique_ptr<net::HttpClient> inner) = 0;
  // Whose credentials were used last, for logs; "" where that is not known.
  virtual std::string caller() const { return ""; }
};

// An extension that has room on disk (file_storage). Exporters find it by name.
class StorageExtension : public Extension {
 public:
  struct Place {
    std::string directory;  // for one exporter alone; may have to be made
    std::uint64_t bytes_max = std::uint64_t{1} << 30;
    bool fsync = false;
  };
  virtual Place place_for(const ComponentId& exporter) const = 0;
};

// What components may ask of the service that runs them.
class Host {
 public:
  virtual ~Host() = default;
  virtual Extension* find_extension(const ComponentId& id) = 0;
  // True once every pipeline runs, false again when stopping begins.
  virtual bool ready() const = 0;
};

}  // namespace tributary::collector
