// The four kinds of component, with the words of the OpenTelemetry Collector: receivers push
// batches into a Consumer, processors map shapes, exporters take batches and deliver them,
// extensions help. A component gets what it needs of the outside world as a Context.
//
// Threads: one loop; every call comes from it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/telemetry.h"
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

// A pure function of the shape: no I/O, no clock. The pipeline calls it once per shape, composes
// the maps of a chain and gathers the columns once.
class Processor {
 public:
  virtual ~Processor() = default;
  virtual ShapeMap map(const ShapePtr& shape) = 0;
  // Called for each batch that went through `map`: how many samples came in and went out.
  virtual void count(std::size_t in, std::size_t out) {
    (void)in;
    (void)out;
  }
};

// Owns a bounded queue; on stop delivers what it can before the deadline.
class Exporter : public Component, public Consumer {};

class Extension : public Component {};

// An extension that gives HTTP clients credentials (sigv4auth). Exporters find it by name.
class AuthExtension : public Extension {
 public:
  // A client that signs what it sends through `inner`.
  virtual std::unique_ptr<net::HttpClient> wrap(std::unique_ptr<net::HttpClient> inner) = 0;
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
