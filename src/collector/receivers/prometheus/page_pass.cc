#include "collector/receivers/prometheus/page_pass.h"

#include <algorithm>
#include <utility>

namespace tributary::collector::prometheus {

using exposition::EntryKind;
using exposition::Format;

namespace {

std::uint64_t hash_labels(const HashKey& key, const Labels& labels, std::string& scratch) {
  scratch.clear();
  for (const Label& label : labels) {
    // Neither byte occurs in UTF-8.
    scratch.append(label.name).append(1, '\xfe').append(label.value).append(1, '\xff');
  }
  return key.hash64(scratch);
}

std::size_t count_newlines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

PagePass::PagePass(Format format, std::int64_t timestamp_ms, const PagePlan& plan,
                   const SampleRules& rules, SeriesFactory& factory, const HashKey& key)
    : format_(format), plan_(plan), rules_(rules), factory_(factory), key_(key) {
  batch_.timestamp_ms = timestamp_ms;
}

// Bytes are read where they lie; only what runs into the end of a piece is copied, and then goes on
// line by line until it is read.
void PagePass::feed(std::string_view piece) {
  if (piece.empty()) return;
  if (bytes_ == 0) {
    constexpr std::size_t kReportsMax = 8;
    factory_.families().begin_scrape();
    parser_ = exposition::make_parser(format_, "");
    batch_.values.reserve(plan_.page_columns + kReportsMax);
  }
  bytes_ += piece.size();
  while (!piece.empty() && !ended_) {
    if (tail_.empty()) {
      tail_.assign(piece.substr(read(piece, false)));
      tail_enough_ = 0;
      return;
    }
    const std::size_t newline = piece.find('\n');
    const std::size_t taken = newline == std::string_view::npos ? piece.size() : newline + 1;
    tail_.append(piece.substr(0, taken));
    piece.remove_prefix(taken);
    const bool has_line = newline != std::string_view::npos && tail_.size() >= tail_enough_;
    if (!has_line && tail_.size() <= exposition::kEntryBytesMax) continue;
    tail_.erase(0, read(tail_, false));
    // A line that grows by small pieces is not looked at each time.
    constexpr std::size_t kSmall = 4096;
    tail_enough_ = tail_.size() < kSmall ? 0 : tail_.size() + tail_.size() / 4;
  }
}

void PagePass::complete() {
  if (bytes_ == 0) return;
  if (!ended_) read(tail_, true);
  tail_.clear();
  if (!outcome_.error && over_limit_)
    outcome_.error =
        Error(Code::limit_exceeded, "sample_limit exceeded: the page has more than " +
                                        std::to_string(rules_.sample_limit) + " samples");
}

PageDraft& PagePass::draft() {
  if (draft_ == nullptr) diverge();
  return *draft_;
}

// Gives the bytes that are done with.
std::size_t PagePass::read(std::string_view window, bool complete) {
  std::size_t done = 0;
  if (draft_ == nullptr) done = read_planned(window, complete);
  if (draft_ != nullptr && !ended_) done += read_other(window.substr(done), complete);
  return done;
}

// Reads on until it needs more, the page ends, or it is not as planned.
std::size_t PagePass::read_planned(std::string_view window, bool complete) {
  std::size_t done = 0;
  while (true) {
    done += take_planned(window.substr(done));
    const std::string_view rest = window.substr(done);
    if (rest.empty() && !complete) return done;
    parser_->resume(rest, complete);
    const auto kind = parser_->next();
    if (kind && *kind == EntryKind::wait && parser_->position() == 0) return done;
    if (kind && *kind == EntryKind::end) {
      ended_ = true;
      return done;
    }
    if (!kind || *kind != EntryKind::sample || !take_closely(rest)) {
      diverge();
      return done;
    }
    done += parser_->position();
  }
}

std::size_t PagePass::take_planned(std::string_view window) {
  std::size_t done = 0;
  Reading reading;
  for (; at_ < plan_.page_lines; ++at_) {
    const PlanLine& line = plan_.lines[at_];
    const std::size_t taken = take_line(key_, line, window.substr(done), format_, reading);
    if (taken == 0) break;
    if (line.kind() == LineKind::taken && !reading.timestamp_ms.has_value()) {
      ++outcome_.scraped;
      ++outcome_.kept;
      batch_.values.push_back(reading.value);
    } else if (line.is_sample() && !store_planned(line, reading)) {
      break;
    }
    done += taken;
  }
  return done;
}

// The sample that the parser has read, if it is the one planned: with an exemplar, in an unusual
// spelling of its number, or the last line without a newline.
bool PagePass::take_closely(std::string_view rest) {
  if (at_ >= plan_.page_lines) return false;
  const PlanLine& line = plan_.lines[at_];
  const std::string_view text = parser_->line_text();
  if (!line.is_sample() || line.kind() == LineKind::unknown || text.data() != rest.data() ||
      text.size() != line.bytes || key_.hash(text) != line.hash)
    return false;
  const std::size_t column = batch_.values.size();
  const std::size_t exemplars = batch_.exemplars.size();
  if (line.is_taken() && !add_exemplar(static_cast<std::uint32_t>(column))) return false;
  const Reading reading{.value = parser_->value(), .timestamp_ms = parser_->timestamp_ms()};
  if (!store_planned(line, reading)) {
    batch_.exemplars.resize(exemplars);
    return false;
  }
  ++at_;
  return true;
}

bool PagePass::store_planned(const PlanLine& line, const Reading& reading) {
  const auto own = own_time(reading.timestamp_ms);
  switch (line.kind()) {
    case LineKind::taken:
      if (own) return false;
      break;
    case LineKind::taken_with_time:
      if (!own || is_future(own)) return false;
      break;
    case LineKind::duplicate:
      if (own) return false;
      ++outcome_.duplicates;
      break;
    case LineKind::target_info: break;
    default: ++outcome_.scraped; return true;
  }
  ++outcome_.scraped;
  ++outcome_.kept;
  if (line.is_taken()) store(reading.value, own);
  return true;
}

void PagePass::store(double value, std::optional<std::int64_t> own_time) {
  if (own_time)
    batch_.timestamps.push_back({static_cast<std::uint32_t>(batch_.values.size()), *own_time});
  batch_.values.push_back(value);
}

// From here on the page is not the planned one.
void PagePass::diverge() {
  Families& families = factory_.families();
  draft_ =
      std::make_unique<PageDraft>(plan_, at_, factory_, key_, rules_.track_timestamps_staleness);
  std::uint64_t newlines = 0;
  for (std::size_t i = 0; i < plan_.page_lines; ++i) {
    const PlanLine& line = plan_.lines[i];
    const bool is_metadata = line.kind() == LineKind::metadata || line.kind() == LineKind::type;
    if (is_metadata) families.mark_seen(line.slot(), i < at_ ? families.scrape() : plan_.scrape);
    if (i >= at_) continue;
    newlines += line.newlines;
    if (line.kind() == LineKind::type) type_ = line.type();
  }
  if (parser_ != nullptr) parser_->set_line(newlines + 1);
}

std::size_t PagePass::read_other(std::string_view window, bool complete) {
  parser_->resume(window, complete);
  Reading reading;
  while (true) {
    const std::size_t begin = parser_->position();
    if (at_ < plan_.page_lines) {
      const PlanLine& line = plan_.lines[at_];
      const std::size_t taken = take_line(key_, line, window.substr(begin), format_, reading);
      if (taken > 0 && take_known(line, reading)) {
        parser_->skip(taken, line.newlines);
        ++at_;
        continue;
      }
    }
    Result<EntryKind> kind = parser_->next();
    const bool waits = kind && *kind == EntryKind::wait;
    const std::size_t blank_end = waits ? parser_->position() : parser_->entry_begin();
    if (blank_end > begin) {
      const std::string_view blank = window.substr(begin, blank_end - begin);
      draft_->add_line(make_line(key_, blank, LineKind::comment, count_newlines(blank)));
    }
    if (waits) return blank_end;
    ended_ = !kind || *kind == EntryKind::end;
    if (!kind) outcome_.error = kind.error();
    if (ended_) return window.size();
    const std::string_view text = window.substr(blank_end, parser_->position() - blank_end);
    if (auto done = read_entry(*kind, text); !done) {
      outcome_.error = std::move(done).error();
      ended_ = true;
      return window.size();
    }
  }
}

// The line that was expected next, though the page is another one. False where it has to be read
// closely after all.
bool PagePass::take_known(const PlanLine& line, const Reading& reading) {
  Families& families = factory_.families();
  switch (line.kind()) {
    case LineKind::type: type_ = line.type(); [[fallthrough]];
    case LineKind::metadata: families.mark_seen(line.slot(), families.scrape()); [[fallthrough]];
    case LineKind::comment: draft_->add_line(line); return true;
    case LineKind::target_info: ++outcome_.kept; [[fallthrough]];
    case LineKind::dropped:
      ++outcome_.scraped;
      draft_->add_line(line);
      return true;
    default: break;
  }
  if (draft_->is_far(line.index)) return false;
  ++outcome_.scraped;
  const auto own = own_time(reading.timestamp_ms);
  if (place(line, static_cast<std::uint32_t>(at_), line.index, own, nullptr) != PageDraft::kNone)
    store(reading.value, own);
  return true;
}

Result<void> PagePass::read_entry(EntryKind kind, std::string_view text) {
  Families& families = factory_.families();
  switch (kind) {
    case EntryKind::type:
      type_ = parser_->type();
      add_metadata(LineKind::type, families.set_type(parser_->name(), type_), text);
      break;
    case EntryKind::help:
      add_metadata(LineKind::metadata, families.set_help(parser_->name(), parser_->text()), text);
      break;
    case EntryKind::unit:
      add_metadata(LineKind::metadata, families.set_unit(parser_->name(), parser_->text()), text);
      break;
    case EntryKind::sample: return read_sample();
    default: draft_->add_line(make_line(key_, text, LineKind::comment, count_newlines(text)));
  }
  return {};
}

void PagePass::add_metadata(LineKind kind, std::uint32_t slot, std::string_view text) {
  PlanLine line = make_line(key_, text, kind, count_newlines(text));
  set_index(line, slot);
  if (line.kind() == LineKind::type)
    line.index = (line.index | static_cast<std::uint32_t>(type_) << PlanLine::kTypeShift) &
                 PlanLine::kIndexMax;
  draft_->add_line(line);
}

Result<void> PagePass::read_sample() {
  const std::string_view text = parser_->line_text();
  const PlanLine line = make_line(key_, text, LineKind::taken, count_newlines(text) + 1);
  const std::uint32_t known = draft_->find(line, at_);
  if (known < plan_.page_lines) at_ = known + 1;
  const bool is_readable =
      known != PageDraft::kNone && plan_.lines[known].kind() != LineKind::unknown;
  TRIBUTARY_TRY(const std::uint32_t column,
                is_readable ? read_known(line, known) : read_new(line, known));
  if (column == PageDraft::kNone) return {};
  if (auto added = add_exemplar(column); !added) return added;
  store(parser_->value(), own_time(parser_->timestamp_ms()));
  return {};
}

// A sample whose text was on an earlier page: its column, or kNone where it does not come in.
Result<std::uint32_t> PagePass::read_known(const PlanLine& line, std::uint32_t known) {
  const PlanLine& before = plan_.lines[known];
  ++outcome_.scraped;
  if (before.kind() == LineKind::dropped || before.kind() == LineKind::target_info) {
    if (before.kind() == LineKind::target_info) ++outcome_.kept;
    draft_->add_line(before);
    return PageDraft::kNone;
  }
  std::optional<Labels> labels;
  if (draft_->is_far(before.index)) {
    TRIBUTARY_TRY(Labels scraped, parser_->labels());
    TRIBUTARY_TRY(labels, factory_.final_labels(std::move(scraped), type_));
    // A page that has changed its types may mean another spelling of a bound now.
    if (labels && hash_labels(key_, *labels, scratch_) != plan_.labels[before.index])
      labels.reset();
  }
  PlanLine again = line;
  again.was_taken = before.was_taken;
  return place(again, known, before.index, own_time(parser_->timestamp_ms()),
               labels ? &*labels : nullptr);
}

Result<std::uint32_t> PagePass::read_new(const PlanLine& line, std::uint32_t known) {
  TRIBUTARY_TRY(Labels scraped, parser_->labels());
  ++outcome_.scraped;
  TRIBUTARY_TRY(const auto labels, factory_.final_labels(std::move(scraped), type_));
  PlanLine made = line;
  if (!labels) {
    set_kind(made, LineKind::dropped);
    draft_->add_line(made);
    return PageDraft::kNone;
  }
  if (factory_.describes_resource(*labels)) {
    ++outcome_.kept;
    factory_.set_target_info(*labels);
    set_kind(made, LineKind::target_info);
    draft_->add_line(made);
    return PageDraft::kNone;
  }
  const std::uint32_t series = draft_->intern(hash_labels(key_, *labels, scratch_));
  const bool was_taken = known != PageDraft::kNone ? plan_.lines[known].was_taken != 0
                                                   : draft_->was_taken(line, series);
  made.was_taken = was_taken ? 1 : 0;
  return place(made, known, series, own_time(parser_->timestamp_ms()), &*labels);
}

// The sample's column in the batch, or kNone where it does not come in.
std::uint32_t PagePass::place(PlanLine line, std::uint32_t known, std::uint32_t series,
                              std::optional<std::int64_t> own_time, const Labels* labels) {
  PageDraft::State& state = (*draft_)[series];
  ++outcome_.kept;
  const bool again = state.seen && !own_time;
  state.seen = true;
  if (again) {
    ++outcome_.duplicates;
    draft_->add_duplicate(line, series);
    return PageDraft::kNone;
  }
  const bool is_full = rules_.sample_limit > 0 && batch_.values.size() >= rules_.sample_limit;
  if (is_future(own_time) || is_full) {
    if (is_future(own_time)) {
      ++outcome_.future;
    } else {
      over_limit_ = true;
    }
    set_kind(line, LineKind::unknown);
    draft_->add_line(line);
    return PageDraft::kNone;
  }
  if (tracks(own_time.has_value())) state.tracked = true;
  if (line.was_taken == 0) ++outcome_.series_added;
  set_kind(line, own_time ? LineKind::taken_with_time : LineKind::taken);
  draft_->add_taken(line, known, series, labels);
  return static_cast<std::uint32_t>(batch_.values.size());
}

Result<void> PagePass::add_exemplar(std::uint32_t column) {
  if (format_ != Format::openmetrics) return {};
  TRIBUTARY_TRY(auto exemplar, parser_->exemplar());
  if (!exemplar) return {};
  if (!exemplar->timestamp_ms)
    exemplar->timestamp_ms = own_time(parser_->timestamp_ms()).value_or(batch_.timestamp_ms);
  batch_.exemplars.push_back({column, std::move(*exemplar)});
  return {};
}

}  // namespace tributary::collector::prometheus
