#include "model/labels.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Labels, AreSortedAndTheLastOfANameStays) {
  const Labels labels{{"b", "1"}, {"a", "2"}, {"b", "3"}};

  EXPECT_EQ(labels, (Labels{{"a", "2"}, {"b", "3"}}));
  EXPECT_EQ(labels.get("b"), "3");
  EXPECT_EQ(labels.get("c"), "");
  EXPECT_FALSE(labels.has("c"));
}

TEST(Labels, SetAndErase) {
  Labels labels{{"b", "1"}};
  labels.set("a", "0");
  labels.set("b", "2");
  EXPECT_EQ(labels, (Labels{{"a", "0"}, {"b", "2"}}));

  labels.erase("a");
  labels.erase("missing");
  EXPECT_EQ(labels, (Labels{{"b", "2"}}));
}

TEST(Labels, PrintAsPrometheusDoes) {
  EXPECT_EQ((Labels{{"__name__", "up"}, {"job", "a\"b"}}).to_string(), "up{job=\"a\\\"b\"}");
  EXPECT_EQ((Labels{{"__name__", "up"}}).to_string(), "up");
  EXPECT_EQ(Labels{}.to_string(), "{}");
  EXPECT_EQ((Labels{{"__name__", "a.b"}}).to_string(), "{__name__=\"a.b\"}");
}

TEST(Labels, HashDependsOnWhereNamesEnd) {
  EXPECT_NE((Labels{{"ab", "c"}}).hash(), (Labels{{"a", "bc"}}).hash());
  EXPECT_EQ((Labels{{"a", "b"}, {"c", "d"}}).hash(), (Labels{{"c", "d"}, {"a", "b"}}).hash());
}

TEST(Names, FollowPrometheusClassicRules) {
  EXPECT_TRUE(is_valid_metric_name("job:up:sum"));
  EXPECT_FALSE(is_valid_metric_name("1up"));
  EXPECT_FALSE(is_valid_metric_name("a.b"));
  EXPECT_TRUE(is_valid_label_name("_a1"));
  EXPECT_FALSE(is_valid_label_name("a:b"));
  EXPECT_FALSE(is_valid_label_name(""));
}

}  // namespace
}  // namespace tributary
