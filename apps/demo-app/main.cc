// The application of the walkthrough: a small order service that works through orders and tells
// Prometheus about it on :8000/metrics. The work is real (it hashes, allocates and writes a
// journal), so that the task's CPU, memory and disk figures move, too.
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>

namespace {

using Steady = std::chrono::steady_clock;
constexpr std::size_t kJournalBytesMax = 4U << 20;

std::atomic<bool> stopping{false};
void on_signal(int /*signal*/) { stopping = true; }

struct Metrics {
  explicit Metrics(prometheus::Registry& registry)
      : orders(prometheus::BuildCounter()
                   .Name("demo_orders_total")
                   .Help("Orders by kind and outcome.")
                   .Register(registry)),
        seconds(prometheus::BuildHistogram()
                    .Name("demo_order_duration_seconds")
                    .Help("Time to work through one order.")
                    .Register(registry)),
        size(prometheus::BuildSummary()
                 .Name("demo_order_size_bytes")
                 .Help("Size of an order.")
                 .Register(registry)
                 .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}, {0.9, 0.01}, {0.99, 0.001}})),
        open(prometheus::BuildGauge()
                 .Name("demo_orders_open")
                 .Help("Orders kept in memory.")
                 .Register(registry)
                 .Add({})),
        journal(prometheus::BuildCounter()
                    .Name("demo_journal_bytes_total")
                    .Help("Bytes written to the journal.")
                    .Register(registry)
                    .Add({})) {}

  prometheus::Family<prometheus::Counter>& orders;
  prometheus::Family<prometheus::Histogram>& seconds;
  prometheus::Summary& size;
  prometheus::Gauge& open;
  prometheus::Counter& journal;
};

// A journal that starts over when it has grown to its limit.
class Journal {
 public:
  explicit Journal(std::string path) : path_(std::move(path)), file_(path_, std::ios::trunc) {}
  ~Journal() { std::remove(path_.c_str()); }

  void write(const std::string& line) {
    if (written_ + line.size() > kJournalBytesMax) {
      file_ = std::ofstream(path_, std::ios::trunc);
      written_ = 0;
    }
    file_ << line << std::flush;
    written_ += line.size();
  }

 private:
  std::string path_;
  std::ofstream file_;
  std::size_t written_ = 0;
};

class Service {
 public:
  Service(Metrics& metrics, Journal& journal) : metrics_(metrics), journal_(journal) {}

  void handle_one() {
    static constexpr std::array<const char*, 3> kKinds = {"book", "music", "food"};
    const auto start = Steady::now();
    const std::string kind = kKinds[random_() % kKinds.size()];
    std::string order(1'000 + random_() % 60'000, 'x');
    const std::uint64_t checksum = hash(order);
    const char* outcome = checksum % 23 == 0 ? "error" : "ok";

    char line[64];
    std::snprintf(line, sizeof line, "%s %s %016llx\n", kind.c_str(), outcome,
                  static_cast<unsigned long long>(checksum));
    journal_.write(line);
    metrics_.journal.Increment(static_cast<double>(std::strlen(line)));
    metrics_.size.Observe(static_cast<double>(order.size()));
    open_.push_back(std::move(order));
    if (open_.size() > 50 + random_() % 100) open_.pop_front();
    metrics_.open.Set(static_cast<double>(open_.size()));
    metrics_.orders.Add({{"kind", kind}, {"outcome", outcome}}).Increment();
    metrics_.seconds
        .Add({{"kind", kind}}, prometheus::Histogram::BucketBoundaries{0.0001, 0.00025, 0.0005,
                                                                       0.001, 0.0025, 0.005, 0.01})
        .Observe(std::chrono::duration<double>(Steady::now() - start).count());
  }

  std::chrono::milliseconds pause() { return std::chrono::milliseconds(5 + random_() % 30); }

 private:
  // FNV-1a, several rounds: something for the processor to do.
  static std::uint64_t hash(const std::string& text) {
    std::uint64_t state = 0xcbf29ce484222325ULL;
    for (int round = 0; round < 8; ++round)
      for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return state;
  }

  Metrics& metrics_;
  Journal& journal_;
  std::mt19937 random_{std::random_device{}()};
  std::deque<std::string> open_;
};

int serve(const std::string& address) {
  auto registry = std::make_shared<prometheus::Registry>();
  Metrics metrics(*registry);
  prometheus::BuildGauge()
      .Name("demo_build_info")
      .Help("1, with the version as a label.")
      .Register(*registry)
      .Add({{"version", TRIBUTARY_VERSION}})
      .Set(1);
  prometheus::Exposer exposer(address, 1);
  exposer.RegisterCollectable(registry);
  std::printf("demo-app: metrics on http://%s/metrics\n", address.c_str());
  std::fflush(stdout);

  const auto directory = std::filesystem::temp_directory_path();
  Journal journal((directory / ("demo-app-" + std::to_string(::getpid()) + ".journal")).string());
  Service service(metrics, journal);
  while (!stopping) {
    service.handle_one();
    std::this_thread::sleep_for(service.pause());
  }
  std::printf("demo-app: stopped\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string address = "0.0.0.0:8000";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--listen" && i + 1 < argc) {
      address = argv[++i];
    } else if (argument == "--version") {
      std::printf("demo-app %s\n", TRIBUTARY_VERSION);
      return 0;
    } else {
      std::printf("usage: demo-app [--listen ADDRESS:PORT]   (default 0.0.0.0:8000)\n");
      return argument == "--help" ? 0 : 2;
    }
  }
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  try {
    return serve(address);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "demo-app: cannot serve on %s: %s\n", address.c_str(), failure.what());
    return 1;
  }
}
