#include "exposition/parser.h"

#include <gtest/gtest.h>

namespace tributary::exposition {
namespace {

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

}  // namespace
}  // namespace tributary::exposition
