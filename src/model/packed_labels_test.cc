#include "model/packed_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PackedLabels, AreReadInPlaceInTheOrderOfTheirNames) {
  const std::string packed = pack(Labels{{"job", "api"}, {"__name__", "up"}});

  const LabelsView view(packed);

  EXPECT_THAT(std::vector<LabelView>(view.begin(), view.end()),
              ElementsAre(LabelView{"__name__", "up"}, LabelView{"job", "api"}));
  EXPECT_EQ(view.size(), 2U);
  EXPECT_EQ(view.get("job"), "api");
  EXPECT_EQ(view.get("instance"), "");
  EXPECT_EQ(view.to_labels(), (Labels{{"__name__", "up"}, {"job", "api"}}));
}

TEST(PackedLabels, LeaveEmptyValuesOut) {
  EXPECT_EQ(pack(Labels{{"a", ""}, {"b", "1"}}), pack(Labels{{"b", "1"}}));
}

TEST(PackedLabels, TakeValuesOfAnyLength) {
  const std::string value(70'000, 'x');
  const std::string packed = pack(Labels{{"long", value}, {"next", "1"}});

  EXPECT_EQ(LabelsView(packed).get("long"), value);
  EXPECT_EQ(LabelsView(packed).get("next"), "1");
}

TEST(PackedLabels, CompareAsLabelsDoWhateverTheirLengthsSay) {
  const std::vector<Labels> ascending = {
      Labels{},           Labels{{"a", "1"}}, Labels{{"a", "1"}, {"b", "1"}}, Labels{{"a", "10"}},
      Labels{{"a", "2"}}, Labels{{"aa", "1"}}};

  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      const std::string left = pack(ascending[i]);
      const std::string right = pack(ascending[j]);
      const int order = compare(LabelsView(left), LabelsView(right));
      EXPECT_EQ(order < 0, i < j) << i << " " << j;
      EXPECT_EQ(order > 0, i > j) << i << " " << j;
    }
  }
}

TEST(PackedLabels, AViewOfNothingIsTheEmptySet) {
  const LabelsView view;

  EXPECT_TRUE(view.empty());
  EXPECT_THAT(std::vector<LabelView>(view.begin(), view.end()), IsEmpty());
  EXPECT_EQ(view.packed(), pack(Labels{}));
}

}  // namespace
}  // namespace tributary
