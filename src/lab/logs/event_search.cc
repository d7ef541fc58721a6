#include "lab/logs/event_search.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <queue>

#include "base/strings.h"

namespace tributary::lab::logs {
namespace {

constexpr std::size_t kTimeDigits = 19;
constexpr std::size_t kSequenceDigits = 20;
constexpr std::size_t kStreamDigits = 17;
constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();

Error invalid_token() {
  return Error(Code::invalid_argument, "The specified nextToken is invalid.");
}

std::string digits(std::uint64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

std::string to_text(const Position& position) {
  return digits(static_cast<std::uint64_t>(std::max<std::int64_t>(position.timestamp_ms, 0)),
                kTimeDigits) +
         digits(position.sequence, kSequenceDigits);
}

// A number of exactly that many digits is taken off the front.
std::optional<std::uint64_t> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  const auto number = parse_uint64(text.substr(0, width));
  text.remove_prefix(width);
  return number;
}

std::optional<std::int64_t> take_time(std::string_view& text) {
  const auto time = take_digits(text, kTimeDigits);
  if (!time || *time > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return static_cast<std::int64_t>(*time);
}

// "f/<time><sequence>/s" goes on after that event, "b/...": goes back before it.
struct PageToken {
  bool is_forward = true;
  Position position;

  std::string to_string() const { return (is_forward ? "f/" : "b/") + to_text(position) + "/s"; }
};

std::optional<PageToken> parse_page_token(std::string_view text) {
  const bool framed =
      (text.starts_with("f/") || text.starts_with("b/")) && text.ends_with("/s") && text.size() > 4;
  if (!framed) return std::nullopt;
  PageToken token{.is_forward = text.front() == 'f', .position = {}};
  text = text.substr(2, text.size() - 4);
  const auto time = take_time(text);
  const auto sequence = take_digits(text, kSequenceDigits);
  if (!time || !sequence || !text.empty()) return std::nullopt;
  token.position = {*time, *sequence};
  return token;
}

// Where an event stands among those of all streams of a group.
struct Place {
  std::int64_t timestamp_ms = 0;
  std::uint64_t stream = 0;
  std::uint64_t sequence = 0;

  auto operator<=>(const Place&) const = default;
  std::string to_string() const {
    return digits(static_cast<std::uint64_t>(timestamp_ms), kTimeDigits) +
           digits(stream, kStreamDigits) + digits(sequence, kSequenceDigits);
  }
};

std::optional<Place> parse_place(std::string_view text) {
  const auto time = take_time(text);
  const auto stream = take_digits(text, kStreamDigits);
  const auto sequence = take_digits(text, kSequenceDigits);
  if (!time || !stream || !sequence || !text.empty()) return std::nullopt;
  return Place{*time, *stream, *sequence};
}

// The events of one stream, some at a time.
class StreamCursor {
 public:
  static constexpr std::size_t kEventsRead = 2'000;

  StreamCursor(LogStore& store, const GroupName& group, const LogStream& stream,
               const TimeRange& range, const std::optional<Place>& after)
      : store_(store), group_(group), name_(stream.name), number_(stream.number) {
    query_.after = {range.start_ms, 0};
    query_.before = {range.end_ms, 0};
    query_.events_max = kEventsRead;
    if (!after) return;
    const std::uint64_t sequence = number_ < after->stream    ? kLast
                                   : number_ == after->stream ? after->sequence
                                                              : 0;
    query_.after = std::max(query_.after, Position{after->timestamp_ms, sequence});
  }

  const std::string& name() const { return name_; }
  bool is_loaded() const { return is_loaded_; }
  bool at_end() const { return is_loaded_ && at_ == events_.size(); }
  LogEvent& event() { return events_[at_]; }

  // Of the event that is next, or where the first one may stand before it was looked for.
  Place place() const {
    if (!is_loaded_) return {query_.after.timestamp_ms, number_, 0};
    return {events_[at_].position.timestamp_ms, number_, events_[at_].position.sequence};
  }

  Result<void> load() {
    TRIBUTARY_TRY(events_, store_.read(group_, name_, query_));
    is_loaded_ = true;
    at_ = 0;
    if (!events_.empty()) query_.after = events_.back().position;
    return {};
  }
  Result<void> next() { return ++at_ < events_.size() ? Result<void>() : load(); }
  // No event can stand before.
  void begin_at(std::int64_t timestamp_ms) {
    if (timestamp_ms > query_.after.timestamp_ms) query_.after = {timestamp_ms, 0};
  }

 private:
  LogStore& store_;
  const GroupName& group_;
  std::string name_;
  std::uint64_t number_;
  StreamFiles::Query query_;
  std::vector<LogEvent> events_;
  std::size_t at_ = 0;
  bool is_loaded_ = false;
};

Result<std::vector<StreamCursor>> open_cursors(LogStore& store, const GroupName& group,
                                               const SearchQuery& query,
                                               const std::optional<Place>& after) {
  std::vector<StreamCursor> cursors;
  const LogGroup& streams = *store.find(group);
  for (const std::string& name : query.streams) {
    const auto found = streams.streams.find(name);
    if (found == streams.streams.end())
      return Error(Code::not_found, "The specified log stream does not exist.");
    const LogStream& stream = found->second;
    if (stream.files.empty() || stream.files.last_timestamp_ms() < query.range.start_ms) continue;
    cursors.emplace_back(store, group, stream, query.range, after);
    cursors.back().begin_at(stream.files.first_timestamp_ms());
  }
  return cursors;
}

}  // namespace

Result<StreamPage> read_page(LogStore& store, const GroupName& group, std::string_view stream,
                             const StreamPageQuery& query) {
  StreamFiles::Query wanted{.after = {query.range.start_ms, 0},
                            .before = {query.range.end_ms, 0},
                            .order = query.from_head ? StreamFiles::Order::oldest_first
                                                     : StreamFiles::Order::newest_first,
                            .events_max = query.limit,
                            .bytes_max = kAnswerBytesMax};
  // An empty page leads on from here, and back to what stands before it.
  Position here = wanted.after;
  if (!query.token.empty()) {
    const auto token = parse_page_token(query.token);
    if (!token) return invalid_token();
    here = token->position;
    if (token->is_forward) {
      wanted.after = std::max(wanted.after, here);
      wanted.order = StreamFiles::Order::oldest_first;
    } else {
      wanted.before = std::min(wanted.before, here);
      wanted.order = StreamFiles::Order::newest_first;
    }
  }
  StreamPage page;
  TRIBUTARY_TRY(page.events, store.read(group, stream, wanted));
  PageToken forward{.is_forward = true, .position = here};
  PageToken backward{.is_forward = false, .position = here};
  if (!page.events.empty()) {
    forward.position = page.events.back().position;
    backward.position = page.events.front().position;
  } else if (query.token.starts_with("f/")) {
    backward.position.sequence += backward.position.sequence == kLast ? 0 : 1;
  } else if (query.token.starts_with("b/")) {
    forward.position.sequence -= forward.position.sequence == 0 ? 0 : 1;
  }
  page.forward_token = forward.to_string();
  page.backward_token = backward.to_string();
  return page;
}

Result<SearchPage> search(LogStore& store, const GroupName& group, const SearchQuery& query,
                          const FilterPattern& pattern) {
  std::optional<Place> after;
  if (!query.token.empty()) {
    after = parse_place(query.token);
    if (!after) return invalid_token();
  }
  TRIBUTARY_TRY(std::vector<StreamCursor> cursors, open_cursors(store, group, query, after));
  const auto comes_later = [](const StreamCursor* a, const StreamCursor* b) {
    return a->place() > b->place();
  };
  std::priority_queue<StreamCursor*, std::vector<StreamCursor*>, decltype(comes_later)> queue(
      comes_later);
  for (StreamCursor& cursor : cursors) queue.push(&cursor);

  SearchPage page;
  std::size_t searched = 0;
  std::size_t found = 0;
  while (!queue.empty()) {
    StreamCursor& cursor = *queue.top();
    queue.pop();
    if (cursor.is_loaded()) {
      const Place place = cursor.place();
      const std::size_t bytes = billed_bytes(cursor.event().message);
      const bool matches = pattern.matches(cursor.event().message);
      const bool is_full = page.events.size() == query.limit ||
                           (!page.events.empty() && found + bytes > kAnswerBytesMax);
      if ((matches && is_full) || (searched > 0 && searched + bytes > query.bytes_searched_max)) {
        page.next_token = after->to_string();
        break;
      }
      searched += bytes;
      after = place;
      if (matches) {
        found += bytes;
        page.events.push_back({cursor.name(), place.to_string(), std::move(cursor.event())});
      }
      if (auto next = cursor.next(); !next) return next.error();
    } else if (auto loaded = cursor.load(); !loaded) {
      return loaded.error();
    }
    if (!cursor.at_end()) queue.push(&cursor);
  }
  return page;
}

}  // namespace tributary::lab::logs
