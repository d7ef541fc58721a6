#include "collector/exporters/prometheusremotewrite/sender.h"

#include <algorithm>
#include <utility>

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

Result<void> Sender::start(std::unique_ptr<net::HttpClient> client) {
  client_ = std::move(client);
  if (options_.make_queue) {
    TRIBUTARY_TRY(queue_,
                  options_.make_queue([this](const RequestQueue::Loss& loss) { lost(loss); }));
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

void Sender::add(CompiledShapePtr shape, BatchPtr batch) {
  accounts_.taken(shape->size());
  if (stopped_) return drop(DropReason::shutdown, shape->size());
  if (open_.is_full(now())) close_open_request();
  if (const auto series = open_.add(std::move(shape), std::move(batch), now()))
    log_.conflict(*series);
  update_gauges();
  wake_soon();
}

void Sender::add(std::vector<EncodedRequest> requests) {
  if (stopped_) return;
  close_open_request();
  for (EncodedRequest& request : requests) push(std::move(request));
  wake_soon();
}

std::size_t Sender::samples() const { return open_.samples() + queue_->samples(); }

net::Task<void> Sender::run() {
  while (!abort_.stop_requested()) {
    if (queue_->requests() == 0) close_open_request();
    current_ = queue_->front();
    if (current_) {
      co_await deliver();
      update_gauges();
      continue;
    }
    if (drain_.stop_requested()) co_return;
    wake_.reset();
    co_await wake_;
  }
}

net::Task<void> Sender::deliver() {
  while (current_) {
    const bool go_on = co_await wait_for_turn();
    if (!go_on || drop_expired()) co_return;
    accounts_.attempted();
    net::Request request = options_.request;
    request.body = current_->body;
    const Result<net::Response> answer =
        co_await client_->send(std::move(request), abort_.get_token());
    if (!answer && abort_.stop_requested()) co_return;
    const Verdict verdict = judge(answer);
    if (settle(verdict, answer)) co_return;
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
  const std::size_t count = current_->samples;
  switch (verdict) {
    case Verdict::delivered:
      accounts_.sent(count);
      log_.delivered(*current_, samples() - count, now());
      break;
    case Verdict::rejected:
      accounts_.rejected(count);
      log_.rejected(*answer, count, now());
      queue_->quarantine_front(std::to_string(answer->status) + ' ' + answer->body);
      current_ = nullptr;
      break;
    case Verdict::too_large: split_current(); break;
    case Verdict::throttled:
    case Verdict::unavailable:
    case Verdict::unauthorised:
    case Verdict::misdirected:
    case Verdict::no_credentials:
      if (options_.retry) return false;
      drop(DropReason::not_retried, count);
      break;
  }
  if (current_) forget_current();
  quick_.reset();
  slow_.reset();
  return true;
}

void Sender::split_current() {
  auto halves = split(*current_);
  if (!halves) return drop(DropReason::too_large, current_->samples);
  std::vector<EncodedRequest> parts;
  parts.push_back(std::move(halves->first));
  parts.push_back(std::move(halves->second));
  current_ = nullptr;
  queue_->replace_front(std::move(parts));
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
  const Duration wait = (is_slow(verdict) ? slow_ : quick_).next(random_);
  if (!answer) return wait;
  const Duration wished = retry_after(*answer, loop_.clock().now()).value_or(0s);
  return std::max(wait, std::min(wished, kRetryAfterMax));
}

void Sender::close_open_request() {
  for (EncodedRequest& request : open_.encode()) push(std::move(request));
}

void Sender::push(EncodedRequest request) { queue_->push(std::move(request)); }

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
  current_ = nullptr;
  queue_ = std::make_unique<MemoryQueue>(options_.queue,
                                         [this](const RequestQueue::Loss& loss) { lost(loss); });
  if (left > 0) drop(DropReason::shutdown, left);
  update_gauges();
}

// Not at once: the other batches of the same collection are to come along.
void Sender::wake_soon() {
  if (current_ || wake_timer_) return;
  wake_timer_ = loop_.call_at(now() + options_.linger, [this] {
    wake_timer_.reset();
    wake_.set();
  });
}

void Sender::update_gauges() { accounts_.waiting(samples(), queue_->requests(), queue_->bytes()); }

}  // namespace tributary::collector::prometheusremotewrite
