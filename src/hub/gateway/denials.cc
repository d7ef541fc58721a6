#include "hub/gateway/denials.h"

#include <algorithm>
#include <utility>

#include "aws/arn.h"
#include "base/json_writer.h"
#include "base/utf8.h"

namespace tributary::hub::gateway {
namespace {

std::string_view account_of(std::string_view arn) {
  const auto parts = aws::split_arn(arn);
  return parts ? parts->account : std::string_view();
}

std::string_view without_session(std::string_view caller) {
  const bool session = caller.find(":assumed-role/") != caller.npos;
  return session ? caller.substr(0, caller.rfind('/')) : caller;
}

bool concerns(const Denial& denial, const Viewer& viewer) {
  return viewer.monitoring || denial.account == viewer.account ||
         account_of(denial.resource) == viewer.account;
}

// A statement that denies leaves none that would help; what only an account's resource policies
// could allow has none either.
std::string_view what_of(const identity::Missing& missing) {
  const bool denies = missing.statement.empty() && missing.side != identity::Side::resource_policy;
  return denies ? "denied by" : "missing in";
}

// The caller is told everything when he is refused, so his account may know it. Whose resource it
// is learns which side misses what, and nothing of what stands in the caller's policies.
Denial shown_to(const Viewer& viewer, const Denial& denial) {
  if (viewer.monitoring || denial.account == viewer.account) return denial;
  Denial shown = denial;
  if (!shown.missing.empty()) shown.reason.clear();
  for (identity::Missing& missing : shown.missing) {
    if (!missing.holder.ends_with("account " + viewer.account)) missing.near_miss.clear();
    std::string side(to_string(missing.side));
    std::replace(side.begin(), side.end(), '_', ' ');
    if (!shown.reason.empty()) shown.reason += "; ";
    shown.reason.append(what_of(missing)).append(" the " + side + " of " + missing.holder);
    if (!missing.statement.empty()) shown.reason += ": " + missing.statement;
    if (!missing.near_miss.empty()) shown.reason += " (" + missing.near_miss + ")";
  }
  return shown;
}

// Where there are as many of a kind as are kept, the oldest goes.
template <class Entries, class IsOfKind>
void make_room(Entries& entries, std::size_t kept, IsOfKind is_of_kind) {
  const auto known = std::count_if(entries.begin(), entries.end(), is_of_kind);
  if (static_cast<std::size_t>(known) >= kept)
    entries.erase(std::find_if(entries.begin(), entries.end(), is_of_kind));
}

}  // namespace

// Tries of a fleet are of one role, whatever their sessions are called.
void DenialLog::append(Entries& entries, Denial denial, std::size_t kept,
                       std::size_t account_kept) const {
  make_room(entries, options_.repeats_kept, [&](const auto& known) {
    return known->resource == denial.resource && known->action == denial.action &&
           without_session(known->caller) == without_session(denial.caller);
  });
  make_room(entries, account_kept,
            [&](const auto& known) { return known->account == denial.account; });
  entries.push_back(std::make_shared<const Denial>(std::move(denial)));
  if (entries.size() > kept) entries.pop_front();
}

void DenialLog::shorten(Denial& denial) const {
  const auto to = [](std::string& text, std::size_t bytes_max) {
    if (text.size() > bytes_max) text = tributary::shorten(text, bytes_max);
  };
  to(denial.resource, options_.resource_bytes_max);
  to(denial.reason, options_.text_bytes_max);
  for (identity::Missing& missing : denial.missing) {
    to(missing.holder, options_.resource_bytes_max);
    to(missing.statement, options_.text_bytes_max);
    to(missing.near_miss, options_.text_bytes_max);
  }
}

void DenialLog::add(Denial denial) {
  shorten(denial);
  const std::lock_guard lock(mutex_);
  if (denial.account.empty())
    return append(unknown_, std::move(denial), options_.unknown_kept, options_.unknown_kept);
  append(known_, std::move(denial), options_.kept, options_.account_kept);
}

std::vector<Denial> DenialLog::seen_by(const Viewer& viewer, std::size_t limit) const {
  std::vector<std::shared_ptr<const Denial>> found;
  {
    const std::lock_guard lock(mutex_);
    for (const Entries* entries : {&known_, &unknown_})
      std::copy_if(entries->rbegin(), entries->rend(), std::back_inserter(found),
                   [&](const auto& one) { return concerns(*one, viewer); });
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a->at > b->at; });
  if (found.size() > limit) found.resize(limit);
  std::vector<Denial> shown;
  shown.reserve(found.size());
  for (const auto& one : found) shown.push_back(shown_to(viewer, *one));
  return shown;
}

std::vector<identity::TopologyInput::Denial> DenialLog::since(Timestamp time) const {
  std::vector<identity::TopologyInput::Denial> out;
  const std::lock_guard lock(mutex_);
  for (const auto& one : known_) {
    if (one->at < time) continue;
    out.push_back({.at = one->at,
                   .caller = one->caller,
                   .action = one->action,
                   .resource = one->resource,
                   .reason = one->reason,
                   .missing = one->missing});
  }
  return out;
}

std::string to_json(const std::vector<Denial>& denials) {
  JsonWriter out;
  out.object([&] {
    out.array("denials", denials, [&](const Denial& denial) {
      out.object([&] {
        out.member("at", denial.at);
        out.member("requestId", denial.request_id);
        out.member("status", denial.status);
        out.member("caller", denial.caller);
        out.member("account", denial.account);
        out.member("action", denial.action);
        out.member("resource", denial.resource);
        out.member("sourceIp", denial.source_ip);
        out.member("reason", denial.reason);
        identity::write_missing(out, denial.missing);
      });
    });
  });
  return out.take();
}

}  // namespace tributary::hub::gateway
