#include "collector/exporters/prometheusremotewrite/spool_queue.h"

#include <algorithm>
#include <utility>

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr Duration kAgeMax = 24h * 365;  // a clock that was set wrong makes nothing older

}  // namespace

void SpoolQueue::Sum::add(const EncodedRequest& request) {
  ++requests;
  samples += request.samples;
  bytes += request.bytes();
}

void SpoolQueue::Sum::subtract(const EncodedRequest& request) {
  --requests;
  samples -= request.samples;
  bytes -= request.bytes();
}

SpoolQueue::SpoolQueue(Outside outside, Options options, OnLoss on_loss)
    : outside_(std::move(outside)),
      options_(std::move(options)),
      on_loss_(std::move(on_loss)),
      disk_bytes_(outside_.telemetry.gauge("tributary_exporter_spool_bytes",
                                           "Bytes of the spool on disk, quarantine not counted.",
                                           {{"exporter", outside_.exporter}})),
      segments_(outside_.telemetry.gauge("tributary_exporter_spool_segments", "Files of the spool.",
                                         {{"exporter", outside_.exporter}})),
      corrupt_(outside_.telemetry.counter("tributary_exporter_spool_corrupt_records",
                                          "Records that were found damaged on disk.",
                                          {{"exporter", outside_.exporter}})),
      quarantined_(outside_.telemetry.counter(
          "tributary_exporter_spool_quarantined_samples",
          "Samples of requests that were refused for good and kept aside.",
          {{"exporter", outside_.exporter}})) {}

Result<std::unique_ptr<SpoolQueue>> SpoolQueue::open(Outside outside, Options options,
                                                     OnLoss on_loss) {
  std::unique_ptr<SpoolQueue> queue(
      new SpoolQueue(std::move(outside), std::move(options), on_loss));
  TRIBUTARY_TRY(queue->spool_, Spool::open(queue->outside_.disk, queue->options_.spool, on_loss));
  queue->report_start();
  queue->report();
  return queue;
}

void SpoolQueue::push(EncodedRequest request) {
  write_waiting();
  if (waiting_.empty() && now() >= next_write_) {
    const bool alone = spool_->requests() == 0;
    if (write(request)) {
      if (alone && spool_->requests() == 1) {
        spool_->take_front();
        fresh_ = std::move(request);
      }
      return report();
    }
  }
  keep_in_memory(std::move(request));
  report();
}

Result<void> SpoolQueue::write(const EncodedRequest& request) {
  auto done = spool_->push(record_of(request), *request.body);
  if (!done) {
    next_write_ = now() + kRetry;
    if (!std::exchange(disk_fails_, true)) {
      outside_.log.error("The disk does not take requests; they wait in memory",
                         {{"error", done.error().message()},
                          {"directory", spool_->directory()},
                          {"bytes_max", options_.memory.bytes}});
    }
  } else if (std::exchange(disk_fails_, false)) {
    outside_.log.info("The disk takes requests again", {{"directory", spool_->directory()}});
  }
  return done;
}

// Those that wait in memory, now that there may be room.
void SpoolQueue::write_waiting() {
  if (now() < next_write_) return;
  while (!waiting_.empty() && write(waiting_.front())) {
    waiting_sum_.subtract(waiting_.front());
    waiting_.pop_front();
  }
}

void SpoolQueue::keep_in_memory(EncodedRequest request) {
  waiting_sum_.add(request);
  waiting_.push_back(std::move(request));
  Loss loss;
  for (; !waiting_.empty() &&
         (waiting_.size() > options_.memory.requests || waiting_sum_.bytes > options_.memory.bytes);
       waiting_.pop_front()) {
    ++loss.requests;
    loss.samples += waiting_.front().samples;
    waiting_sum_.subtract(waiting_.front());
  }
  if (loss.requests > 0) on_loss_(loss);
}

const EncodedRequest* SpoolQueue::front() {
  if (!front_ && !parts_.empty()) {
    front_ = std::move(parts_.front());
    parts_.pop_front();
  }
  if (front_) return &*front_;
  if (fresh_) {
    take(*std::exchange(fresh_, std::nullopt), Origin::disk);
  } else if (spool_->requests() == 0 || !load_front()) {
    // What the disk has is older than what waits in memory.
    if (spool_->requests() > 0 || waiting_.empty()) return nullptr;
    EncodedRequest request = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_sum_.subtract(request);
    take(std::move(request), Origin::memory);
  }
  return &*front_;
}

