// Components for tests of the service: they write what happens to them into a journal.
//
// Threads: the test's.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/pipeline/registry.h"
#include "model/series_run.h"

namespace tributary::collector::fake {

// Shared by the components of one test; they find it here, as configuration cannot carry it.
struct Journal {
  std::vector<std::string> events;
  std::vector<Consumer*> consumers;  // of the receivers, in the order they were made
  net::Loop* loop = nullptr;

  static Journal*& current() {
    static Journal* journal = nullptr;
    return journal;
  }
  Journal() { current() = this; }
  ~Journal() { current() = nullptr; }
};

inline void note(std::string event) {
  if (Journal::current() != nullptr) Journal::current()->events.push_back(std::move(event));
}

struct Config {
  Duration interval = 20s;
  std::string endpoint;
  config::Secret password;
  std::string fail;         // "make" or "start"
  Duration stop_time{};     // how long stopping takes
  Duration prepare_time{};  // how long a processor needs to be prepared

  template <class Fields>
  void describe(Fields& f) {
    f.optional("interval", interval, "between two collections");
    f.optional("endpoint", endpoint, "where to send");
    f.optional("password", password, "for the endpoint");
    f.optional("fail", fail, "make or start");
    f.optional("stop_time", stop_time, "how long it takes to stop");
    f.optional("prepare_time", prepare_time, "how long a processor needs to be prepared");
  }
};

template <class Kind>
class Fake : public Kind {
 public:
  Fake(Context context, Config config) : context_(std::move(context)), config_(std::move(config)) {}

  Result<void> start(Host&) override {
    note("start " + context_.id.to_string());
    if (config_.fail == "start") return Error(Code::unavailable, "no start");
    return {};
  }
  net::Task<void> stop(Instant deadline) override {
    const Instant now = context_.loop.clock().monotonic();
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - now);
    note("stop " + context_.id.to_string() + " within " + std::to_string(left.count()) + "s");
    if (config_.stop_time > 0s)
      co_await net::sleep_for(context_.loop, config_.stop_time, std::stop_token());
    note("stopped " + context_.id.to_string());
  }

 protected:
  Context context_;
  Config config_;
};

class FakeReceiver final : public Fake<Receiver> {
 public:
  FakeReceiver(Context context, Config config, Consumer& consumer)
      : Fake(std::move(context), std::move(config)) {
    if (Journal::current() != nullptr) Journal::current()->consumers.push_back(&consumer);
  }
};

class FakeExporter final : public Fake<Exporter> {
 public:
  using Fake::Fake;
  static Result<std::unique_ptr<FakeExporter>> make(Context context, Config config) {
    if (config.fail == "make") return Error(Code::invalid_argument, "no making");
    return std::make_unique<FakeExporter>(std::move(context), std::move(config));
  }
  void consume(const BatchPtr& batch) override {
    note(context_.id.to_string() + " got " + std::to_string(batch->size()));
    samples_ += batch->size();
  }
  // An endpoint that says "lose" loses a sample.
  bool report(Balance& balance) const override {
    if (context_.id.type == "debug") return false;
    balance.went("sent", samples_ - (config_.endpoint == "lose" ? 1 : 0));
    return true;
  }

 private:
  std::uint64_t samples_ = 0;
};

class FakeExtension final : public Fake<Extension> {
 public:
  using Fake::Fake;
};

// Keeps the first series of each run only.
class FakeProcessor final : public Processor {
 public:
  FakeProcessor(Context context, Config config)
      : context_(std::move(context)), prepare_time_(config.prepare_time) {
    note("make " + context_.id.to_string());
  }
  net::Task<void> prepare(std::stop_token stop) override {
    if (prepare_time_ <= 0s) co_return;
    const bool slept = co_await net::sleep_for(context_.loop, prepare_time_, stop);
    note(slept ? "prepared " + context_.id.to_string() : "gave up preparing");
  }
  RunMap map(const SeriesRunPtr& run) override {
    Gather first = {0};
    return {select(*run, first), std::move(first), {}};
  }

 private:
  Context context_;
  Duration prepare_time_;
};

inline Registry registry() {
  Registry all;
  all.add(make_receiver<Config, FakeReceiver>("prometheus"));
  all.add(make_receiver<Config, FakeReceiver>("awsecscontainermetrics"));
  all.add(make_processor<Config, FakeProcessor>("filter"));
  all.add(make_exporter<Config, FakeExporter>("debug"));
  all.add(make_exporter<Config, FakeExporter>("prometheusremotewrite"));
  all.add_alias<Exporter>("prometheus_remote_write", "prometheusremotewrite");
  all.add_alias<Exporter>("logging", "debug", "it is called debug today");
  all.add(make_extension<Config, FakeExtension>("health_check"));
  return all;
}

}  // namespace tributary::collector::fake
