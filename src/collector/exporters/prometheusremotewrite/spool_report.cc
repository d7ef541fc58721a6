#include "collector/exporters/prometheusremotewrite/spool_report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/duration.h"
#include "base/time_text.h"
#include "collector/exporters/prometheusremotewrite/spool.h"
#include "collector/exporters/prometheusremotewrite/spool_reader.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

// Counts what a body has, to compare it with what its header says.
class Counter final : public remote::WriteRequestVisitor {
 public:
  void on_series(const remote::SeriesView& series) override {
    samples_ += series.samples.size() + series.histograms.size();
  }
  void on_metadata(const remote::MetadataRef&) override {}
  std::size_t samples() const { return samples_; }

 private:
  std::size_t samples_ = 0;
};

Result<void> check_body(const std::string& body, const SpoolRecord& record) {
  TRIBUTARY_TRY(const std::string message,
                remote::uncompress(body, remote::DecodeLimits().message_bytes_max));
  Counter counter;
  if (auto done = remote::decode_write_request(message, {}, counter); !done) return done;
  if (counter.samples() == record.samples) return {};
  return Error(Code::corruption, "has " + std::to_string(counter.samples()) +
                                     " samples, its header says " + std::to_string(record.samples));
}

void add(SpoolReport::Tally& tally, const SpoolRecord& record) {
  ++tally.requests;
  tally.samples += record.samples;
  tally.bytes += record.body_bytes;
}

std::string place(const std::string& name, SpoolPosition at) {
  return name + " at byte " + std::to_string(at.offset);
}

// Walks one file, and calls `see` with each record and its body where that was read and is good.
template <class See>
Result<void> walk(Disk& disk, const std::string& path, const std::string& name,
                  std::uint64_t number, SpoolCheck check, SpoolReport& report, See see) {
  TRIBUTARY_TRY(const std::uint64_t bytes, disk.size(path));
  SpoolReader reader(disk, path, {number, 0}, bytes);
  std::uint64_t damaged = 0;
  while (true) {
    TRIBUTARY_TRY(const bool more, reader.next());
    if (reader.damaged_bytes() > damaged) {
      const SpoolPosition end = more ? reader.position() : SpoolPosition{number, bytes};
      report.fault(name + ": " + std::to_string(reader.damaged_bytes() - damaged) +
                   " bytes before byte " + std::to_string(end.offset) + " are no record");
      damaged = reader.damaged_bytes();
    }
    if (!more) return {};
    const SpoolRecord& record = reader.record();
    const bool is_request = record.kind == SpoolRecord::Kind::request;
    std::string body;
    if (check == SpoolCheck::bodies || !is_request) {
      Result<std::string> read = reader.body();
      if (!read) {
        report.fault(place(name, reader.position()) + ": the body is not what was written");
      } else if (auto good = is_request ? check_body(*read, record) : Result<void>(); !good) {
        report.fault(place(name, reader.position()) + ": " + good.error().message());
      } else {
        body = std::move(*read);
      }
    }
    see(reader.position(), record, body);
  }
}

void count_waiting(SpoolReport::Segment& segment, const SpoolRecord& record) {
  add(segment.waiting, record);
  if (segment.oldest_ms == 0 || record.oldest_ms < segment.oldest_ms)
    segment.oldest_ms = record.oldest_ms;
}

Result<void> inspect_quarantine(Disk& disk, const std::string& directory, SpoolCheck check,
                                SpoolReport& report) {
  if (!disk.exists(directory)) return {};
  TRIBUTARY_TRY(const auto names, disk.list(directory));
  for (const std::string& name : names) {
    const auto number = Spool::quarantine_number(name);
    if (!number) continue;
    const auto done = walk(disk, directory + '/' + name, name, *number, check, report,
                           [&](SpoolPosition, const SpoolRecord& record, const std::string&) {
                             if (record.kind == SpoolRecord::Kind::request) ++report.quarantined;
                           });
    if (!done) return done;
  }
  return {};
}

