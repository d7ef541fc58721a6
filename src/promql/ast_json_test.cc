#include "promql/ast_json.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "promql/parser.h"
#include "promql/testing/parse_check.h"

namespace tributary::promql {
namespace {

struct Case {
  std::string_view query;
  std::string_view json;
};

rapidjson::Document document(std::string_view text) {
  rapidjson::Document out;
  out.Parse(text.data(), text.size());
  return out;
}

// As Prometheus 3 answers parse_query.
const std::vector<Case> kTrees = {
    {"foo{a=\"b\"} offset -5m @ 7",
     R"j({"anchored":false, "matchers":[{"name":"a", "type":"=", "value":"b"}, {"name":"__name__",
"type":"=", "value":"foo"}], "name":"foo", "offset":-300000, "offsetExpr":null,
"smoothed":false, "startOrEnd":null, "timestamp":7000, "type":"vectorSelector"})j"},
    {"rate(foo[5m] @ start())",
     R"j({"args":[{"anchored":false, "matchers":[{"name":"__name__", "type":"=", "value":"foo"}],
"name":"foo", "offset":0, "offsetExpr":null, "range":300000, "rangeExpr":null,
"smoothed":false, "startOrEnd":"start", "timestamp":null, "type":"matrixSelector"}],
"func":{"argTypes":["matrix"], "name":"rate", "returnType":"vector", "variadic":0},
"type":"call"})j"},
    {"sum by (a) (x)",
     R"j({"expr":{"anchored":false, "matchers":[{"name":"__name__", "type":"=", "value":"x"}],
"name":"x", "offset":0, "offsetExpr":null, "smoothed":false, "startOrEnd":null,
"timestamp":null, "type":"vectorSelector"}, "grouping":["a"], "op":"sum", "param":null,
"type":"aggregation", "without":false})j"},
    {"topk without (b) (3, x)",
     R"j({"expr":{"anchored":false, "matchers":[{"name":"__name__", "type":"=", "value":"x"}],
"name":"x", "offset":0, "offsetExpr":null, "smoothed":false, "startOrEnd":null,
"timestamp":null, "type":"vectorSelector"}, "grouping":["b"], "op":"topk",
"param":{"type":"numberLiteral", "val":"3"}, "type":"aggregation", "without":true})j"},
    {"a / on (x) group_left (y) b",
     R"j({"bool":false, "lhs":{"anchored":false, "matchers":[{"name":"__name__", "type":"=",
"value":"a"}], "name":"a", "offset":0, "offsetExpr":null, "smoothed":false,
"startOrEnd":null, "timestamp":null, "type":"vectorSelector"},
"matching":{"card":"many-to-one", "fillValues":{"lhs":null, "rhs":null}, "include":["y"],
"labels":["x"], "on":true}, "op":"/", "rhs":{"anchored":false,
"matchers":[{"name":"__name__", "type":"=", "value":"b"}], "name":"b", "offset":0,
"offsetExpr":null, "smoothed":false, "startOrEnd":null, "timestamp":null,
"type":"vectorSelector"}, "type":"binaryExpr"})j"},
    {"a + fill_left (1.5) b",
     R"j({"bool":false, "lhs":{"anchored":false, "matchers":[{"name":"__name__", "type":"=",
"value":"a"}], "name":"a", "offset":0, "offsetExpr":null, "smoothed":false,
"startOrEnd":null, "timestamp":null, "type":"vectorSelector"},
"matching":{"card":"one-to-one", "fillValues":{"lhs":1.5, "rhs":null}, "include":[],
"labels":[], "on":false}, "op":"+", "rhs":{"anchored":false,
"matchers":[{"name":"__name__", "type":"=", "value":"b"}], "name":"b", "offset":0,
"offsetExpr":null, "smoothed":false, "startOrEnd":null, "timestamp":null,
"type":"vectorSelector"}, "type":"binaryExpr"})j"},
    {"-(1 + 2)",
     R"j({"expr":{"expr":{"bool":false, "lhs":{"type":"numberLiteral", "val":"1"}, "matching":null,
"op":"+", "rhs":{"type":"numberLiteral", "val":"2"}, "type":"binaryExpr"},
"type":"parenExpr"}, "op":"-", "type":"unaryExpr"})j"},
    {"max_over_time(foo[1h:5m] @ end() offset 1m)",
     R"j({"args":[{"expr":{"anchored":false, "matchers":[{"name":"__name__", "type":"=",
"value":"foo"}], "name":"foo", "offset":0, "offsetExpr":null, "smoothed":false,
"startOrEnd":null, "timestamp":null, "type":"vectorSelector"}, "offset":60000,
"offsetExpr":null, "range":3600000, "rangeExpr":null, "startOrEnd":"end", "step":300000,
"stepExpr":null, "timestamp":null, "type":"subquery"}], "func":{"argTypes":["matrix"],
"name":"max_over_time", "returnType":"vector", "variadic":0}, "type":"call"})j"},
    {"foo[5m * step():(5)] offset -min_of(1m, range())",
     R"j({"expr":{"anchored":false, "matchers":[{"name":"__name__", "type":"=", "value":"foo"}],
"name":"foo", "offset":0, "offsetExpr":null, "smoothed":false, "startOrEnd":null,
"timestamp":null, "type":"vectorSelector"}, "offset":0, "offsetExpr":{"lhs":null,
"op":"-", "rhs":{"lhs":{"duration":true, "type":"numberLiteral", "val":"60"},
"op":"min_of", "rhs":{"lhs":null, "op":"range", "rhs":null, "type":"durationExpr",
"wrapped":false}, "type":"durationExpr", "wrapped":false}, "type":"durationExpr",
"wrapped":false}, "range":0, "rangeExpr":{"lhs":{"duration":true, "type":"numberLiteral",
"val":"300"}, "op":"*", "rhs":{"lhs":null, "op":"step", "rhs":null, "type":"durationExpr",
"wrapped":false}, "type":"durationExpr", "wrapped":false}, "startOrEnd":null, "step":0,
"stepExpr":{"lhs":null, "op":"+", "rhs":{"duration":false, "type":"numberLiteral",
"val":"5"}, "type":"durationExpr", "wrapped":true}, "timestamp":null, "type":"subquery"})j"},
    {"label_join(foo, \"a\\\"b\", \"-\", \"x\")",
     R"j({"args":[{"anchored":false, "matchers":[{"name":"__name__", "type":"=", "value":"foo"}],
"name":"foo", "offset":0, "offsetExpr":null, "smoothed":false, "startOrEnd":null,
"timestamp":null, "type":"vectorSelector"}, {"type":"stringLiteral", "val":"a\"b"},
{"type":"stringLiteral", "val":"-"}, {"type":"stringLiteral", "val":"x"}],
"func":{"argTypes":["vector", "string", "string", "string"], "name":"label_join",
"returnType":"vector", "variadic":-1}, "type":"call"})j"},
    {"foo[5m] smoothed",
     R"j({"anchored":false, "matchers":[{"name":"__name__", "type":"=", "value":"foo"}],
"name":"foo", "offset":0, "offsetExpr":null, "range":300000, "rangeExpr":null,
"smoothed":true, "startOrEnd":null, "timestamp":null, "type":"matrixSelector"})j"},
    {"a and b",
     R"j({"bool":false, "lhs":{"anchored":false, "matchers":[{"name":"__name__", "type":"=",
"value":"a"}], "name":"a", "offset":0, "offsetExpr":null, "smoothed":false,
"startOrEnd":null, "timestamp":null, "type":"vectorSelector"},
"matching":{"card":"many-to-many", "fillValues":{"lhs":null, "rhs":null}, "include":[],
"labels":[], "on":false}, "op":"and", "rhs":{"anchored":false,
"matchers":[{"name":"__name__", "type":"=", "value":"b"}], "name":"b", "offset":0,
"offsetExpr":null, "smoothed":false, "startOrEnd":null, "timestamp":null,
"type":"vectorSelector"}, "type":"binaryExpr"})j"},
};

TEST(AstJson, ShowsTheTree) {
  for (const Case& one : kTrees) {
    const auto parsed = parse(one.query, testing::all_features());
    ASSERT_TRUE(parsed) << one.query << ": " << parsed.error().message();
    std::string json;
    append_json(json, **parsed);
    const rapidjson::Document got = document(json);
    ASSERT_FALSE(got.HasParseError()) << json;
    EXPECT_EQ(got, document(one.json)) << one.query << "\n" << json;
  }
}

TEST(AstJson, HasNoWordForInfiniteFillValues) {
  const auto parsed = parse("a + fill (Inf) b", testing::all_features());
  ASSERT_TRUE(parsed) << parsed.error().message();

  std::string json;
  append_json(json, **parsed);

  EXPECT_NE(json.find(R"("fillValues":{"lhs":null,"rhs":null})"), std::string::npos) << json;
}

}  // namespace
}  // namespace tributary::promql
