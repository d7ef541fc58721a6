// The application of the walkthrough: a small order service that works through orders and tells
// Prometheus about it on :8000/metrics. The work is real (it hashes, allocates and writes a
// journal), so that the task's CPU, memory and disk figures move, too.
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "metrics.h"
#include "net/content_encoding.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/run_task.h"

namespace tributary::demo {
namespace {

constexpr std::size_t kJournalBytesMax = 4U << 20;

// A journal that starts over when it has grown to its limit. Where there is no room for temporary
// files, nothing is written.
class Journal {
 public:
  explicit Journal(std::string path) : path_(std::move(path)), file_(path_, std::ios::trunc) {}
  ~Journal() { std::remove(path_.c_str()); }

  bool is_open() const { return file_.is_open(); }

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

class Shop {
 public:
  Shop(Metrics& metrics, Journal& journal) : metrics_(metrics), journal_(journal) {}

  void handle_one() {
    static constexpr std::array<const char*, 3> kKinds = {"book", "music", "food"};
    const auto start = std::chrono::steady_clock::now();
    const char* kind = kKinds[random_() % kKinds.size()];
    std::string order(1'000 + random_() % 60'000, 'x');
    const std::uint64_t checksum = hash(order);
    const char* outcome = checksum % 23 == 0 ? "error" : "ok";

    char line[64];
    std::snprintf(line, sizeof line, "%s %s %016llx\n", kind, outcome,
                  static_cast<unsigned long long>(checksum));
    if (journal_.is_open()) {
      journal_.write(line);
      metrics_.count_journal(std::strlen(line));
    }
    const std::size_t bytes = order.size();
    open_.push_back(std::move(order));
    if (open_.size() > 50 + random_() % 100) open_.pop_front();
    metrics_.set_open(open_.size());
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    metrics_.count({.kind = kind, .outcome = outcome, .bytes = bytes, .seconds = taken.count()});
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

net::Task<net::Response> answer(net::ServerRequest request, const Metrics& metrics) {
  net::Response response;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  if (request.path() != "/metrics") {
    response.status = 404;
    response.body = "metrics are at /metrics\n";
  } else if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.headers.set("Allow", "GET");
  } else {
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = metrics.render();
    const auto accepted = request.headers.get("Accept-Encoding");
    if (accepted && accepted->find("gzip") != std::string_view::npos) {
      response.headers.set("Content-Encoding", "gzip");
      response.body = net::gzip(response.body);
    }
  }
  co_return response;
}

void work(net::Loop& loop, Shop& shop) {
  shop.handle_one();
  loop.call_at(loop.clock().monotonic() + shop.pause(), [&loop, &shop] { work(loop, shop); });
}

std::string journal_path() {
  std::error_code no_such;
  const auto directory = std::filesystem::temp_directory_path(no_such);
  return (directory / ("demo-app-" + std::to_string(::getpid()) + ".journal")).string();
}

int serve(const std::string& address) {
  const auto fail = [&address](const Error& error) {
    std::fprintf(stderr, "demo-app: cannot serve on %s: %s\n", address.c_str(),
                 error.message().c_str());
    return 1;
  };
  const auto listen = net::parse_host_port(address);
  if (!listen) return fail(listen.error());
  const std::unique_ptr<net::Loop> loop = net::make_loop();
  Metrics metrics;
  net::HttpServerOptions options;
  options.address = listen->host;
  options.port = listen->port;
  options.connections_max = 64;
  options.body_bytes_max = 1024;
  auto server = net::start_http_server(
      *loop, options,
      [&metrics](net::ServerRequest request) { return answer(std::move(request), metrics); },
      Logger());
  if (!server) return fail(server.error());
  std::printf("demo-app: metrics on http://%s/metrics\n", address.c_str());

  Journal journal(journal_path());
  if (!journal.is_open()) std::printf("demo-app: no room for temporary files, so no journal\n");
  std::fflush(stdout);
  Shop shop(metrics, journal);
  work(*loop, shop);
  loop->on_signal([&loop](int signal) {
    if (signal != SIGHUP) loop->stop();
  });
  loop->run();
  net::run_task(*loop, (*server)->shutdown(std::chrono::milliseconds(0)));
  std::printf("demo-app: stopped\n");
  return 0;
}

}  // namespace
}  // namespace tributary::demo

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const char* from_environment = std::getenv("DEMO_APP_LISTEN");
  std::string address = from_environment != nullptr ? from_environment : "0.0.0.0:8000";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--listen" && i + 1 < argc) {
      address = argv[++i];
    } else if (argument == "--version") {
      std::printf("demo-app %s\n", TRIBUTARY_VERSION);
      return 0;
    } else {
      std::printf(
          "usage: demo-app [--listen ADDRESS:PORT]   (default 0.0.0.0:8000, or what the variable\n"
          "                                           DEMO_APP_LISTEN says)\n");
      return argument == "--help" ? 0 : 2;
    }
  }
  return tributary::demo::serve(address);
}
