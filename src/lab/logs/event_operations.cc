// PutLogEvents, GetLogEvents, FilterLogEvents.
#include <algorithm>
#include <array>
#include <tuple>

#include "lab/logs/event_search.h"
#include "lab/logs/json_object.h"
#include "lab/logs/logs_operations.h"

namespace tributary::lab::logs {
namespace {

constexpr std::size_t kBatchBytesMax = 1'048'576;
constexpr Duration kBatchSpanMax = 24h;
constexpr Duration kFutureMax = 2h;
constexpr Duration kPastMax = 14 * 24h;
constexpr std::size_t kStreamNamesMax = 100;

struct InputEvent {
  std::int64_t timestamp = 0;
  std::string message;

  template <class Fields>
  void describe(Fields& f) {
    f.required("timestamp", timestamp, "");
    f.required("message", message, "");
  }
};

struct PutLogEvents {
  std::string group;
  std::string stream;
  std::vector<InputEvent> events;
  std::string sequence_token;  // of old clients; means nothing any more

  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", group, "");
    f.required("logStreamName", stream, "");
    f.required("logEvents", events, "");
    f.optional("sequenceToken", sequence_token, "");
  }
};

std::optional<ApiAnswer> check_events(const std::vector<InputEvent>& events) {
  if (auto bad = check_range("logEvents", static_cast<std::int64_t>(events.size()), 1, 10'000))
    return bad;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (auto bad = check_range("logEvents." + std::to_string(i + 1) + ".member.timestamp",
                               events[i].timestamp, 0, std::numeric_limits<std::int64_t>::max()))
      return bad;
    if (events[i].message.empty()) return invalid_parameter("Log event message must not be empty.");
    if (i > 0 && events[i].timestamp < events[i - 1].timestamp)
      return invalid_parameter(
          "Log events in a single PutLogEvents request must be in chronological order.");
    bytes += billed_bytes(events[i].message);
  }
  if (bytes > kBatchBytesMax)
    return invalid_parameter("Upload too large: " + std::to_string(bytes) +
                             " bytes exceeds limit of " + std::to_string(kBatchBytesMax));
  if (events.back().timestamp - events.front().timestamp > to_ms(kBatchSpanMax))
    return invalid_parameter(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  return std::nullopt;
}

// Which events of a batch, whose times ascend, are kept: those from `begin` to before `end`.
struct Kept {
  std::size_t begin = 0;
  std::size_t end = 0;
  JsonObject rejected;
  bool has_rejected = false;
};

Kept select_events(const std::vector<InputEvent>& events, std::optional<std::int64_t> expired_ms,
                   std::int64_t now_ms) {
  const auto first_from = [&](std::int64_t time_ms) {
    const auto found = std::find_if(events.begin(), events.end(), [&](const InputEvent& event) {
      return event.timestamp >= time_ms;
    });
    return static_cast<std::size_t>(found - events.begin());
  };
  Kept kept;
  const auto reject = [&](std::string_view name, std::size_t index) {
    kept.rejected.add(name, index);
    kept.has_rejected = true;
  };
  kept.end = first_from(now_ms + to_ms(kFutureMax) + 1);
  if (kept.end < events.size()) reject("tooNewLogEventStartIndex", kept.end);
  const std::size_t too_old = first_from(now_ms - to_ms(kPastMax));
  if (too_old > 0) reject("tooOldLogEventEndIndex", too_old);
  const std::size_t expired = expired_ms ? first_from(*expired_ms) : 0;
  if (expired > 0) reject("expiredLogEventEndIndex", expired);
  kept.begin = std::max(too_old, expired);
  return kept;
}

ApiAnswer put_events(LogStore& store, const GroupName& name, const PutLogEvents& parameters,
                     Timestamp now) {
  const LogGroup* group = store.find(name);
  if (group == nullptr)
    return api_error("ResourceNotFoundException", "The specified log group does not exist.");
  const auto stream = group->streams.find(parameters.stream);
  if (stream == group->streams.end())
    return api_error("ResourceNotFoundException", "The specified log stream does not exist.");
  Kept kept = select_events(parameters.events, store.expired_before_ms(*group), to_ms(now));
  for (std::size_t i = kept.begin; i < kept.end; ++i) {
    const InputEvent& event = parameters.events[i];
    auto put =
        store.append(name, parameters.stream, timestamp_from_ms(event.timestamp), event.message);
    if (!put) return refused(put.error());
  }
  JsonObject json;
  json.add("nextSequenceToken", std::to_string(stream->second.number));
  if (kept.has_rejected) json.add_json("rejectedLogEventsInfo", kept.rejected.take());
  return {.body = json.take()};
}

Preparation put_log_events(const Context& context) {
  auto read = read_parameters<PutLogEvents>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<PutLogEvents>(read);
  if (auto bad = check_group_name("logGroupName", parameters.group)) return std::move(*bad);
  if (auto bad = check_stream_name("logStreamName", parameters.stream)) return std::move(*bad);
  if (auto bad = check_events(parameters.events)) return std::move(*bad);
  const GroupName name = context.group(parameters.group);
  return Prepared{.questions = {question_on(context, "PutLogEvents", name, parameters.stream)},
                  .run = [&store = context.store, name, parameters = std::move(parameters),
                          now = context.now] { return put_events(store, name, parameters, now); }};
}

// What the two ways to read have in common.
struct Reading {
  std::string group;
  std::string identifier;
  TimeRange range;
  std::string token;
  std::int64_t limit = kEventsMax;
  bool unmask = false;  // nothing is masked here

  template <class Fields>
  void describe_common(Fields& f) {
    f.optional("logGroupName", group, "");
    f.optional("logGroupIdentifier", identifier, "");
    f.optional("startTime", range.start_ms, "");
    f.optional("endTime", range.end_ms, "");
    f.optional("nextToken", token, "");
    f.optional("limit", limit, "");
    f.optional("unmask", unmask, "");
  }

  std::optional<ApiAnswer> check() const {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (auto bad = check_range("startTime", range.start_ms, 0, kMax)) return bad;
    if (auto bad = check_range("endTime", range.end_ms, 0, kMax)) return bad;
    return check_range("limit", limit, 1, static_cast<std::int64_t>(kEventsMax));
  }
};

struct GetLogEvents : Reading {
  std::string stream;
  bool from_head = false;

  template <class Fields>
  void describe(Fields& f) {
    describe_common(f);
    f.required("logStreamName", stream, "");
    f.optional("startFromHead", from_head, "");
  }
};

ApiAnswer get_events(LogStore& store, const GroupName& name, const GetLogEvents& parameters) {
  const auto page = read_page(store, name, parameters.stream,
                              {.range = parameters.range,
                               .token = parameters.token,
                               .from_head = parameters.from_head,
                               .limit = static_cast<std::size_t>(parameters.limit)});
  if (!page) return refused(page.error());
  std::vector<std::string> events;
  for (const LogEvent& event : page->events)
    events.push_back(JsonObject()
                         .add("timestamp", event.position.timestamp_ms)
                         .add("message", event.message)
                         .add("ingestionTime", event.ingestion_ms)
                         .take());
  return {.body = JsonObject()
                      .add_json("events", json_array(events))
                      .add("nextForwardToken", page->forward_token)
                      .add("nextBackwardToken", page->backward_token)
                      .take()};
}

Preparation get_log_events(const Context& context) {
  auto read = read_parameters<GetLogEvents>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<GetLogEvents>(read);
  auto found = find_name(context, parameters.group, parameters.identifier);
  if (auto* bad = std::get_if<ApiAnswer>(&found)) return std::move(*bad);
  const GroupName& name = std::get<GroupName>(found);
  if (auto bad = check_stream_name("logStreamName", parameters.stream)) return std::move(*bad);
  if (auto bad = parameters.check()) return std::move(*bad);
  return Prepared{.questions = {question_on(context, "GetLogEvents", name, parameters.stream)},
                  .run = [&store = context.store, name, parameters = std::move(parameters)] {
                    return get_events(store, name, parameters);
                  }};
}

struct FilterLogEvents : Reading {
  std::vector<std::string> streams;
  std::string prefix;
  std::string pattern;
  bool interleaved = true;  // always, as with AWS since 2019

  template <class Fields>
  void describe(Fields& f) {
    describe_common(f);
    f.optional("logStreamNames", streams, "");
    f.optional("logStreamNamePrefix", prefix, "");
    f.optional("filterPattern", pattern, "");
    f.optional("interleaved", interleaved, "");
  }
};

ApiAnswer filter_events(LogStore& store, const GroupName& name, const FilterLogEvents& parameters,
                        const FilterPattern& pattern) {
  const LogGroup* group = store.find(name);
  if (group == nullptr)
    return api_error("ResourceNotFoundException", "The specified log group does not exist.");
  SearchQuery query{.range = parameters.range,
                    .streams = parameters.streams,
                    .token = parameters.token,
                    .limit = static_cast<std::size_t>(parameters.limit)};
  if (query.streams.empty())
    for (const auto& [stream, one] : group->streams)
      if (stream.starts_with(parameters.prefix)) query.streams.push_back(stream);
  const auto page = search(store, name, query, pattern);
  if (!page) return refused(page.error());
  std::vector<std::string> events;
  for (const FoundEvent& found : page->events)
    events.push_back(JsonObject()
                         .add("logStreamName", found.stream)
                         .add("timestamp", found.event.position.timestamp_ms)
                         .add("message", found.event.message)
                         .add("ingestionTime", found.event.ingestion_ms)
                         .add("eventId", found.id)
                         .take());
  JsonObject json;
  json.add_json("events", json_array(events)).add_json("searchedLogStreams", "[]");
  if (!page->next_token.empty()) json.add("nextToken", page->next_token);
  return {.body = json.take()};
}

Preparation filter_log_events(const Context& context) {
  auto read = read_parameters<FilterLogEvents>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<FilterLogEvents>(read);
  auto found = find_name(context, parameters.group, parameters.identifier);
  if (auto* bad = std::get_if<ApiAnswer>(&found)) return std::move(*bad);
  const GroupName& name = std::get<GroupName>(found);
  if (auto bad = parameters.check()) return std::move(*bad);
  if (!parameters.streams.empty() && !parameters.prefix.empty())
    return invalid_parameter("logStreamNames and logStreamNamePrefix are mutually exclusive.");
  if (parameters.streams.size() > kStreamNamesMax)
    return invalid_parameter("logStreamNames can have at most 100 names.");
  std::sort(parameters.streams.begin(), parameters.streams.end());
  const auto same = std::unique(parameters.streams.begin(), parameters.streams.end());
  parameters.streams.erase(same, parameters.streams.end());
  auto pattern = FilterPattern::parse(parameters.pattern);
  if (!pattern) return refused(pattern.error());
  return Prepared{.questions = {question_on(context, "FilterLogEvents", name, "")},
                  .run = [&store = context.store, name, parameters = std::move(parameters),
                          pattern = std::move(*pattern)] {
                    return filter_events(store, name, parameters, pattern);
                  }};
}

constexpr std::array kOperations = {
    Operation{"PutLogEvents", put_log_events},
    Operation{"GetLogEvents", get_log_events},
    Operation{"FilterLogEvents", filter_log_events},
};

}  // namespace

std::span<const Operation> event_operations() { return kOperations; }

}  // namespace tributary::lab::logs
