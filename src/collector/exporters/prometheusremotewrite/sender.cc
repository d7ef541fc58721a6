#include "collector/exporters/prometheusremotewrite/sender.h"

#include <algorithm>
#include <utility>

#include "collector/exporters/prometheusremotewrite/refusal.h"

namespace tributary::collector::prometheusremotewrite {

Sender::Sender(const Context& context, Options options)
    : loop_(context.loop),
      random_(context.random),
      options_(std::move(options)),
      accounts_(context.telemetry, context.id.to_string(), options_.request.url.to_string(),
                options_.queue.requests),
      log_(context.log, options_.request.url.to_string()),
      open_(options_.sizes),
      queue_(std::make_unique<MemoryQueue>(options_.queue,
                                           [this](const RequestQueue::Loss& loss) { lost(loss); })),
      quick_(options_.backoff) {}

Sender::~Sender() {
  if (wake_timer_) loop_.cancel(*wake_timer_);
}

Result<void> Sender::start(std::unique_ptr<net::HttpClient> client,
                           std::function<std::string()> caller) {
  client_ = std::move(client);
  caller_ = std::move(caller);
  if (make_queue_) {
    TRIBUTARY_TRY(queue_, make_queue_([this](const RequestQueue::Loss& loss) { lost(loss); }));
    accounts_.recovered(queue_->samples());
    update_gauges();
  }
  running_.spawn(run());
  return {};
}

net::Task<void> Sender::stop(Instant deadline) {
  stopped_ = true;
  const net::Loop::TimerId timer = loop_.call_at(deadline, [this] { abort_.request_stop(); });
  drain_.request_stop();
  wake_.set();
  co_await running_.close();
  loop_.cancel(timer);
  drop_the_rest();
}

void Sender::add(const CompiledShapePtr& shape, const BatchPtr& batch) {
  if (stopped_) return drop(DropReason::shutdown, shape->size());
  if (open_.is_full(now())) close_open_request();
  if (const auto series = open_.add(shape, batch, now())) log_.conflict(*series);
  update_gauges();
  wake_when_due();
}

void Sender::add(std::vector<EncodedRequest> requests) {
  if (stopped_) return;
  close_open_request();
  for (EncodedRequest& request : requests) queue_->push(std::move(request));
  update_gauges();
  wake_when_due();
}

std::size_t Sender::samples() const { return open_.samples() + queue_->samples(); }

net::Task<void> Sender::run() {
  while (!abort_.stop_requested()) {
    if (queue_->requests() == 0 && due() <= now()) close_open_request();
    current_ = queue_->front();
    if (current_) {
      times_throttled_ = 0;
      co_await deliver();
      update_gauges();
      continue;
    }
    if (drain_.stop_requested()) co_return;
    wake_.reset();
    if (queue_->requests() > 0) {
      // The disk cannot be read for now.
      close_open_request();
      wake_at(now() + kSpoolDelay);
    } else if (!open_.empty()) {
      wake_when_due();
    }
    co_await wake_;
  }
}

net::Task<void> Sender::deliver() {
  while (current_) {
    const bool go_on = co_await wait_for_turn();
    if (!go_on || drop_expired()) co_return;
    accounts_.attempted();
    pace_.started(now());
    net::Request request = options_.request;
    request.body = current_->body;
    const Result<net::Response> answer =
        co_await client_->send(std::move(request), abort_.get_token());
    if (!answer && abort_.stop_requested()) co_return;
    const Verdict verdict = judge(answer);
    if (settle(verdict, answer)) {
      not_before_ = pace_.next_start();
      quick_.reset();
      slow_.reset();
      co_return;
    }
    const Duration wait = wait_after(verdict, answer);
    not_before_ = now() + wait;
    log_.failed(verdict, answer, {.samples = samples(), .oldest = now() - current_->oldest}, wait,
                now());
    update_gauges();
  }
}

// False when there is no time left for another attempt.
net::Task<bool> Sender::wait_for_turn() {
  while (!abort_.stop_requested()) {
    const Instant until = std::min(not_before_, current_->oldest + options_.max_sample_age);
    if (until <= now()) co_return true;
    const bool draining = drain_.stop_requested();
    const std::stop_token stop = draining ? abort_.get_token() : drain_.get_token();
    const bool elapsed = co_await net::sleep_until(loop_, until, stop);
    // Who is asked to stop makes one attempt at once.
    if (!elapsed && !draining) not_before_ = now();
  }
  co_return false;
}

bool Sender::settle(Verdict verdict, const Result<net::Response>& answer) {
  switch (verdict) {
    case Verdict::delivered: settle_delivered(); return true;
    case Verdict::rejected: settle_rejected(*answer); return true;
    case Verdict::too_large:
      if (!split_current()) drop_current(DropReason::too_large);
      return true;
    case Verdict::throttled:
      if (settle_throttled(*answer)) return true;
      break;
    case Verdict::unavailable:
    case Verdict::unauthorised:
    case Verdict::misdirected:
    case Verdict::no_credentials: break;
  }
  if (options_.retry) return false;
  drop_current(DropReason::not_retried);
  return true;
}

void Sender::settle_delivered() {
  accounts_.sent(current_->samples);
  accounts_.request_sent();
  pace_.taken(now());
  no_room_since_.reset();
  log_.delivered(*current_, caller_ ? caller_() : "", samples() - current_->samples, now());
  forget_current();
}

// Who names the series has taken the others of the request (Cortex, Mimir, AMP, tributary-hub). Who
// does not may have taken none (Prometheus): then halves are sent until the series stands alone.
void Sender::settle_rejected(const net::Response& answer) {
  const WriteRefusal refusal = read_refusal(answer.body);
  const bool took_the_others = !refusal.series.empty() || refusal.stored;
  if (!took_the_others && current_->series > 1 && may_search() && split_current()) return;
  reject_current(answer, refusal);
}

bool Sender::settle_throttled(const net::Response& answer) {
  const ThrottleReason reason = throttle_reason(answer.body);
  accounts_.throttled(reason);
  if (reason == ThrottleReason::active_series) {
    // The series that are there have been taken: slower would not help the others.
    if (!no_room_since_) no_room_since_ = now();
    if (now() - *no_room_since_ < kSeriesPatience) return false;
    WriteRefusal refusal = read_refusal(answer.body);
    refusal.reason = RejectReason::active_series;
    reject_current(answer, refusal);
    return true;
  }
  pace_.throttled(now());
  if (++times_throttled_ < kThrottledMax || reason == ThrottleReason::request_rate) return false;
  times_throttled_ = 0;
  return split_current();
}

void Sender::reject_current(const net::Response& answer, const WriteRefusal& refusal) {
  const std::size_t stored = std::min(refusal.stored.value_or(0), current_->samples);
  Rejection what{
      .reason = refusal.reason, .series = refusal.series, .samples = current_->samples - stored};
  if (what.series.empty()) what.series = first_series(*current_->body);
  accounts_.sent(stored);
  accounts_.rejected(refusal.reason, what.samples);
  log_.rejected(answer, what, now());
  current_ = nullptr;
  queue_->quarantine_front(std::to_string(answer.status) + ' ' + answer.body);
}

void Sender::drop_current(DropReason reason) {
  drop(reason, current_->samples);
  forget_current();
}

bool Sender::split_current() {
  auto halves = split(*current_);
  if (!halves) return false;
  std::vector<EncodedRequest> parts;
  parts.push_back(std::move(halves->first));
  parts.push_back(std::move(halves->second));
  current_ = nullptr;
  queue_->replace_front(std::move(parts));
  return true;
}

bool Sender::may_search() {
  if (now() - search_began_ >= kSearchInterval) {
    search_began_ = now();
    search_steps_ = 0;
  }
  return search_steps_++ < kSearchStepsMax;
}

void Sender::forget_current() {
  current_ = nullptr;
  queue_->pop();
}

bool Sender::drop_expired() {
  if (now() - current_->oldest < options_.max_sample_age) return false;
  accounts_.expired(current_->samples);
  log_.expired(current_->samples, options_.max_sample_age, now());
  forget_current();
  return true;
}

Duration Sender::wait_after(Verdict verdict, const Result<net::Response>& answer) {
  Duration wait = (is_slow(verdict) ? slow_ : quick_).next(random_);
  wait = std::max<Duration>(wait, pace_.next_start() - now());
  if (!answer) return wait;
  const Duration wished = retry_after(*answer, loop_.clock().now()).value_or(0s);
  return std::max(wait, std::min(wished, kRetryAfterMax));
}

void Sender::close_open_request() {
  if (open_.empty()) return;
  last_closed_ = now();
  for (EncodedRequest& request : open_.encode()) queue_->push(std::move(request));
}

void Sender::lost(const RequestQueue::Loss& loss) {
  const bool full = loss.cause == RequestQueue::Loss::Cause::full;
  drop(full ? DropReason::queue_full : DropReason::unreadable, loss.samples);
}

void Sender::drop(DropReason reason, std::size_t samples) {
  accounts_.dropped(reason, samples);
  log_.dropped(reason, samples, now());
}

void Sender::drop_the_rest() {
  close_open_request();
  const std::size_t left = queue_->samples_in_memory();
  const std::size_t kept = queue_->samples() - left;
  current_ = nullptr;
  queue_ = std::make_unique<MemoryQueue>(options_.queue,
                                         [this](const RequestQueue::Loss& loss) { lost(loss); });
  if (left > 0) drop(DropReason::shutdown, left);
  if (kept > 0) log_.kept(kept);
  kept_ += kept;
  update_gauges();
}

Instant Sender::due() const {
  const bool at_once = stopped_ || queue_->requests() > 0 || open_.is_full(now());
  return at_once || !last_closed_ ? Instant{} : *last_closed_ + options_.linger;
}

// Not within this call, even if it is due: the other batches of the same collection are to come
// along.
void Sender::wake_when_due() {
  if (!current_) {
    wake_at(due());
  } else if (make_queue_ && !open_.empty()) {
    wake_at(open_.oldest() + kSpoolDelay);
  }
}

void Sender::wake_at(Instant at) {
  if (wake_timer_ && wake_at_ <= at) return;
  if (wake_timer_) loop_.cancel(*wake_timer_);
  wake_at_ = at;
  wake_timer_ = loop_.call_at(at, [this] {
    wake_timer_.reset();
    if (current_ && make_queue_) {
      close_open_request();
      update_gauges();
    }
    wake_.set();
  });
}

void Sender::update_gauges() {
  const std::size_t in_memory = open_.samples() + queue_->samples_in_memory();
  accounts_.waiting({.queued = in_memory,
                     .spooled = kept_ + samples() - in_memory,
                     .requests = queue_->requests(),
                     .bytes = queue_->bytes()});
}

}  // namespace tributary::collector::prometheusremotewrite
