#include "collector/receivers/prometheus/scrape_loop.h"

#include <charconv>
#include <utility>

namespace tributary::collector::prometheus {
namespace {

// Seconds in the shortest decimal form: 10, 0.5.
std::string seconds_text(Duration duration) {
  char text[32];
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto [end, failure] =
      std::to_chars(text, text + sizeof text, seconds, std::chars_format::fixed);
  return failure == std::errc() ? std::string(text, end) : "0";
}

Error body_too_long(std::uint64_t limit) {
  return Error(Code::limit_exceeded, "body_size_limit exceeded: the page has " +
                                         std::to_string(limit) + " bytes or more");
}

// A page from this machine costs more to pack and unpack than to send.
bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "0.0.0.0" || host == "::1" || host.starts_with("127.");
}

}  // namespace

ScrapeLoop::ScrapeLoop(const ScrapeEnvironment& environment, Target target)
    : environment_(environment),
      target_(std::move(target)),
      url_(net::parse_url(target_.url)),
      schedule_(target_.interval, target_.hash() ^ environment.seed),
      scraper_(target_, environment.job.rules, environment.common),
      log_(environment.context.log.with(
          {{"job", environment.job.defaults.job}, {"target", target_.url}})) {
  on_program_end_.emplace(environment_.stop,
                          std::function<void()>([this] { stop_.request_stop(); }));
}

void ScrapeLoop::remove() { stop_.request_stop(); }

net::Task<void> ScrapeLoop::run(Duration first_delay) {
  net::Loop& loop = environment_.context.loop;
  const std::stop_token stop = stop_.get_token();
  // co_await never stands in a condition: g++ 12 loses the awaiter there (net/task.h).
  const bool begun = co_await net::sleep_for(loop, first_delay, stop);
  if (!begun) co_return;
  Timestamp tick = loop.clock().now();
  bool is_first = true;
  while (!stop.stop_requested()) {
    co_await scrape(schedule_.snap(loop.clock().now(), tick));
    const Timestamp now = loop.clock().now();
    tick = is_first ? schedule_.after_first(tick) : schedule_.after(tick, now);
    is_first = false;
    const bool slept = co_await net::sleep_for(loop, tick - now, stop);
    if (!slept) break;
  }
  if (!environment_.stop.stop_requested()) co_await end_of_run(tick);
}

net::Task<void> ScrapeLoop::scrape(Timestamp at) {
  const Instant started = environment_.context.clock().monotonic();
  last_ms_ = to_ms(at);
  // A target that is gone lets its last scrape finish; only the end of the program cuts it short.
  const auto bytes = co_await fetch(target_.timeout, environment_.stop);
  if (!bytes && environment_.stop.stop_requested()) co_return;
  const PageOutcome outcome = bytes ? scraper_.complete() : scraper_.miss(last_ms_);
  ScrapeReport report;
  if (!bytes) {
    report_failure(bytes.error());
    const bool too_long = bytes.error().code() == Code::limit_exceeded && !forced_error_;
    report.body_bytes = too_long ? -1 : 0;
  } else {
    report.up = !outcome.error;
    report.body_bytes = static_cast<std::int64_t>(*bytes);
    if (outcome.error) report_failure(*outcome.error);
    report_dropped(outcome);
  }
  if (report.up && std::exchange(failing_, false)) log_.info("Scraping the target again");
  publish(report, outcome, started);
}

net::Task<void> ScrapeLoop::scrape_last(Duration timeout) {
  const std::int64_t at_ms = to_ms(environment_.context.clock().now());
  const Instant started = environment_.context.clock().monotonic();
  if (at_ms <= last_ms_) co_return;
  last_ms_ = at_ms;
  const auto bytes = co_await fetch(timeout, std::stop_token());
  if (!bytes) {
    log_.debug("The last scrape failed", {{"error", bytes.error().message()}});
    co_return;
  }
  const PageOutcome outcome = scraper_.complete();
  if (outcome.error) {
    log_.debug("The last scrape failed", {{"error", outcome.error->message()}});
    co_return;
  }
  publish({.up = true, .body_bytes = static_cast<std::int64_t>(*bytes)}, outcome, started);
}

net::Task<Result<std::uint64_t>> ScrapeLoop::fetch(Duration timeout, std::stop_token stop) {
  if (forced_error_) co_return Error(Code::limit_exceeded, *forced_error_);
  Result<net::Request> request = make_request(timeout);
  if (!request) co_return request.error();
  Download download;
  request->on_body = [this, &download](const net::Response& head, std::string_view piece) {
    return take(download, head, piece);
  };
  Result<net::Response> response = co_await environment_.client.send(std::move(*request), stop);
  if (!response) {
    if (response.error().code() == Code::limit_exceeded) co_return body_too_long(body_limit());
    co_return response.error();
  }
  if (response->status != 200)
    co_return Error(Code::unavailable, "the target answered with status " +
                                           std::to_string(response->status) + ", want 200");
  if (!download.begun) begin_page(download, *response);
  if (download.gunzip != nullptr) {
    if (auto whole = download.gunzip->finish(); !whole) co_return whole.error();
  }
  co_return download.bytes;
}

