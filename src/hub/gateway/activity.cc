#include "hub/gateway/activity.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::hub::gateway {
namespace {

// Roots and services are nobody's user or role.
const std::string& entity_of(const identity::Principal& principal) {
  return principal.entity_arn.empty() ? principal.arn : principal.entity_arn;
}

// Makes room for another one.
template <class Map, class LastOf>
void drop_oldest(Map& map, std::size_t size_max, LastOf last_of) {
  if (map.size() < size_max) return;
  map.erase(std::min_element(map.begin(), map.end(), [&](const auto& a, const auto& b) {
    return last_of(a.second) < last_of(b.second);
  }));
}

}  // namespace

ActivityBook::Workspace& ActivityBook::at(std::string_view workspace_id) {
  const auto known = workspaces_.find(workspace_id);
  if (known != workspaces_.end()) return known->second;
  return workspaces_[std::string(workspace_id)];
}

void ActivityBook::refuse(Workspace& workspace, const std::string& reason,
                          const workspaces::Refused& refused, const identity::Principal& by) {
  RefusalActivity& known = workspace.refusals[reason];
  known.reason = reason;
  known.total += refused.count;
  known.last = clock_.now();
  // Of some there is no example this time; the one before is better than none.
  if (refused.example.empty()) return;
  known.example = shorten(refused.example, options_.text_bytes_max);
  known.writer = by.arn;
}

void ActivityBook::wrote(std::string_view workspace_id, const identity::Principal& by,
                         std::string_view user_agent, const workspaces::WriteOutcome& outcome) {
  const std::uint64_t stored = outcome.samples_stored + outcome.histograms_stored;
  std::uint64_t refused = 0;
  const Instant now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  Workspace& workspace = at(workspace_id);
  for (const auto& [reason, samples] : outcome.refused) {
    refused += samples.count;
    refuse(workspace, reason, samples, by);
  }
  if (!outcome.failure.empty()) {
    refused += 1;
    refuse(workspace, outcome.failure, {1, std::string(trim(outcome.answer.body))}, by);
  }
  workspace.samples.add(stored, now);
  workspace.requests.add(1, now);
  workspace.refused.add(refused, now);

  const WriterKey key(entity_of(by), by.session_name, by.assumed_by);
  if (!workspace.writers.contains(key))
    drop_oldest(workspace.writers, options_.writers_max,
                [](const Writer& one) { return one.shown.last_write; });
  Writer& writer = workspace.writers[key];
  writer.samples.add(stored, now);
  WriterActivity& shown = writer.shown;
  shown.account = by.account;
  std::tie(shown.principal, shown.session, shown.assumed_by) = key;
  shown.user_agent = shorten(user_agent, options_.text_bytes_max);
  shown.samples += stored;
  shown.refused += refused;
  shown.requests += 1;
  shown.last_write = clock_.now();
}

void ActivityBook::asked(std::string_view workspace_id, const identity::Principal& by) {
  const std::lock_guard lock(mutex_);
  Workspace& workspace = at(workspace_id);
  workspace.queries.add(1, clock_.monotonic());
  const std::string& principal = entity_of(by);
  if (!workspace.readers.contains(principal))
    drop_oldest(workspace.readers, options_.readers_max,
                [](const Reader& one) { return one.last; });
  workspace.readers[principal].last = clock_.now();
}

void ActivityBook::queries(std::string_view workspace_id, Change change) {
  const std::lock_guard lock(mutex_);
  // What ends in a workspace that is no more has been forgotten with it.
  const bool ends = change.running < 0 || change.waiting < 0;
  if (ends && !workspaces_.contains(workspace_id)) return;
  Workspace& workspace = at(workspace_id);
  workspace.running += change.running;
  workspace.waiting += change.waiting;
}

