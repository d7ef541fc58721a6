#include "aws/cached_credentials.h"

#include <algorithm>

#include "aws/hop_error.h"
#include "base/time_text.h"

namespace tributary::aws {
namespace {

// Longer than any renewal: who waits is woken by its end.
constexpr Duration kWaitMax = 1h;
// Credentials refused this soon after they came are not renewed at once a second time.
constexpr Duration kFresh = 60s;
constexpr int kDoublingsMax = 16;
// Between two renewals of credentials that hardly live.
constexpr Duration kRenewalMin = 1s;
// How long credentials are used that seem to have expired when they come.
constexpr Duration kDoubtfulFor = 10min;

}  // namespace

CachedCredentials::CachedCredentials(std::unique_ptr<CredentialsProvider> provider, net::Loop& loop,
                                     Random& random, Logger log, Options options)
    : provider_(std::move(provider)),
      loop_(loop),
      random_(random),
      log_(std::move(log)),
      options_(options),
      log_limiter_(options.log_interval) {}

net::Task<Result<Credentials>> CachedCredentials::get(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const bool usable = is_usable();
    if (usable && !is_due()) co_return *current_;
    if (refreshing_ || loop_.clock().monotonic() < next_attempt_) {
      if (usable) co_return *current_;
      if (!refreshing_) co_return *error_;
      co_await wait_for_refresh(stop);
    } else {
      co_await refresh(stop);
    }
  }
  co_return Error(Code::cancelled, "stopped while waiting for credentials");
}

void CachedCredentials::invalidate(std::string_view access_key_id) {
  if (!current_ || current_->access_key_id != access_key_id) return;
  const bool fresh = loop_.clock().monotonic() - adopted_at_ < kFresh;
  current_.reset();
  rejections_ = fresh ? rejections_ + 1 : 0;
  if (rejections_ < 2) return;
  error_ = Error(Code::unauthenticated,
                 "the credentials of " + principal_ + " were refused again right after renewal");
  back_off();
}

bool CachedCredentials::is_usable() const {
  return current_ && (!current_->expiration || loop_.clock().now() < *current_->expiration);
}

bool CachedCredentials::is_due() const {
  return current_->expiration && loop_.clock().now() >= refresh_at_;
}

net::Task<void> CachedCredentials::refresh(std::stop_token stop) {
  refreshing_ = true;
  Result<Credentials> fetched = co_await provider_->retrieve(stop);
  refreshing_ = false;
  if (fetched) {
    adopt(std::move(*fetched));
  } else if (!stop.stop_requested()) {
    fail(std::move(fetched).error());
  }
  for (std::stop_source& waiting : std::exchange(waiting_, {})) waiting.request_stop();
}

net::Task<void> CachedCredentials::wait_for_refresh(std::stop_token stop) {
  std::stop_source wake;
  waiting_.push_back(wake);
  const std::stop_callback on_stop(stop, [&wake] { wake.request_stop(); });
  co_await net::sleep_for(loop_, kWaitMax, wake.get_token());
}

void CachedCredentials::adopt(Credentials credentials) {
  const Timestamp now = loop_.clock().now();
  if (credentials.expiration && *credentials.expiration <= now) {
    // Either they have, or this machine's clock is wrong. The other side knows.
    if (log_limiter_.allow(loop_.clock().monotonic()).allowed) {
      log_.warn("credentials seem to have expired when they came, they are tried all the same",
                {{"source", provider_->describe()},
                 {"expired", iso8601(*credentials.expiration)},
                 {"clock", iso8601(now)}});
    }
    credentials.expiration = now + kDoubtfulFor;
  }
  if (credentials.expiration) {
    const auto jitter = std::chrono::duration_cast<Duration>(options_.jitter * random_.uniform());
    refresh_at_ = *credentials.expiration - options_.window - jitter;
    if (refresh_at_ <= now)
      refresh_at_ = now + std::max(kRenewalMin, (*credentials.expiration - now) / 2);
  }
  const bool news = !current_ || error_;
  current_ = std::move(credentials);
  principal_ = current_->principal();
  adopted_at_ = loop_.clock().monotonic();
  error_.reset();
  next_attempt_ = {};
  failures_ = 0;
  const std::vector<LogField> fields = {
      {"principal", principal_},
      {"source", current_->source.empty() ? provider_->describe() : current_->source},
      {"expires", current_->expiration ? iso8601(*current_->expiration) : "never"}};
  log_.log(news ? LogLevel::info : LogLevel::debug, "got credentials", fields);
}

void CachedCredentials::fail(Error error) {
  error_ = std::move(error);
  back_off();
  ++failures_;
}

void CachedCredentials::back_off() {
  const int doublings = std::min(std::max(failures_, rejections_ - 2), kDoublingsMax);
  const Duration delay = std::min(options_.backoff_max, options_.backoff_min * (1 << doublings));
  const auto spread = std::chrono::duration_cast<Duration>(delay * (0.5 + random_.uniform() / 2));
  next_attempt_ = loop_.clock().monotonic() + spread;
  log_failure(spread);
}

void CachedCredentials::log_failure(Duration delay) {
  const auto verdict = log_limiter_.allow(loop_.clock().monotonic());
  if (!verdict.allowed) return;
  std::vector<LogField> fields = {{"waits_for", provider_->describe()}};
  if (const HopError* const hop = provider_->last_failure()) {
    for (LogField& field : hop->fields()) fields.push_back(std::move(field));
  } else {
    fields.emplace_back("error", error_->message());
  }
  fields.emplace_back("next_attempt_ms", to_ms(delay));
  if (verdict.suppressed > 0) fields.emplace_back("suppressed", verdict.suppressed);
  const bool usable = is_usable();
  log_.warn(
      usable ? "cannot renew credentials, the old ones are still valid" : "waiting for credentials",
      std::move(fields));
}

}  // namespace tributary::aws
