// Pull parsers of the two text exposition formats, Prometheus text 0.0.4 and OpenMetrics 1.0, each
// as lax as Prometheus' own parser (collector-spec.md 7.1 and 7.2). The page is in memory, or comes
// in pieces: then an entry that is not yet whole is waited for, and read once it is.
//
// One call of `next` reads one entry in time linear in its bytes. Of a sample it finds the bytes of
// the series, the value and the timestamp; the label part is taken apart, and judged, only by
// `labels`, so that a caller who recognises the bytes of a series pays nothing for its labels.
// A page is good when `next` came to its end and `labels` succeeded for every distinct series.
//
// Views live as long as the page, or the window on it; those of `name` and `text` until the
// following `next`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/batch.h"
#include "model/labels.h"
#include "model/series.h"

namespace tributary::exposition {

enum class Format : std::uint8_t { prometheus_text, openmetrics };

// The format of a response by its Content-Type; parameters such as the version play no part.
// Nothing for a blank, malformed or unknown one: the caller applies its fallback.
std::optional<Format> format_of(std::string_view content_type);

enum class EntryKind : std::uint8_t { end, type, help, unit, comment, sample, wait };

// A longer line is refused: it would have to be kept whole until its end comes.
inline constexpr std::size_t kEntryBytesMax = (1U << 20) - 1;

class Parser {
 public:
  virtual ~Parser() = default;

  // The kind of the next entry. Errors read `line 7, column 3: ...`; none may follow one, nor the
  // end.
  virtual Result<EntryKind> next() = 0;

  // Of metadata: the metric family, the type of a `type` entry, and the unescaped text of a `help`,
  // the unit of a `unit`, the text of a `comment`.
  virtual std::string_view name() const = 0;
  virtual MetricType type() const = 0;
  virtual std::string_view text() const = 0;

  // Of a sample: the bytes of its name and label part as they stand on the page, blanks included.
  virtual std::string_view series_text() const = 0;
  // `__name__` and the labels, unescaped and sorted. An empty value means that the label is absent;
  // it is kept here because it takes a target's label away where scraped labels win.
  virtual Result<Labels> labels() const = 0;
  virtual double value() const = 0;  // any NaN is kNormalNaN
  virtual std::optional<std::int64_t> timestamp_ms() const = 0;
  virtual Result<std::optional<Exemplar>> exemplar() const = 0;

  // --- A page that comes in pieces.

  // Goes on in `window`: the bytes of the page from `position` on, as many as are there. Unless
  // `complete`, which says that the page ends with them, `next` may answer `wait`: it needs more.
  virtual void resume(std::string_view window, bool complete) = 0;
  // Where in the window the next entry begins, or may begin: what stands before it is done with.
  virtual std::size_t position() const = 0;
  // Passes over whole lines that somebody else has read.
  virtual void skip(std::size_t bytes, std::size_t lines) = 0;
  // Says which line of the page begins at `position`, after pieces that it was not given.
  virtual void set_line(std::uint64_t line) = 0;
  // Where in the window the last entry begins: behind blank lines, before blanks of its own line.
  virtual std::size_t entry_begin() const = 0;
  // Of a sample: its bytes from the beginning of the line up to the value.
  virtual std::string_view line_text() const = 0;
};

// The page must outlive the parser. It is complete unless `resume` says otherwise.
std::unique_ptr<Parser> make_parser(Format format, std::string_view page);

}  // namespace tributary::exposition