WorkspaceActivity ActivityBook::of(std::string_view workspace_id) const {
  const Instant now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  WorkspaceActivity out{.since = since_};
  const auto found = workspaces_.find(workspace_id);
  if (found == workspaces_.end()) return out;
  const Workspace& workspace = found->second;
  const auto rate = [&](const MinuteRate& of) { return of.per_second(since_monotonic_, now); };
  out.samples_per_second = rate(workspace.samples);
  out.requests_per_second = rate(workspace.requests);
  out.refused_per_second = rate(workspace.refused);
  out.queries_per_second = rate(workspace.queries);
  out.queries_running = static_cast<std::size_t>(std::max<std::int64_t>(workspace.running, 0));
  out.queries_waiting = static_cast<std::size_t>(std::max<std::int64_t>(workspace.waiting, 0));
  for (const auto& [key, writer] : workspace.writers) {
    out.writers.push_back(writer.shown);
    out.writers.back().samples_per_second = rate(writer.samples);
  }
  std::sort(out.writers.begin(), out.writers.end(), [](const auto& a, const auto& b) {
    return std::pair(a.samples_per_second, a.last_write) >
           std::pair(b.samples_per_second, b.last_write);
  });
  if (out.writers.size() > options_.writers_shown) out.writers.resize(options_.writers_shown);
  for (const auto& [reason, refusal] : workspace.refusals) out.refusals.push_back(refusal);
  std::sort(out.refusals.begin(), out.refusals.end(),
            [](const auto& a, const auto& b) { return a.last > b.last; });
  return out;
}

std::vector<PrincipalFlow> ActivityBook::flows() const {
  const Instant now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  std::vector<PrincipalFlow> flows;
  for (const auto& [id, workspace] : workspaces_) {
    std::map<std::string_view, PrincipalFlow> writes;
    for (const auto& [key, writer] : workspace.writers) {
      const std::string& principal = std::get<0>(key);
      PrincipalFlow& flow = writes[principal];
      flow.principal = principal;
      flow.workspace_id = id;
      flow.samples_per_second += writer.samples.per_second(since_monotonic_, now);
      flow.last = std::max(flow.last, writer.shown.last_write);
    }
    for (auto& [principal, flow] : writes) flows.push_back(std::move(flow));
    for (const auto& [principal, reader] : workspace.readers)
      flows.push_back({.kind = PrincipalFlow::Kind::query,
                       .principal = principal,
                       .workspace_id = id,
                       .last = reader.last});
  }
  return flows;
}

void ActivityBook::forget(std::string_view workspace_id) {
  const std::lock_guard lock(mutex_);
  const auto known = workspaces_.find(workspace_id);
  if (known != workspaces_.end()) workspaces_.erase(known);
}

namespace {

void write(JsonWriter& out, const WriterActivity& writer) {
  out.object([&] {
    out.member("account", writer.account);
    out.member("principal", writer.principal);
    if (!writer.session.empty()) out.member("session", writer.session);
    if (!writer.assumed_by.empty()) out.member("assumedBy", writer.assumed_by);
    if (!writer.user_agent.empty()) out.member("userAgent", writer.user_agent);
    out.member("samplesPerSecond", writer.samples_per_second);
    out.member("samplesTotal", writer.samples);
    out.member("refusedTotal", writer.refused);
    out.member("requestsTotal", writer.requests);
    out.member("lastWriteAt", writer.last_write);
  });
}

void write(JsonWriter& out, const RefusalActivity& refusal) {
  out.object([&] {
    out.member("reason", refusal.reason);
    out.member("total", refusal.total);
    out.member("lastAt", refusal.last);
    out.member("example", refusal.example);
    out.member("writer", refusal.writer);
  });
}

}  // namespace

std::string to_json(const WorkspaceActivity& activity, const workspaces::Usage& usage,
                    const workspaces::Limits& limits) {
  JsonWriter out;
  out.object([&] {
    out.member("since", activity.since);
    out.object("ingest", [&] {
      out.member("samplesPerSecond", activity.samples_per_second);
      out.member("requestsPerSecond", activity.requests_per_second);
      out.member("refusedPerSecond", activity.refused_per_second);
    });
    out.object("query", [&] {
      out.member("queriesPerSecond", activity.queries_per_second);
      out.member("running", std::uint64_t{activity.queries_running});
      out.member("waiting", std::uint64_t{activity.queries_waiting});
    });
    out.object("series", [&] {
      out.member("active", std::uint64_t{usage.active_series});
      out.member("limit", std::uint64_t{limits.active_series_max});
    });
    out.object("limits", [&] {
      for (const auto& [name, number] : workspaces::as_numbers(limits)) out.member(name, number);
    });
    out.array("writers", activity.writers, [&](const auto& writer) { write(out, writer); });
    out.array("refusals", activity.refusals, [&](const auto& refusal) { write(out, refusal); });
  });
  return out.take();
}

}  // namespace tributary::hub::gateway
