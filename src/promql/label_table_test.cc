#include "promql/label_table.h"

#include <gtest/gtest.h>

namespace tributary::promql {
namespace {

const std::string kPacked = pack(Labels{{"__name__", "up"}, {"a", "1"}, {"b", "2"}, {"c", "3"}});

TEST(LabelTable, NumbersKeysInTheOrderTheyCome) {
  LabelTable table;

  EXPECT_EQ(table.add("x"), 0);
  EXPECT_EQ(table.add("y"), 1);
  EXPECT_EQ(table.add("x"), 0);
  EXPECT_EQ(table.find("y"), 1);
  EXPECT_EQ(table.find("z"), LabelTable::kNone);
  EXPECT_EQ(table.key(1), "y");
}

TEST(LabelTable, KeepsItsNumbersWhileItGrows) {
  LabelTable table;
  for (int i = 0; i < 10'000; ++i) table.add(std::to_string(i));

  EXPECT_EQ(table.size(), 10'000);
  EXPECT_EQ(table.find("4711"), 4711);
  EXPECT_EQ(table.key(9999), "9999");
}

TEST(LabelArena, KeepsWhatIsLargerThanABlock) {
  LabelArena arena;
  const std::string large(1 << 20, 'x');

  const std::string_view first = arena.store("first");
  const std::string_view second = arena.store(large);

  EXPECT_EQ(first, "first");
  EXPECT_EQ(second, large);
}

TEST(LabelSelection, TakesTheNamedLabels) {
  const LabelSelection selection = LabelSelection::only({"c", "a", "missing"});
  std::string bytes;

  const LabelsView chosen = selection.select(LabelsView(kPacked), false, bytes);

  EXPECT_EQ(chosen.to_labels(), (Labels{{"a", "1"}, {"c", "3"}}));
}

TEST(LabelSelection, TakesAllButTheNamedLabelsAndTheMetricName) {
  const LabelSelection selection = LabelSelection::without({"b"});
  std::string bytes;

  const LabelsView chosen = selection.select(LabelsView(kPacked), false, bytes);

  EXPECT_EQ(chosen.to_labels(), (Labels{{"a", "1"}, {"c", "3"}}));
}

TEST(LabelSelection, SeesNoMetadataThatIsGone) {
  const LabelSelection selection = LabelSelection::only({"__name__", "a"});
  std::string bytes;

  EXPECT_EQ(selection.select(LabelsView(kPacked), false, bytes).size(), 2);
  EXPECT_EQ(selection.select(LabelsView(kPacked), true, bytes).to_labels(), (Labels{{"a", "1"}}));
}

TEST(LabelSelection, CountsMoreLabelsThanOneByteCan) {
  std::vector<Label> labels;
  for (int i = 0; i < 200; ++i) labels.push_back({"l" + std::to_string(i), "v"});
  const std::string packed = pack(Labels(labels));
  std::string bytes;

  const LabelsView chosen =
      LabelSelection::without({"l7"}).select(LabelsView(packed), false, bytes);

  EXPECT_EQ(chosen.size(), 199);
  EXPECT_EQ(chosen.get("l199"), "v");
}

TEST(LabelEditor, SetsErasesAndKeepsSorted) {
  LabelEditor editor;
  editor.reset(LabelsView(kPacked));

  editor.set("aa", "new");
  editor.set("b", "");
  editor.set("c", "changed");
  editor.erase_metadata();

  EXPECT_EQ(editor.packed().to_labels(), (Labels{{"a", "1"}, {"aa", "new"}, {"c", "changed"}}));
}

TEST(StripMetadata, LeavesLabelsWithoutMetadataWhereTheyAre) {
  LabelArena arena;
  const std::string plain = pack(Labels{{"a", "1"}});

  EXPECT_EQ(strip_metadata(LabelsView(plain), arena).packed().data(), plain.data());
  EXPECT_EQ(strip_metadata(LabelsView(kPacked), arena).size(), 3);
}

TEST(QuotedLabels, ShowsASeriesAsErrorsDo) {
  const std::string packed = pack(Labels{{"__name__", "up"}, {"a.b", "say \"x\""}});

  EXPECT_EQ(quoted_labels(LabelsView(packed)), R"({__name__="up", "a.b"="say \"x\""})");
}

}  // namespace
}  // namespace tributary::promql