std::string padded(std::string text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

}  // namespace

void SpoolReport::fault(std::string text) {
  ++faults;
  if (first_faults.size() < kFaultsMax) first_faults.push_back(std::move(text));
}

Result<SpoolReport> inspect_spool(Disk& disk, const std::string& directory, SpoolCheck check) {
  TRIBUTARY_TRY(const auto names, disk.list(directory));
  SpoolReport report;
  // Positions first: they stand behind what they are about.
  for (const std::string& name : names) {
    const auto number = Spool::segment_number(name);
    if (!number) continue;
    SpoolReport::Segment segment{.name = name};
    TRIBUTARY_TRY(segment.bytes, disk.size(directory + '/' + name));
    const auto done = walk(disk, directory + '/' + name, name, *number, check, report,
                           [&](SpoolPosition, const SpoolRecord& record, const std::string& body) {
                             if (record.kind == SpoolRecord::Kind::request)
                               add(segment.all, record);
                             const auto position = decode_spool_position(body);
                             if (record.kind == SpoolRecord::Kind::settled && position)
                               report.cursor = std::max(report.cursor, *position);
                           });
    if (!done) return done.error();
    report.segments.push_back(std::move(segment));
  }
  for (SpoolReport::Segment& segment : report.segments) {
    const std::uint64_t number = *Spool::segment_number(segment.name);
    SpoolReport ignored;
    const auto done =
        walk(disk, directory + '/' + segment.name, segment.name, number, SpoolCheck::headers,
             ignored, [&](SpoolPosition at, const SpoolRecord& record, const std::string&) {
               if (record.kind == SpoolRecord::Kind::request && at >= report.cursor)
                 count_waiting(segment, record);
             });
    if (!done) return done.error();
    report.waiting.requests += segment.waiting.requests;
    report.waiting.samples += segment.waiting.samples;
    report.waiting.bytes += segment.waiting.bytes;
    if (segment.waiting.requests > 0 &&
        (report.oldest_ms == 0 || segment.oldest_ms < report.oldest_ms))
      report.oldest_ms = segment.oldest_ms;
  }
  const std::string aside = directory + '/' + std::string(Spool::kQuarantineName);
  if (auto done = inspect_quarantine(disk, aside, check, report); !done) return done.error();
  return report;
}

std::string to_text(const SpoolReport& report, std::int64_t now_ms) {
  std::string out;
  const auto row = [&out](const std::array<std::string, 6>& cells) {
    constexpr std::array<std::size_t, 6> kWidths = {16, 10, 10, 12, 14, 26};
    for (std::size_t i = 0; i < cells.size(); ++i) out += padded(cells[i], kWidths[i]);
    out += '\n';
  };
  row({"segment", "requests", "waiting", "samples", "bytes", "oldest"});
  for (const SpoolReport::Segment& segment : report.segments) {
    row({segment.name, std::to_string(segment.all.requests),
         std::to_string(segment.waiting.requests), std::to_string(segment.waiting.samples),
         std::to_string(segment.bytes),
         segment.waiting.requests > 0 ? iso8601_from_ms(segment.oldest_ms) : "-"});
  }
  if (report.cursor != SpoolPosition())
    out += "cursor: " + place(Spool::segment_name(report.cursor.segment), report.cursor) + '\n';
  out += "waiting: " + std::to_string(report.waiting.requests) + " requests with " +
         std::to_string(report.waiting.samples) + " samples in " +
         std::to_string(report.waiting.bytes) + " bytes";
  if (report.waiting.requests > 0) {
    out += ", the oldest from " +
           go_duration(std::chrono::seconds((now_ms - report.oldest_ms) / 1000)) + " ago";
  }
  out += '\n';
  if (report.quarantined > 0)
    out += "quarantine: " + std::to_string(report.quarantined) + " requests\n";
  return out;
}

}  // namespace tributary::collector::prometheusremotewrite
