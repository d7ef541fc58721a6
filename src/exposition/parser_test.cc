#include "exposition/parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/random.h"

namespace tributary::exposition {
namespace {

std::string entry_of(EntryKind kind, const Parser& parser) {
  std::string entry = std::to_string(static_cast<int>(kind)) + " ";
  if (kind == EntryKind::type)
    return entry + std::string(parser.name()) + "|" + std::string(to_string(parser.type()));
  if (kind == EntryKind::comment) return entry + std::string(parser.text());
  if (kind != EntryKind::sample)
    return entry + std::string(parser.name()) + "|" + std::string(parser.text());
  const auto labels = parser.labels();
  entry += labels ? labels->to_string() : labels.error().message();
  entry += " " + std::to_string(parser.value());
  if (parser.timestamp_ms()) entry += " @" + std::to_string(*parser.timestamp_ms());
  const auto exemplar = parser.exemplar();
  if (exemplar && *exemplar) entry += " # " + (*exemplar)->labels.to_string();
  return entry + " <" + std::string(parser.line_text()) + ">";
}

TEST(FormatOf, GoesByTheMediaType) {
  const auto is = [](std::string_view content_type, std::optional<Format> format) {
    EXPECT_EQ(format_of(content_type), format) << content_type;
  };

  is("text/plain", Format::prometheus_text);
  is("text/plain; version=0.0.4; charset=utf-8", Format::prometheus_text);
  is("text/plain; version=1.0.0; escaping=allow-utf-8", Format::prometheus_text);
  is(" Text/Plain;charset=\"utf\\\"-8\" ;", Format::prometheus_text);
  is("application/openmetrics-text; version=1.0.0; charset=utf-8", Format::openmetrics);
  is("application/openmetrics-text", Format::openmetrics);
  is("", std::nullopt);
  is("   ", std::nullopt);
  is("text/html", std::nullopt);
  is("application/json; charset=utf-8", std::nullopt);
  is("text/plain; charset", std::nullopt);
  is("text/plain; =utf-8", std::nullopt);
  is("text/plain; a=\"b", std::nullopt);
  is("text/plain; a=b; A=c", std::nullopt);
  is("text/plain charset=utf-8", std::nullopt);
}

TEST(MakeParser, GivesTheParserOfTheFormat) {
  const auto text = make_parser(Format::prometheus_text, "");
  const auto openmetrics = make_parser(Format::openmetrics, "");

  EXPECT_TRUE(text->next());          // an empty page is a page
  EXPECT_FALSE(openmetrics->next());  // that lacks its end mark
}

// What a page says, entry by entry, up to its end or an error.
std::vector<std::string> read_whole(Format format, std::string_view page) {
  std::vector<std::string> all;
  const auto parser = make_parser(format, page);
  while (true) {
    const auto kind = parser->next();
    if (!kind) all.push_back(kind.error().message());
    if (!kind || *kind == EntryKind::end) return all;
    all.push_back(entry_of(*kind, *parser));
  }
}

std::vector<std::string> read_in_pieces(Format format, std::string_view page, Random& random) {
  std::vector<std::string> all;
  const auto parser = make_parser(format, "");
  std::string window;
  for (std::size_t there = 0;;) {
    const std::size_t size = std::min(page.size() - there, random.next() % 20);
    window.erase(0, parser->position());
    window += page.substr(there, size);
    there += size;
    parser->resume(window, there == page.size());
    while (true) {
      const auto kind = parser->next();
      if (!kind) all.push_back(kind.error().message());
      if (!kind || *kind == EntryKind::end) return all;
      if (*kind == EntryKind::wait) break;
      all.push_back(entry_of(*kind, *parser));
    }
  }
}

TEST(Parser, ReadsAPageInPiecesAsItReadsItWhole) {
  SeededRandom random(11);
  const std::array<std::string, 4> text_pages = {
      "# HELP a text\n# TYPE a counter\n\n  \n a{b=\"c\"} 1 17\nd 2\n#\n# plain\nNaN 7",
      "a{b=\"a\nraw\n# newline\"} 1\n\n\nb{x=\"\\\"}\"} 2\n c} 5\n", "a 1\nb 2\n\n c 3 x\n",
      std::string("a 1\n\0rubbish behind the end", 25)};
  const std::array<std::string, 3> open_pages = {
      "# TYPE a counter\n# UNIT a_seconds seconds\na_total 1 17.5 # {x=\"y\"} 3 4\nb 1\n# EOF\n",
      "a 1\n# EOF", "a 1\n# EOF\nmore\n"};

  for (int round = 0; round < 200; ++round) {
    for (const std::string& page : text_pages)
      ASSERT_EQ(read_in_pieces(Format::prometheus_text, page, random),
                read_whole(Format::prometheus_text, page));
    for (const std::string& page : open_pages)
      ASSERT_EQ(read_in_pieces(Format::openmetrics, page, random),
                read_whole(Format::openmetrics, page));
  }
}

TEST(Parser, RefusesALineThatIsTooLong) {
  const std::string page = "a 1\nb{c=\"" + std::string(kEntryBytesMax, 'x') + "\"} 1\n";
  const auto parser = make_parser(Format::prometheus_text, page);
  parser->resume(page, false);
  ASSERT_TRUE(parser->next());

  const auto refused = parser->next();

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "line 2, column 1: a line of more than 1048575 bytes");
}

TEST(Parser, CountsLinesOverPiecesThatItDidNotSee) {
  const auto parser = make_parser(Format::prometheus_text, "");
  const std::string_view window = "seen elsewhere 1\na 1\nbroken line\n";
  parser->resume(window, true);
  parser->skip(window.find("a 1"), 1);
  parser->set_line(1001);
  ASSERT_TRUE(parser->next());

  const auto refused = parser->next();

  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message().starts_with("line 1002, column 8: "));
}

}  // namespace
}  // namespace tributary::exposition
