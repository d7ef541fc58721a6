// Debian's Prometheus serves a directory that this database wrote, and this database reads what
// Prometheus left.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/disk.h"
#include "tsdb/db.h"
#include "tsdb/test_support.h"

namespace tributary::tsdb {
namespace {

using testing::add;
using testing::Everything;
using testing::read;
using testing::TemporaryDirectory;

constexpr std::int64_t kNow = 1'700'000'000'000;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

// The whole answer, or "" where nobody listens.
std::string get(std::uint16_t port, const std::string& target) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + target + " HTTP/1.0\r\n\r\n";
    if (::write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
      char buffer[65536];
      for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(got));
      }
    }
  }
  ::close(fd);
  return answer;
}

class RunningPrometheus {
 public:
  RunningPrometheus(const std::string& directory, const std::string& config) : port_(free_port()) {
    const std::string storage = "--storage.tsdb.path=" + directory;
    const std::string file = "--config.file=" + config;
    const std::string listen = "--web.listen-address=127.0.0.1:" + std::to_string(port_);
    pid_ = ::fork();
    if (pid_ == 0) {
      if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
      ::execlp("prometheus", "prometheus", storage.c_str(), file.c_str(), listen.c_str(),
               "--storage.tsdb.retention.time=100y", nullptr);
      ::_exit(127);
    }
  }
  ~RunningPrometheus() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  bool wait_until_ready() const {
    for (int attempt = 0; attempt < 600; ++attempt) {
      if (get(port_, "/-/ready").find(" 200 ") != std::string::npos) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  }

  // What a scalar expression, without characters that URLs escape, gives.
  std::string read_scalar(const std::string& expression, std::int64_t time_ms) const {
    const std::string answer =
        get(port_, "/api/v1/query?query=" + expression + "&time=" + std::to_string(time_ms / 1000));
    rapidjson::Document document;
    document.Parse(answer.c_str() + answer.find("\r\n\r\n"));
    if (document.HasParseError() || !document.IsObject() || !document.HasMember("data")) {
      return answer;
    }
    return document["data"]["result"][1].GetString();
  }

  // Every sample of a float up to `time_ms`.
  Everything read_everything(std::int64_t time_ms) const {
    const std::string answer =
        get(port_, "/api/v1/query?query=%7B__name__%3D~%22.%2B%22%7D%5B1d%5D&time=" +
                       std::to_string(time_ms / 1000));
    rapidjson::Document document;
    document.Parse(answer.c_str() + answer.find("\r\n\r\n"));
    Everything out;
    if (document.HasParseError() || !document.IsObject() || !document.HasMember("data")) return out;
    for (const auto& series : document["data"]["result"].GetArray()) {
      Labels labels;
      for (const auto& label : series["metric"].GetObject()) {
        labels.set(label.name.GetString(), label.value.GetString());
      }
      if (!series.HasMember("values")) continue;
      for (const auto& sample : series["values"].GetArray()) {
        out[labels].push_back({std::llround(sample[0].GetDouble() * 1000),
                               std::strtod(sample[1].GetString(), nullptr)});
      }
    }
    return out;
  }

 private:
  std::uint16_t port_;
  pid_t pid_ = 0;
};

TEST(Prometheus, ServesTheDirectoryAndLeavesItReadable) {
  if (std::system("command -v prometheus >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "prometheus is not installed (apt-get install prometheus)";
  }
  const TemporaryDirectory directory;
  RealDisk disk;
  const FakeClock clock(timestamp_from_ms(kNow + 10'000'000));
  const std::string data = directory.path() + "/data";
  const std::string config = directory.path() + "/prometheus.yml";
  std::ofstream(config) << "global: {}\n";
  Everything written;
  {
    const auto db = Db::open(data, {.wal_segment_bytes_max = 100'000}, disk, clock, Logger());
    for (int t = 0; t < 300; ++t) {
      WriteBatch batch;
      for (int i = 0; i < 30; ++i) {
        const Labels labels{{"__name__", "m"}, {"i", std::to_string(i)}, {"path", "/ä\"\\\n"}};
        written[labels].push_back({kNow + t * 15'000 + i, std::sin(t + i) * std::pow(10, i - 9)});
        add(batch, labels, {written[labels].back()});
      }
      ASSERT_TRUE((*db)->append(batch));
    }
  }

  {
    const RunningPrometheus prometheus(data, config);
    ASSERT_TRUE(prometheus.wait_until_ready());
    EXPECT_EQ(prometheus.read_everything(kNow + 10'000'000), written);
  }

  const auto db = Db::open(data, {}, disk, clock, Logger()).value();
  EXPECT_EQ(read(*db), written);
  EXPECT_EQ(db->replay().wal.damage, 0U);
}

TEST(Prometheus, ServesLateSamplesAndHistograms) {
  if (std::system("command -v prometheus >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "prometheus is not installed (apt-get install prometheus)";
  }
  const TemporaryDirectory directory;
  RealDisk disk;
  const FakeClock clock(timestamp_from_ms(kNow + 10'000'000));
  const std::string data = directory.path() + "/data";
  const std::string config = directory.path() + "/prometheus.yml";
  std::ofstream(config) << "storage: {tsdb: {out_of_order_time_window: 1h}}\n";
  Everything written;
  {
    const auto db = Db::open(data, {.out_of_order_window = 1h}, disk, clock, Logger()).value();
    for (int t = 0; t < 200; ++t) {
      WriteBatch batch;
      const Labels labels{{"__name__", "m"}, {"i", std::to_string(t % 3)}};
      // Two steps forward, one step back.
      const std::int64_t ms = kNow + (t % 2 == 0 ? t + 4 : t) * 15'000;
      add(batch, labels, {{ms, 1.0 * t}});
      written[labels].push_back({ms, 1.0 * t});
      add(batch, {{"__name__", "h"}}, {});
      NativeHistogram histogram;
      histogram.schema = 1;
      histogram.zero_threshold = 1e-9;
      histogram.positive_spans = {{0, 2}};
      histogram.positive_deltas = {t + 1, 1};
      histogram.count = 2 * static_cast<std::uint64_t>(t) + 3;
      histogram.sum = 0.5 * t;
      batch.add_histogram(kNow + t * 15'000, histogram);
      ASSERT_EQ(db->append(batch)->appended, 2U);
    }
    ASSERT_GT(db->stats().late_samples, 50U);
  }
  for (auto& [labels, samples] : written) {
    std::sort(samples.begin(), samples.end(),
              [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
  }

  {
    const RunningPrometheus prometheus(data, config);
    ASSERT_TRUE(prometheus.wait_until_ready());
    Everything read_back = prometheus.read_everything(kNow + 10'000'000);
    EXPECT_EQ(read_back, written);
    // 200 histograms, the last with 401 observations.
    EXPECT_EQ(prometheus.read_scalar("scalar(count_over_time(h[1d]))", kNow + 10'000'000), "200");
    EXPECT_EQ(prometheus.read_scalar("scalar(histogram_count(h))", kNow + 199 * 15'000), "401");
  }
}

// Twenty hours in steps of a minute.
constexpr std::int64_t kStep = 60'000;
constexpr int kSteps = 20 * 60;
constexpr std::int64_t kStop = kNow + kSteps * kStep;

NativeHistogram histogram_at(int t, bool is_float) {
  NativeHistogram out;
  out.is_float = is_float;
  out.schema = 1;
  out.zero_threshold = 1e-9;
  out.positive_spans = {{0, t < 500 ? 2U : 3U}};  // a bucket is added
  const int n = t % 700 + 1;                      // and the counter starts anew
  out.sum = 0.5 * n;
  if (is_float) {
    out.positive_counts = {1.0 * n, 2.0 * n, 0.0};
    out.positive_counts.resize(out.positive_spans[0].length);
    out.count_float = 3.0 * n;
  } else {
    out.positive_deltas = {n, n, -2 * n};
    out.positive_deltas.resize(out.positive_spans[0].length);
    out.count = 3 * static_cast<std::uint64_t>(n);
  }
  return out;
}

// Floats, some late, as m; histograms as h and hf. Most of it goes into blocks. The floats.
Everything write_hours_of_everything(const std::string& data, Disk& disk) {
  FakeClock clock;
  Everything written;
  const auto db = Db::open(data, {.out_of_order_window = 30min}, disk, clock, Logger()).value();
  for (int t = 0; t < kSteps; ++t) {
    clock.set(timestamp_from_ms(kNow + t * kStep));
    WriteBatch batch;
    for (int i = 0; i < 5; ++i) {
      const Labels labels{{"__name__", "m"}, {"i", std::to_string(i)}};
      // Two steps forward, one step back.
      const std::int64_t ms = kNow + (t % 2 == 0 ? t + 4 : t) * kStep;
      written[labels].push_back({ms, std::sin(t + i) * std::pow(10, i - 3)});
      add(batch, labels, {written[labels].back()});
    }
    add(batch, {{"__name__", "h"}}, {});
    batch.add_histogram(kNow + t * kStep, histogram_at(t, false));
    add(batch, {{"__name__", "hf"}}, {});
    batch.add_histogram(kNow + t * kStep, histogram_at(t, true));
    EXPECT_EQ(db->append(batch)->appended, 7U);
    if (t % 60 != 0) continue;
    while (db->maintain().value()) continue;
  }
  EXPECT_GE(db->stats().blocks, 3U);
  for (auto& [labels, samples] : written) {
    std::sort(samples.begin(), samples.end(),
              [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
  }
  return written;
}

TEST(Prometheus, ServesBlocksAndTheHeadBehindThem) {
  if (std::system("command -v prometheus >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "prometheus is not installed (apt-get install prometheus)";
  }
  const TemporaryDirectory directory;
  RealDisk disk;
  const std::string data = directory.path() + "/data";
  const std::string config = directory.path() + "/prometheus.yml";
  std::ofstream(config) << "storage: {tsdb: {out_of_order_time_window: 1h}}\n";
  const Everything written = write_hours_of_everything(data, disk);
  const FakeClock clock(timestamp_from_ms(kStop));
  const auto check = [&](const Everything& found) {
    for (const auto& [labels, samples] : written) {
      const auto at = found.find(labels);
      ASSERT_TRUE(at != found.end()) << labels.to_string();
      EXPECT_TRUE(at->second == samples) << labels.to_string();
    }
  };
  check(read(*Db::open(data, {}, disk, clock, Logger()).value()));

  {
    const RunningPrometheus prometheus(data, config);
    ASSERT_TRUE(prometheus.wait_until_ready());
    check(prometheus.read_everything(kStop + 10 * kStep));
    for (const std::string name : {"h", "hf"}) {
      EXPECT_EQ(prometheus.read_scalar("scalar(count_over_time(" + name + "[1d]))", kStop),
                std::to_string(kSteps));
      for (const int t : {0, 59, 130, 499, 500, 699, 700, 1100, kSteps - 1}) {
        EXPECT_EQ(prometheus.read_scalar("scalar(histogram_count(" + name + "))", kNow + t * kStep),
                  std::to_string(3 * (t % 700 + 1)))
            << name << ' ' << t;
      }
      EXPECT_EQ(
          prometheus.read_scalar("scalar(histogram_quantile(1,increase(" + name + "[1d])))", kStop),
          "1.414213562373095")
          << name;
    }
  }

  check(read(*Db::open(data, {}, disk, clock, Logger()).value()));
}

}  // namespace
}  // namespace tributary::tsdb
