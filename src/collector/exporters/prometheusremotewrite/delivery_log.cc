#include "collector/exporters/prometheusremotewrite/delivery_log.h"

#include <chrono>
#include <utility>

#include "base/duration.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

std::string seconds_text(Duration duration) {
  return go_duration(std::chrono::round<std::chrono::milliseconds>(duration));
}

// What the operator should look at.
std::string_view likely_cause(Verdict verdict, const Result<net::Response>& answer) {
  switch (verdict) {
    case Verdict::unauthorised:
      return "the request is not signed, or the role may not write to this workspace "
             "(aps:RemoteWrite)";
    case Verdict::misdirected:
      return "the endpoint is not that of a workspace which exists: check the workspace id, the "
             "region and the path";
    case Verdict::throttled: return hint(throttle_reason(answer->body));
    case Verdict::no_credentials: return "there are no credentials to sign with yet";
    case Verdict::delivered:
    case Verdict::rejected:
    case Verdict::too_large:
    case Verdict::unavailable: break;
  }
  return "";
}

void add_answer(std::vector<LogField>& fields, const net::Response& response) {
  fields.push_back({"status", response.status});
  if (const auto id = response.headers.get("x-amzn-requestid"))
    fields.push_back({"request id", *id});
  if (!response.body.empty())
    fields.push_back({"answer", response.body.substr(0, DeliveryLog::kBodyBytesMax)});
}

}  // namespace

void DeliveryLog::delivered(const EncodedRequest& request, const std::string& caller,
                            std::size_t waiting, Instant now) {
  const bool was_failing = std::exchange(failure_told_, false);
  if (!std::exchange(ever_delivered_, true)) {
    log_.info("First write accepted by " + endpoint_ + (caller.empty() ? "" : " as " + caller),
              {{"samples", request.samples}});
  } else if (was_failing) {
    log_.info("Writing again", {{"endpoint", endpoint_},
                                {"after", seconds_text(now - *failing_since_)},
                                {"samples waiting", waiting}});
  }
  failing_since_.reset();
}

void DeliveryLog::failed(Verdict verdict, const Result<net::Response>& answer,
                         const Backlog& backlog, Duration retry_in, Instant now) {
  if (!failing_since_) failing_since_ = now;
  const ThrottleReason limit =
      verdict == Verdict::throttled ? throttle_reason(answer->body) : ThrottleReason::other;
  LogLimiter& limiter = failures_.try_emplace({verdict, limit}, kInterval).first->second;
  const auto [allowed, suppressed] = limiter.allow(now);
  if (!allowed) return;
  failure_told_ = true;
  std::vector<LogField> fields = {{"endpoint", endpoint_}, {"failure", to_string(verdict)}};
  if (answer) {
    add_answer(fields, *answer);
  } else {
    fields.push_back({"error", answer.error().message()});
  }
  if (verdict == Verdict::throttled) fields.push_back({"limit", to_string(limit)});
  if (const std::string_view cause = likely_cause(verdict, answer); !cause.empty())
    fields.push_back({"likely cause", cause});
  fields.push_back({"samples waiting", backlog.samples});
  fields.push_back({"oldest", seconds_text(backlog.oldest)});
  fields.push_back({"retry in", seconds_text(retry_in)});
  if (suppressed > 0) fields.push_back({"failures not logged", suppressed});
  log_.error("Cannot write; samples are kept and will be sent again", std::move(fields));
}

void DeliveryLog::rejected(const net::Response& answer, const Rejection& what, Instant now) {
  rejected_samples_ += what.samples;
  const auto [allowed, suppressed] = rejections_.allow(now);
  if (!allowed) return;
  std::vector<LogField> fields = {{"endpoint", endpoint_},
                                  {"samples", std::exchange(rejected_samples_, 0)},
                                  {"reason", to_string(what.reason)}};
  if (!what.series.empty()) fields.push_back({"series", what.series});
  add_answer(fields, answer);
  if (suppressed > 0) fields.push_back({"rejections not logged", suppressed});
  log_.error("Samples were rejected and are lost", std::move(fields));
}

void DeliveryLog::expired(std::size_t samples, Duration max_age, Instant now) {
  lost_samples_ += samples;
  if (!losses_.allow(now).allowed) return;
  log_.error(
      "Samples are too old to be sent and are lost",
      {{"samples", std::exchange(lost_samples_, 0)}, {"max_sample_age", go_duration(max_age)}});
}

void DeliveryLog::dropped(DropReason reason, std::size_t samples, Instant now) {
  lost_samples_ += samples;
  if (reason != DropReason::shutdown && !losses_.allow(now).allowed) return;
  log_.error("Samples were dropped",
             {{"samples", std::exchange(lost_samples_, 0)}, {"reason", to_string(reason)}});
}

void DeliveryLog::kept(std::size_t samples) {
  log_.info("Samples stay on disk and are sent after the next start", {{"samples", samples}});
}

void DeliveryLog::conflict(const std::string& series) {
  if (std::exchange(conflict_told_, true)) return;
  log_.warn(
      "Several sources write the same series; of one time only one sample is stored. Labels that "
      "tell them apart come with resource_to_telemetry_conversion",
      {{"series", series}});
}

}  // namespace tributary::collector::prometheusremotewrite
