#include "spool_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/disk.h"
#include "collector/exporters/prometheusremotewrite/retry.h"
#include "collector/exporters/prometheusremotewrite/spool_queue.h"
#include "collector/exporters/prometheusremotewrite/spool_report.h"
#include "commands.h"
#include "net/run_task.h"

namespace tributary::collector {
namespace {

namespace rw = prometheusremotewrite;

void say(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

int fail(const Error& error) {
  say(stderr, "spool: " + error.message() + "\n");
  return kExitFailure;
}

int list(Disk& disk, const std::string& directory) {
  const auto report = rw::inspect_spool(disk, directory, rw::SpoolCheck::headers);
  if (!report) return fail(report.error());
  say(stdout, rw::to_text(*report, to_ms(SystemClock().now())));
  return 0;
}

int verify(Disk& disk, const std::string& directory) {
  const auto report = rw::inspect_spool(disk, directory, rw::SpoolCheck::bodies);
  if (!report) return fail(report.error());
  for (const std::string& fault : report->first_faults) say(stderr, fault + "\n");
  if (report->faults > 0) {
    say(stderr, std::to_string(report->faults) + " faults\n");
    return kExitFailure;
  }
  std::size_t requests = 0;
  for (const auto& segment : report->segments) requests += segment.all.requests;
  say(stdout, "good: " + std::to_string(requests) + " requests in " +
                  std::to_string(report->segments.size()) + " segments\n");
  return 0;
}

struct Replayed {
  std::size_t requests = 0;
  std::size_t samples = 0;
  std::size_t refused = 0;
};

// In order, one at a time, until the other side does not take one for now.
net::Task<Result<void>> send_all(std::unique_ptr<net::HttpClient> client, net::Request request,
                                 rw::RequestQueue* queue, Replayed* done) {
  while (const rw::EncodedRequest* front = queue->front()) {
    net::Request one = request;
    one.body = front->body;
    const Result<net::Response> answer = co_await client->send(std::move(one), {});
    if (!answer) co_return answer.error();
    const std::string status = std::to_string(answer->status) + ' ' + answer->body.substr(0, 200);
    const rw::Verdict verdict = rw::judge(answer);
    if (verdict == rw::Verdict::rejected) {
      ++done->refused;
      queue->quarantine_front(status);
      continue;
    }
    if (verdict != rw::Verdict::delivered)
      co_return Error(Code::unavailable, request.url.to_string() + " answers " + status);
    ++done->requests;
    done->samples += front->samples;
    queue->pop();
  }
  co_return Result<void>();
}

int replay(Disk& disk, const SpoolOptions& options) {
  const auto url = net::parse_url(options.endpoint);
  if (!url) return fail(url.error().within("--endpoint"));
  if (!disk.exists(options.directory))
    return fail(Error(Code::not_found, options.directory + ": is not there"));
  const std::unique_ptr<net::Loop> loop = net::make_loop();
  Telemetry telemetry;
  auto queue =
      rw::SpoolQueue::open({.disk = disk,
                            .clock = loop->clock(),
                            .telemetry = telemetry,
                            .log = Logger(std::make_shared<LogSink>(
                                LogSink::Options{.level = LogLevel::error}, loop->clock(), 2)),
                            .exporter = "replay"},
                           {.spool = {.directory = options.directory, .bytes_max = UINT64_MAX}},
                           [](const rw::RequestQueue::Loss&) {});
  if (!queue) return fail(queue.error());
  auto client = net::make_http_client(*loop, {});
  if (!client) return fail(client.error());
  net::Request request;
  request.method = "POST";
  request.url = *url;
  request.headers = {{"Content-Encoding", "snappy"},
                     {"Content-Type", "application/x-protobuf"},
                     {"User-Agent", "tributary-collector/" TRIBUTARY_VERSION},
                     {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
  Replayed done;
  const auto sent =
      net::run_task(*loop, send_all(std::move(*client), std::move(request), queue->get(), &done));
  say(stdout, "sent " + std::to_string(done.requests) + " requests with " +
                  std::to_string(done.samples) + " samples, " + std::to_string(done.refused) +
                  " were refused and are in quarantine, " + std::to_string((*queue)->requests()) +
                  " are left\n");
  if (!sent) return fail(sent.error());
  return (*queue)->requests() == 0 ? 0 : kExitFailure;
}

}  // namespace

int spool(const SpoolOptions& options) {
  RealDisk disk(rw::SpoolQueue::kModes);
  switch (options.action) {
    case SpoolOptions::Action::list: return list(disk, options.directory);
    case SpoolOptions::Action::verify: return verify(disk, options.directory);
    case SpoolOptions::Action::replay: return replay(disk, options);
  }
  return kExitUsage;
}

}  // namespace tributary::collector