bool SpoolQueue::load_front() {
  if (now() < next_read_) return false;
  auto front = spool_->front();
  report();
  if (!front) {
    next_read_ = now() + kRetry;
    if (problems_.allow(now()).allowed)
      outside_.log.error("Cannot read the spool", {{"error", front.error().message()}});
    return false;
  }
  if (*front) take(request_of(std::move(**front)), Origin::disk);
  return front->has_value();
}

void SpoolQueue::take(EncodedRequest request, Origin origin) {
  origin_ = origin;
  whole_ = {};
  whole_.add(request);
  in_hand_ = whole_;
  front_ = std::move(request);
}

void SpoolQueue::pop() {
  in_hand_.subtract(*front_);
  front_.reset();
  settle_front();
}

void SpoolQueue::settle_front() {
  if (!parts_.empty()) return;
  if (origin_ == Origin::disk) spool_->pop();
  origin_ = Origin::none;
  report();
}

void SpoolQueue::quarantine_front(std::string_view reason) {
  const auto kept = spool_->quarantine(record_of(*front_), *front_->body, reason);
  if (kept) quarantined_.add(front_->samples);
  if (problems_.allow(now()).allowed) {
    if (kept) {
      outside_.log.warn("A refused request is kept aside",
                        {{"directory", spool_->quarantine_directory()}});
    } else {
      outside_.log.warn("Cannot keep a refused request aside", {{"error", kept.error().message()}});
    }
  }
  pop();
}

void SpoolQueue::replace_front(std::vector<EncodedRequest> parts) {
  in_hand_.subtract(*front_);
  front_.reset();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    in_hand_.add(*part);
    parts_.push_front(std::move(*part));
  }
  settle_front();
}

std::size_t SpoolQueue::requests() const {
  return spool_->requests() - (origin_ == Origin::disk ? whole_.requests : 0) + in_hand_.requests +
         waiting_sum_.requests;
}

std::size_t SpoolQueue::bytes() const {
  return static_cast<std::size_t>(spool_->request_bytes()) -
         (origin_ == Origin::disk ? whole_.bytes : 0) + in_hand_.bytes + waiting_sum_.bytes;
}

std::size_t SpoolQueue::samples() const {
  return spool_->samples() - (origin_ == Origin::disk ? whole_.samples : 0) + in_hand_.samples +
         waiting_sum_.samples;
}

std::size_t SpoolQueue::samples_in_memory() const {
  std::size_t samples = waiting_sum_.samples;
  if (origin_ == Origin::memory) samples += in_hand_.samples;
  if (spool_->front_is_only_in_memory()) samples += fresh_ ? fresh_->samples : in_hand_.samples;
  return samples;
}

SpoolRecord SpoolQueue::record_of(const EncodedRequest& request) const {
  SpoolRecord record;
  record.series = static_cast<std::uint32_t>(request.series);
  record.samples = static_cast<std::uint32_t>(request.samples);
  record.oldest_ms = request.oldest_ms;
  if (record.oldest_ms == 0)
    record.oldest_ms = to_ms(outside_.clock.now()) - to_ms(now() - request.oldest);
  return record;
}

// Its age by the wall clock, which alone goes on while no process runs.
EncodedRequest SpoolQueue::request_of(Spool::Front front) const {
  const auto age = std::chrono::milliseconds(to_ms(outside_.clock.now()) - front.record.oldest_ms);
  EncodedRequest request;
  request.body = net::make_body(std::move(front.body));
  request.series = front.record.series;
  request.samples = front.record.samples;
  request.oldest = now() - std::clamp<Duration>(age, 0s, kAgeMax);
  request.oldest_ms = front.record.oldest_ms;
  return request;
}

void SpoolQueue::report_start() const {
  if (spool_->bytes_max() < options_.spool.bytes_max) {
    outside_.log.warn("The spool may use half of the free disk, less than it was given",
                      {{"directory", spool_->directory()},
                       {"bytes_max", spool_->bytes_max()},
                       {"wanted", options_.spool.bytes_max}});
  }
  std::vector<LogField> fields = {{"directory", spool_->directory()},
                                  {"requests", spool_->requests()},
                                  {"samples", spool_->samples()},
                                  {"bytes", spool_->disk_bytes()}};
  if (spool_->damaged() > 0) {
    fields.emplace_back("damaged", spool_->damaged());
    outside_.log.warn("The spool has damaged records, which are passed over", fields);
  } else if (spool_->requests() > 0) {
    outside_.log.info("The spool has requests of an earlier run", fields);
  }
}

void SpoolQueue::report() {
  disk_bytes_.set(static_cast<double>(spool_->disk_bytes()));
  segments_.set(static_cast<double>(spool_->segments()));
  corrupt_.add(spool_->damaged() - std::exchange(damaged_told_, spool_->damaged()));
}

}  // namespace tributary::collector::prometheusremotewrite