void ScrapeLoop::begin_page(Download& download, const net::Response& head) {
  download.begun = true;
  const auto format =
      exposition::format_of(head.headers.get("Content-Type").value_or(std::string_view()));
  scraper_.begin(format.value_or(environment_.job.fallback), last_ms_);
}

Result<void> ScrapeLoop::take(Download& download, const net::Response& head,
                              std::string_view piece) {
  if (!download.begun) {
    begin_page(download, head);
    if (head.headers.get("Content-Encoding") == "gzip")
      download.gunzip = std::make_unique<net::Gunzip>(body_limit());
  }
  if (download.gunzip == nullptr) return feed(download, piece);
  return download.gunzip->feed(piece,
                               [&](std::string_view unpacked) { return feed(download, unpacked); });
}

Result<void> ScrapeLoop::feed(Download& download, std::string_view piece) {
  download.bytes += piece.size();
  if (download.bytes >= body_limit()) return body_too_long(body_limit());
  scraper_.feed(piece);
  return {};
}

std::size_t ScrapeLoop::body_limit() const {
  const std::uint64_t limit = environment_.job.body_size_limit;
  return limit == 0 || limit > kBodyBytesMax ? kBodyBytesMax : static_cast<std::size_t>(limit);
}

Result<net::Request> ScrapeLoop::make_request(Duration timeout) const {
  // gzip makes a page that does not compress a little longer.
  constexpr std::size_t kEncodingSlack = 4096;
  const Job& job = environment_.job;
  net::Request request;
  TRIBUTARY_TRY(request.url, url_);
  TRIBUTARY_TRY(request.headers, request_headers(job.http));
  const bool packed = job.enable_compression.value_or(!is_this_machine(request.url.host));
  request.headers.set("User-Agent", environment_.context.user_agent);
  request.headers.set("Accept", job.accept);
  request.headers.set("Accept-Encoding", packed ? "gzip" : "identity");
  request.headers.set("X-Prometheus-Scrape-Timeout-Seconds", seconds_text(target_.timeout));
  request.timeout = timeout;
  request.response_bytes_max = body_limit() + kEncodingSlack;
  request.follow_redirects = job.http.follow_redirects;
  return request;
}

void ScrapeLoop::publish(ScrapeReport report, const PageOutcome& outcome, Instant started) {
  report.duration_seconds =
      std::chrono::duration<double>(environment_.context.clock().monotonic() - started).count();
  push(scraper_.finish(report, outcome));
}

void ScrapeLoop::push(const std::vector<BatchPtr>& batches) {
  for (const BatchPtr& batch : batches) {
    environment_.accepted.add(batch->size());
    environment_.consumer.consume(batch);
  }
}

// As in Prometheus: the markers carry the time of the scrape that did not come, and are held back
// until a target that has only moved would have been scraped again.
net::Task<void> ScrapeLoop::end_of_run(Timestamp next_tick) {
  net::Loop& loop = environment_.context.loop;
  const Duration wait = next_tick - loop.clock().now() + target_.interval + target_.interval / 10;
  const bool waited = co_await net::sleep_for(loop, wait, environment_.stop);
  if (!waited || superseded_) co_return;
  push(scraper_.end(to_ms(next_tick)));
}

void ScrapeLoop::report_failure(const Error& error) {
  if (environment_.failure_log != nullptr)
    environment_.failure_log->write(environment_.context.clock().now(),
                                    environment_.job.defaults.job, target_.url, error.message());
  const auto [allowed, suppressed] = failures_.allow(environment_.context.clock().monotonic());
  if (!allowed) return;
  failing_ = true;
  log_.warn("Failed to scrape Prometheus endpoint",
            {{"error", error.message()}, {"failures not logged", suppressed}});
}

void ScrapeLoop::report_dropped(const PageOutcome& outcome) {
  if (outcome.duplicates + outcome.future == 0) return;
  if (!drops_.allow(environment_.context.clock().monotonic()).allowed) return;
  if (outcome.duplicates > 0)
    log_.warn("The page has series more than once: the first sample was taken",
              {{"dropped", outcome.duplicates}});
  if (outcome.future > 0)
    log_.warn("The page has samples too far in the future", {{"dropped", outcome.future}});
}

}  // namespace tributary::collector::prometheus
