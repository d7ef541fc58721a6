#include "aws/xml_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(XmlTexts, AreFoundByPath) {
  const auto texts = parse_xml_texts(
      "<?xml version=\"1.0\"?>\n<!-- hello -->\n"
      "<ns:R xmlns:ns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
      "  <A>one</A><A>two</A><B c='d'/><C>a &lt;b&gt; &amp; &#65;&#x20AC;</C>\n</ns:R>\n");

  ASSERT_TRUE(texts) << texts.error().message();
  EXPECT_THAT(*texts, ElementsAre(Pair("R", ""), Pair("R/A", "one"), Pair("R/B", ""),
                                  Pair("R/C", "a <b> & A\xE2\x82\xAC")));
}

TEST(XmlTexts, RefuseWhatIsNotWellFormed) {
  const auto refusal = [](std::string_view xml) { return parse_xml_texts(xml).error().message(); };

  EXPECT_EQ(refusal(""), "XML has no element");
  EXPECT_EQ(refusal("text"), "XML has text outside of its root");
  EXPECT_EQ(refusal("<a>"), "XML ends inside an element");
  EXPECT_EQ(refusal("<a"), "XML ends inside a tag");
  EXPECT_EQ(refusal("<a></b>"), "XML closes an element that is not open");
  EXPECT_EQ(refusal("</a>"), "XML closes an element that is not open");
  EXPECT_EQ(refusal("<a/><b/>"), "XML has more than one root");
  EXPECT_EQ(refusal("<></>"), "XML has a tag without a name");
  EXPECT_EQ(refusal("<!-- "), "XML ends inside a comment");
  EXPECT_EQ(refusal("<a>&nbsp;</a>"), "XML has an unknown entity");
  EXPECT_EQ(refusal("<a>&#xD800;</a>"), "XML has an unknown entity");
  EXPECT_EQ(refusal("<a>&amp</a>"), "XML has an unknown entity");
}

TEST(XmlTexts, RefuseADocumentTypeAndWhatIsTooMuch) {
  const auto refusal = [](std::string_view xml) { return parse_xml_texts(xml).error().message(); };
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "<a>";
  std::string many = "<r>";
  for (int i = 0; i < 1001; ++i) many += "<a/>";

  EXPECT_THAT(refusal("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), HasSubstr("document type"));
  EXPECT_EQ(refusal(deep), "XML is nested too deep");
  EXPECT_EQ(refusal(many), "XML has too many elements");
}

}  // namespace
}  // namespace tributary::aws
