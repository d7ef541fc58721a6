#include "collector/pipeline/compat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::collector {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
  explicit Read(std::string yaml) {
    config::Diagnostics diagnostics;
    config::decode(config::parse(std::move(yaml), "t.yaml", diagnostics), name, diagnostics);
    messages = diagnostics.render();
  }
  CompatName name;
  std::string messages;
};

TEST(Compat, IsReadAndPrintedUnderTheNameOfTheRelease) {
  for (const Compat compat : {Compat::adot_0_12, Compat::adot_0_35, Compat::adot_0_49}) {
    const Read read{std::string(name_of(compat))};

    EXPECT_EQ(read.name.value, compat);
    EXPECT_THAT(read.messages, IsEmpty());
    EXPECT_EQ(encode(read.name).text(), name_of(compat));
  }
}

TEST(Compat, TakesTheNamesOfBeforeWithAWarning) {
  const Read old("\"2021\""), unquoted("2021"), today("current");

  EXPECT_EQ(old.name.value, Compat::adot_0_12);
  EXPECT_EQ(unquoted.name.value, Compat::adot_0_12);
  EXPECT_EQ(today.name.value, Compat::adot_0_49);
  EXPECT_THAT(old.messages, HasSubstr("\"2021\" is deprecated: write adot-0.12"));
  EXPECT_THAT(today.messages, HasSubstr("\"current\" is deprecated: write adot-0.49"));
}

TEST(Compat, RefusesAReleaseThatItDoesNotKnow) {
  EXPECT_THAT(Read("adot-0.40").messages,
              HasSubstr("must be one of adot-0.12, adot-0.35, adot-0.49, got \"adot-0.40\""));
}

}  // namespace
}  // namespace tributary::collector
