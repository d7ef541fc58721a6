// CreateLogStream, DeleteLogStream, DescribeLogStreams.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "lab/logs/json_object.h"
#include "lab/logs/logs_operations.h"

namespace tributary::lab::logs {
namespace {

constexpr std::int64_t kStreamsMax = 50;  // of one answer

struct OneStream {
  std::string group;
  std::string stream;

  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", group, "");
    f.required("logStreamName", stream, "");
  }
};

template <class Act>
Preparation on_stream(const Context& context, std::string_view action, Act act) {
  auto read = read_parameters<OneStream>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<OneStream>(read);
  if (auto bad = check_group_name("logGroupName", parameters.group)) return std::move(*bad);
  if (auto bad = check_stream_name("logStreamName", parameters.stream)) return std::move(*bad);
  const GroupName name = context.group(parameters.group);
  return Prepared{.questions = {question_on(context, std::string(action), name, parameters.stream)},
                  .run = [&store = context.store, name, stream = std::move(parameters.stream),
                          act] { return done(act(store, name, stream)); }};
}

Preparation create_log_stream(const Context& context) {
  return on_stream(context, "CreateLogStream",
                   [](LogStore& store, const GroupName& name, const std::string& stream) {
                     return store.create_stream(name, stream);
                   });
}

Preparation delete_log_stream(const Context& context) {
  return on_stream(context, "DeleteLogStream",
                   [](LogStore& store, const GroupName& name, const std::string& stream) {
                     return store.remove_stream(name, stream);
                   });
}

struct DescribeLogStreams {
  std::string group;
  std::string identifier;
  std::string prefix;
  std::string order_by = "LogStreamName";
  bool descending = false;
  std::string next_token;
  std::int64_t limit = kStreamsMax;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("logGroupName", group, "");
    f.optional("logGroupIdentifier", identifier, "");
    f.optional("logStreamNamePrefix", prefix, "");
    f.optional("orderBy", order_by, "");
    f.optional("descending", descending, "");
    f.optional("nextToken", next_token, "");
    f.optional("limit", limit, "");
  }

  bool by_time() const { return order_by == "LastEventTime"; }
};

std::string to_json(const LogGroup& group, const LogStream& stream) {
  JsonObject json;
  json.add("logStreamName", stream.name).add("creationTime", stream.created_ms);
  if (!stream.files.empty())
    json.add("firstEventTimestamp", stream.files.first_timestamp_ms())
        .add("lastEventTimestamp", stream.files.last_timestamp_ms())
        .add("lastIngestionTime", stream.files.last_ingestion_ms());
  // CloudWatch tells the bytes of groups only.
  return json.add("uploadSequenceToken", std::to_string(stream.number))
      .add("arn", stream_arn(group.name, stream.name))
      .add("storedBytes", 0)
      .take();
}

// What streams are ordered by: the time of the last event where it is asked for, then the name.
using Key = std::pair<std::int64_t, std::string>;

Key key_of(const LogStream& stream, bool by_time) {
  const bool has_time = by_time && !stream.files.empty();
  return {has_time ? stream.files.last_timestamp_ms() : 0, stream.name};
}

std::string to_token(const Key& key) {
  return base64_encode(std::to_string(key.first) + " " + key.second);
}

std::optional<Key> parse_token(std::string_view token) {
  const auto text = base64_decode(token);
  const std::size_t blank = text ? text->find(' ') : std::string::npos;
  if (blank == std::string::npos) return std::nullopt;
  const auto time = parse_int64(std::string_view(*text).substr(0, blank));
  if (!time) return std::nullopt;
  return Key{*time, text->substr(blank + 1)};
}

ApiAnswer list_streams(const LogStore& store, const GroupName& name,
                       const DescribeLogStreams& parameters) {
  const LogGroup* group = store.find(name);
  if (group == nullptr)
    return api_error("ResourceNotFoundException", "The specified log group does not exist.");
  std::optional<Key> after;
  if (!parameters.next_token.empty()) {
    after = parse_token(parameters.next_token);
    if (!after) return invalid_parameter("The specified nextToken is invalid.");
  }
  std::vector<std::pair<Key, const LogStream*>> streams;
  for (const auto& [stream, one] : group->streams) {
    if (!stream.starts_with(parameters.prefix)) continue;
    Key key = key_of(one, parameters.by_time());
    if (after && (parameters.descending ? key >= *after : key <= *after)) continue;
    streams.emplace_back(std::move(key), &one);
  }
  std::sort(streams.begin(), streams.end());
  if (parameters.descending) std::reverse(streams.begin(), streams.end());

  const std::size_t count = std::min(streams.size(), static_cast<std::size_t>(parameters.limit));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(to_json(*group, *streams[i].second));
  JsonObject json;
  json.add_json("logStreams", json_array(out));
  if (count < streams.size()) json.add("nextToken", to_token(streams[count - 1].first));
  return {.body = json.take()};
}

Preparation describe_log_streams(const Context& context) {
  auto read = read_parameters<DescribeLogStreams>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<DescribeLogStreams>(read);
  auto found = find_name(context, parameters.group, parameters.identifier);
  if (auto* bad = std::get_if<ApiAnswer>(&found)) return std::move(*bad);
  const GroupName& name = std::get<GroupName>(found);
  if (auto bad = check_range("limit", parameters.limit, 1, kStreamsMax)) return std::move(*bad);
  if (!parameters.by_time() && parameters.order_by != "LogStreamName")
    return invalid_parameter("1 validation error detected: Value '" + parameters.order_by +
                             "' at 'orderBy' failed to satisfy constraint: Member must satisfy "
                             "enum value set: [LogStreamName, LastEventTime]");
  if (parameters.by_time() && !parameters.prefix.empty())
    return invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  return Prepared{.questions = {question_on(context, "DescribeLogStreams", name, "")},
                  .run = [&store = context.store, name, parameters = std::move(parameters)] {
                    return list_streams(store, name, parameters);
                  }};
}

constexpr std::array kOperations = {
    Operation{"CreateLogStream", create_log_stream},
    Operation{"DeleteLogStream", delete_log_stream},
    Operation{"DescribeLogStreams", describe_log_streams},
};

}  // namespace

std::span<const Operation> stream_operations() { return kOperations; }

}  // namespace tributary::lab::logs
