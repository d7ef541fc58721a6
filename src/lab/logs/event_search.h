// GetLogEvents and FilterLogEvents: pages of events, with tokens that say where the next one
// begins. A token is the place of an event, so it stays good when events come or expire.
//
// Threads: the Loop's; blocks on disk.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/logs/filter_pattern.h"
#include "lab/logs/log_store.h"

namespace tributary::lab::logs {

// From `start_ms` on, and before `end_ms`.
struct TimeRange {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = std::numeric_limits<std::int64_t>::max();
};

inline constexpr std::size_t kEventsMax = 10'000;  // of one answer
inline constexpr std::size_t kAnswerBytesMax = 1U << 20;

struct StreamPage {
  std::vector<LogEvent> events;
  std::string forward_token;   // the one that was given, where there are no events after it
  std::string backward_token;  // the same for those before
};
struct StreamPageQuery {
  TimeRange range;
  std::string token;  // "" for the first page
  bool from_head = false;
  std::size_t limit = kEventsMax;
};
// Errors: not_found, invalid_argument (a token that is none).
Result<StreamPage> read_page(LogStore& store, const GroupName& group, std::string_view stream,
                             const StreamPageQuery& query);

struct FoundEvent {
  std::string stream;
  std::string id;  // 56 digits, unique in the group, sorted as the events are
  LogEvent event;
};
struct SearchPage {
  std::vector<FoundEvent> events;  // by time
  std::string next_token;          // "" where all was searched
};
struct SearchQuery {
  // What one call reads at most, so that other calls get their turn; a page may then be short.
  static constexpr std::size_t kBytesSearchedMax = 16U << 20;

  TimeRange range;
  std::vector<std::string> streams;
  std::string token;
  std::size_t limit = kEventsMax;
  std::size_t bytes_searched_max = kBytesSearchedMax;
};
Result<SearchPage> search(LogStore& store, const GroupName& group, const SearchQuery& query,
                          const FilterPattern& pattern);

}  // namespace tributary::lab::logs
