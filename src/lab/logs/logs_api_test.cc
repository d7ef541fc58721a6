#include "lab/logs/logs_api.h"

#include <gmock/gmock.h>

#include "base/json_text.h"
#include "base/temporary_directory.h"
#include "config/json.h"
#include "lab/api/fake_authority.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab::logs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LogsApiTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = LogStore::open(disk_, directory_.path() + "/logs", loop_.clock(), Logger());
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = std::move(*opened);
    api_ = std::make_unique<LogsApi>(*store_, authority_, loop_);
  }

  ApiAnswer call(std::string operation, std::string parameters,
                 const Caller& caller = workload_caller()) {
    config::Diagnostics diagnostics;
    ApiCall call{.operation = std::move(operation),
                 .parameters = config::parse_json(std::move(parameters), "body", diagnostics),
                 .caller = caller};
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    return net::run_task(loop_, api_->handle(std::move(call)));
  }
  // Of a call that succeeds.
  config::Node answer(std::string operation, std::string parameters) {
    const ApiAnswer answered = call(std::move(operation), std::move(parameters));
    EXPECT_EQ(answered.error_type, "") << answered.body;
    config::Diagnostics diagnostics;
    config::Node node = config::parse_json(answered.body, "answer", diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << answered.body;
    return node;
  }
  // "<error>: <message>"
  std::string error(std::string operation, std::string parameters) {
    const ApiAnswer answered = call(std::move(operation), std::move(parameters));
    return answered.error_type + ": " + answered.body;
  }

  std::int64_t now_ms() { return to_ms(loop_.clock().now()); }
  void create(const std::string& group, const std::vector<std::string>& streams = {}) {
    answer("CreateLogGroup", R"({"logGroupName":")" + group + R"("})");
    for (const std::string& stream : streams)
      answer("CreateLogStream",
             R"({"logGroupName":")" + group + R"(","logStreamName":")" + stream + R"("})");
  }
  // Events at so many seconds before now.
  config::Node put(const std::string& stream,
                   const std::vector<std::pair<int, std::string>>& lines) {
    std::string events;
    for (const auto& [ago_s, message] : lines)
      events += std::string(events.empty() ? "" : ",") + R"({"timestamp":)" +
                std::to_string(now_ms() - ago_s * 1000) + R"(,"message":)" + json_string(message) +
                "}";
    return answer("PutLogEvents", R"({"logGroupName":"/ecs/demo","logStreamName":")" + stream +
                                      R"(","logEvents":[)" + events + "]}");
  }
  static std::vector<std::string> texts(const config::Node& list, std::string_view key) {
    std::vector<std::string> out;
    for (const config::Node& element : list.elements()) out.push_back(element.find(key)->text());
    return out;
  }
  static std::vector<std::string> messages(const config::Node& page) {
    return texts(*page.find("events"), "message");
  }
  static std::string text(const config::Node& node, std::string_view key) {
    return node.find(key) == nullptr ? "" : node.find(key)->text();
  }

  TemporaryDirectory directory_;
  RealDisk disk_;
  net::FakeLoop loop_;
  FakeAuthority authority_;
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<LogsApi> api_;
};

TEST_F(LogsApiTest, CreatesAndDescribesGroups) {
  create("/ecs/demo");
  create("/ecs/Other");
  answer("PutRetentionPolicy", R"({"logGroupName":"/ecs/demo","retentionInDays":7})");

  const config::Node all = answer("DescribeLogGroups", "{}");
  const config::Node& demo = all.find("logGroups")->elements().back();

  EXPECT_THAT(texts(*all.find("logGroups"), "logGroupName"),
              ElementsAre("/ecs/Other", "/ecs/demo"));
  EXPECT_EQ(text(demo, "arn"), "arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/demo:*");
  EXPECT_EQ(text(demo, "creationTime"), std::to_string(now_ms()));
  EXPECT_EQ(text(demo, "retentionInDays"), "7");
  const auto named = [&](const char* parameters) {
    const config::Node found = answer("DescribeLogGroups", parameters);
    return texts(*found.find("logGroups"), "logGroupName");
  };
  EXPECT_THAT(named(R"({"logGroupNamePrefix":"/ecs/d"})"), ElementsAre("/ecs/demo"));
  EXPECT_THAT(named(R"({"logGroupNamePattern":"OTHER"})"), ElementsAre("/ecs/Other"));
  EXPECT_THAT(named(R"({"logGroupNamePrefix":"ecs"})"), IsEmpty());
}

TEST_F(LogsApiTest, GivesGroupsPageByPage) {
  for (const char* name : {"a", "b", "c"}) create(name);

  const config::Node first = answer("DescribeLogGroups", R"({"limit":2})");
  const config::Node second = answer(
      "DescribeLogGroups", R"({"limit":2,"nextToken":")" + text(first, "nextToken") + R"("})");

  EXPECT_THAT(texts(*first.find("logGroups"), "logGroupName"), ElementsAre("a", "b"));
  EXPECT_THAT(texts(*second.find("logGroups"), "logGroupName"), ElementsAre("c"));
  EXPECT_EQ(second.find("nextToken"), nullptr);
  EXPECT_THAT(error("DescribeLogGroups", R"({"nextToken":"?"})"),
              HasSubstr("The specified nextToken is invalid."));
}

TEST_F(LogsApiTest, KeepsAccountsAndRegionsApart) {
  create("/ecs/demo");

  EXPECT_EQ(call("DescribeLogGroups", "{}", central_caller()).body, R"({"logGroups":[]})");
  Caller elsewhere = workload_caller();
  elsewhere.region = "us-east-1";
  EXPECT_EQ(call("DescribeLogGroups", "{}", elsewhere).body, R"({"logGroups":[]})");
}

TEST_F(LogsApiTest, RefusesInTheWordsOfCloudWatch) {
  create("/ecs/demo", {"s"});

  EXPECT_EQ(error("CreateLogGroup", R"({"logGroupName":"/ecs/demo"})"),
            "ResourceAlreadyExistsException: The specified log group already exists");
  EXPECT_EQ(error("CreateLogStream", R"({"logGroupName":"/ecs/demo","logStreamName":"s"})"),
            "ResourceAlreadyExistsException: The specified log stream already exists");
  EXPECT_EQ(error("DeleteLogGroup", R"({"logGroupName":"none"})"),
            "ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_EQ(error("GetLogEvents", R"({"logGroupName":"/ecs/demo","logStreamName":"none"})"),
            "ResourceNotFoundException: The specified log stream does not exist.");
  EXPECT_EQ(error("CreateLogGroup", R"({"logGroupName":"a b"})"),
            "InvalidParameterException: 1 validation error detected: Value 'a b' at "
            "'logGroupName' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: [\\.\\-_/#A-Za-z0-9]+");
  EXPECT_THAT(error("CreateLogStream", R"({"logGroupName":"/ecs/demo","logStreamName":"a:b"})"),
              HasSubstr("[^:*]*"));
  EXPECT_THAT(error("CreateLogGroup", "{}"), HasSubstr("logGroupName"));
  EXPECT_THAT(error("CreateLogGroup", R"({"logGroupName":"a","kmsKeyId":"k"})"),
              HasSubstr("kmsKeyId"));
  EXPECT_THAT(error("PutRetentionPolicy", R"({"logGroupName":"/ecs/demo","retentionInDays":2})"),
              HasSubstr("InvalidParameterException: Invalid retention value 2"));
  EXPECT_THAT(error("StartQuery", "{}"), HasSubstr("UnknownOperationException"));
}

TEST_F(LogsApiTest, AsksWhetherTheCallerMayOnTheArnThatAwsNames) {
  create("/ecs/demo", {"ecs/app/1"});
  put("ecs/app/1", {{0, "x"}});
  answer("TagResource", R"({"resourceArn":"arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/demo",
                            "tags":{"team":"blue"}})");
  answer("FilterLogEvents", R"({"logGroupName":"/ecs/demo"})");
  answer("DescribeLogGroups", "{}");

  std::vector<std::string> asked;
  for (const Question& question : authority_.questions)
    asked.push_back(question.action + " " + question.resource);
  const std::string group = "arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/demo:log-stream:";

  EXPECT_THAT(asked, ElementsAre("logs:CreateLogGroup " + group,
                                 "logs:CreateLogStream " + group + "ecs/app/1",
                                 "logs:PutLogEvents " + group + "ecs/app/1",
                                 "logs:TagResource " + group, "logs:FilterLogEvents " + group,
                                 "logs:DescribeLogGroups "
                                 "arn:aws:logs:eu-west-1:111111111111:log-group::log-stream:"));
  EXPECT_EQ(authority_.questions[3].context.at("aws:RequestTag/team"), "blue");
  EXPECT_EQ(authority_.questions[4].context.at("aws:ResourceTag/team"), "blue");
}

TEST_F(LogsApiTest, DoesNothingThatIsDenied) {
  create("/ecs/demo", {"s"});
  authority_.deny("logs:DeleteLogGroup");
  authority_.deny("logs:TagResource");

  EXPECT_THAT(error("DeleteLogGroup", R"({"logGroupName":"/ecs/demo"})"),
              HasSubstr("AccessDeniedException: User: "));
  EXPECT_THAT(error("CreateLogGroup", R"({"logGroupName":"tagged","tags":{"a":"b"}})"),
              HasSubstr("AccessDeniedException"));

  EXPECT_THAT(answer("DescribeLogGroups", "{}").find("logGroups")->elements(), SizeIs(1));
}

TEST_F(LogsApiTest, DescribesStreamsByNameAndByTime) {
  create("/ecs/demo", {"a", "b", "c"});
  put("a", {{10, "1"}, {5, "2"}});
  put("b", {{20, "3"}});
  const auto names = [&](const std::string& parameters) {
    const config::Node found =
        answer("DescribeLogStreams", R"({"logGroupName":"/ecs/demo",)" + parameters + "}");
    return texts(*found.find("logStreams"), "logStreamName");
  };

  EXPECT_THAT(names(R"("limit":50)"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names(R"("orderBy":"LastEventTime","descending":true)"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names(R"("orderBy":"LastEventTime")"), ElementsAre("c", "b", "a"));
  EXPECT_THAT(names(R"("logStreamNamePrefix":"b")"), ElementsAre("b"));
  const config::Node first = answer("DescribeLogStreams",
                                    R"({"logGroupName":"/ecs/demo","orderBy":"LastEventTime",
                                        "descending":true,"limit":1})");
  const config::Node& a = first.find("logStreams")->elements().front();
  EXPECT_EQ(text(a, "firstEventTimestamp"), std::to_string(now_ms() - 10'000));
  EXPECT_EQ(text(a, "lastEventTimestamp"), std::to_string(now_ms() - 5'000));
  EXPECT_EQ(text(a, "lastIngestionTime"), std::to_string(now_ms()));
  EXPECT_THAT(names(R"("orderBy":"LastEventTime","descending":true,"nextToken":")" +
                    text(first, "nextToken") + "\""),
              ElementsAre("b", "c"));
  EXPECT_THAT(error("DescribeLogStreams", R"({"logGroupName":"/ecs/demo",
                    "orderBy":"LastEventTime","logStreamNamePrefix":"a"})"),
              HasSubstr("Cannot order by LastEventTime with a logStreamNamePrefix."));
}

TEST_F(LogsApiTest, ReadsAStreamForwardsFromItsHead) {
  create("/ecs/demo", {"s"});
  put("s", {{5, "1"}, {4, "2"}, {3, "3"}});
  const std::string base = R"({"logGroupName":"/ecs/demo","logStreamName":"s","limit":2)";

  const config::Node first = answer("GetLogEvents", base + R"(,"startFromHead":true})");
  const auto next = [&](const config::Node& page) {
    return answer("GetLogEvents", base + R"(,"startFromHead":true,"nextToken":")" +
                                      text(page, "nextForwardToken") + "\"}");
  };
  const config::Node second = next(first);
  const config::Node third = next(second);
  put("s", {{0, "4"}});
  const config::Node fourth = next(third);

  EXPECT_THAT(messages(first), ElementsAre("1", "2"));
  EXPECT_THAT(messages(second), ElementsAre("3"));
  EXPECT_THAT(messages(third), IsEmpty());
  EXPECT_EQ(text(third, "nextForwardToken"), text(second, "nextForwardToken"));
  EXPECT_THAT(messages(fourth), ElementsAre("4"));
  EXPECT_EQ(text(first.find("events")->elements().front(), "timestamp"),
            std::to_string(now_ms() - 5'000));
}

TEST_F(LogsApiTest, ReadsAStreamBackwardsFromItsEnd) {
  create("/ecs/demo", {"s"});
  put("s", {{5, "1"}, {4, "2"}, {3, "3"}});
  const std::string base = R"({"logGroupName":"/ecs/demo","logStreamName":"s","limit":2)";

  const config::Node last = answer("GetLogEvents", base + "}");
  const auto before = [&](const config::Node& page) {
    return answer("GetLogEvents",
                  base + R"(,"nextToken":")" + text(page, "nextBackwardToken") + "\"}");
  };
  const config::Node earlier = before(last);
  const config::Node nothing = before(earlier);
  const config::Node again = answer(
      "GetLogEvents", base + R"(,"nextToken":")" + text(nothing, "nextForwardToken") + "\"}");

  EXPECT_THAT(messages(last), ElementsAre("2", "3"));
  EXPECT_THAT(messages(earlier), ElementsAre("1"));
  EXPECT_THAT(messages(nothing), IsEmpty());
  EXPECT_THAT(messages(again), ElementsAre("1", "2"));
}

TEST_F(LogsApiTest, ReadsBetweenTimes) {
  create("/ecs/demo", {"s"});
  put("s", {{5, "1"}, {4, "2"}, {3, "3"}});
  const std::string range = R"(,"startTime":)" + std::to_string(now_ms() - 5'000) +
                            R"(,"endTime":)" + std::to_string(now_ms() - 3'000) + "}";

  EXPECT_THAT(messages(answer("GetLogEvents",
                              R"({"logGroupName":"/ecs/demo","logStreamName":"s")" + range)),
              ElementsAre("1", "2"));
  EXPECT_THAT(messages(answer("FilterLogEvents", R"({"logGroupName":"/ecs/demo")" + range)),
              ElementsAre("1", "2"));
  EXPECT_THAT(error("GetLogEvents",
                    R"({"logGroupName":"/ecs/demo","logStreamName":"s","nextToken":"f/1/s"})"),
              HasSubstr("The specified nextToken is invalid."));
  EXPECT_THAT(error("FilterLogEvents", R"({"logGroupName":"/ecs/demo","limit":10001})"),
              HasSubstr("less than or equal to 10000"));
}

TEST_F(LogsApiTest, MergesTheStreamsOfAGroupByTime) {
  create("/ecs/demo", {"a", "b", "c"});
  put("a", {{9, "a1"}, {6, "a2"}, {6, "a3"}});
  put("b", {{8, "b1"}, {6, "b2"}});
  std::vector<std::string> all;
  std::vector<std::string> ids;
  std::string token;
  do {
    const config::Node page =
        answer("FilterLogEvents", R"({"logGroupName":"/ecs/demo","limit":2)" +
                                      (token.empty() ? "}" : R"(,"nextToken":")" + token + "\"}"));
    for (std::string& message : messages(page)) all.push_back(std::move(message));
    for (std::string& id : texts(*page.find("events"), "eventId")) ids.push_back(std::move(id));
    token = text(page, "nextToken");
  } while (!token.empty());

  EXPECT_THAT(all, ElementsAre("a1", "b1", "a2", "a3", "b2"));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(ids.front().size(), 56U);
  const auto in = [&](const char* parameters) {
    return messages(
        answer("FilterLogEvents", R"({"logGroupName":"/ecs/demo",)" + std::string(parameters)));
  };
  EXPECT_THAT(in(R"("logStreamNames":["b","b"]})"), ElementsAre("b1", "b2"));
  EXPECT_THAT(in(R"("logStreamNamePrefix":"a"})"), ElementsAre("a1", "a2", "a3"));
  EXPECT_THAT(error("FilterLogEvents", R"({"logGroupName":"/ecs/demo","logStreamNames":["x"]})"),
              HasSubstr("log stream does not exist"));
}

TEST_F(LogsApiTest, FiltersByPattern) {
  create("/ecs/demo", {"s"});
  put("s", {{5, "GET / 200"}, {4, "ERROR disk full"}, {3, R"({"level":"error","code":503})"}});
  const auto filtered = [&](const std::string& pattern) {
    return messages(answer("FilterLogEvents", R"({"logGroupName":"/ecs/demo","filterPattern":)" +
                                                  json_string(pattern) + "}"));
  };

  EXPECT_THAT(filtered("ERROR"), ElementsAre("ERROR disk full"));
  EXPECT_THAT(filtered("{ $.code >= 500 }"), ElementsAre(R"({"level":"error","code":503})"));
  EXPECT_THAT(filtered("[method, path, status = 2*]"), ElementsAre("GET / 200"));
  EXPECT_THAT(error("FilterLogEvents", R"({"logGroupName":"/ecs/demo","filterPattern":"{ $"})"),
              HasSubstr("InvalidParameterException: Invalid filter pattern"));
}

TEST_F(LogsApiTest, RejectsEventsThatAreTooOldOrTooNew) {
  create("/ecs/demo", {"s"});
  answer("PutRetentionPolicy", R"({"logGroupName":"/ecs/demo","retentionInDays":1})");

  const config::Node fresh = put("s", {{0, "now"}, {-3 * 3600, "too new"}});
  const config::Node old = put("s", {{25 * 3600, "expired"}, {2 * 3600, "kept"}});
  const config::Node ancient = put("s", {{15 * 86'400, "too old"}});

  EXPECT_EQ(text(*fresh.find("rejectedLogEventsInfo"), "tooNewLogEventStartIndex"), "1");
  EXPECT_EQ(text(*old.find("rejectedLogEventsInfo"), "expiredLogEventEndIndex"), "1");
  EXPECT_EQ(text(*ancient.find("rejectedLogEventsInfo"), "tooOldLogEventEndIndex"), "1");
  EXPECT_THAT(messages(answer("FilterLogEvents", R"({"logGroupName":"/ecs/demo"})")),
              ElementsAre("kept", "now"));
}

TEST_F(LogsApiTest, RefusesBatchesThatAreNoGood) {
  create("/ecs/demo", {"s"});
  const auto refusal_of = [&](const std::string& events) {
    return error(
        "PutLogEvents",
        R"({"logGroupName":"/ecs/demo","logStreamName":"s","logEvents":[)" + events + "]}");
  };
  const std::string now = std::to_string(now_ms());
  const std::string event = R"({"timestamp":)" + now + R"(,"message":"x"})";

  EXPECT_THAT(refusal_of(""), HasSubstr("InvalidParameterException"));
  EXPECT_THAT(refusal_of(event + R"(,{"timestamp":1,"message":"x"})"),
              HasSubstr("must be in chronological order."));
  EXPECT_THAT(refusal_of(R"({"timestamp":1,"message":"x"},)" + event),
              HasSubstr("cannot span more than 24 hours."));
  EXPECT_THAT(refusal_of(R"({"timestamp":)" + now + R"(,"message":""})"),
              HasSubstr("must not be empty"));
  EXPECT_THAT(refusal_of(R"({"timestamp":)" + now + R"(,"message":")" +
                         std::string(1'048'551, 'x') + "\"}"),
              HasSubstr("Upload too large: 1048577 bytes exceeds limit of 1048576"));
}

TEST_F(LogsApiTest, TagsGroupsByArnAndByName) {
  create("/ecs/demo");
  const std::string arn =
      R"({"resourceArn":"arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/demo:*")";

  answer("TagResource", arn + R"(,"tags":{"team":"blue","a":"b"}})");
  answer("TagLogGroup", R"({"logGroupName":"/ecs/demo","tags":{"team":"red"}})");
  answer("UntagResource", arn + R"(,"tagKeys":["a"]})");

  EXPECT_EQ(call("ListTagsForResource", arn + "}").body, R"({"tags":{"team":"red"}})");
  EXPECT_EQ(call("ListTagsLogGroup", R"({"logGroupName":"/ecs/demo"})").body,
            R"({"tags":{"team":"red"}})");
  EXPECT_THAT(error("TagResource", arn + R"(,"tags":{"aws:x":"y"}})"),
              HasSubstr("InvalidParameterException"));
  EXPECT_THAT(error("TagResource", R"({"resourceArn":"arn:aws:s3:::b","tags":{"a":"b"}})"),
              HasSubstr("is not of a log group"));
}

TEST_F(LogsApiTest, LeavesNothingOfADeletedGroup) {
  create("/ecs/demo", {"s"});
  put("s", {{0, "x"}});

  answer("DeleteLogStream", R"({"logGroupName":"/ecs/demo","logStreamName":"s"})");
  answer("DeleteLogGroup", R"({"logGroupName":"/ecs/demo"})");

  EXPECT_EQ(call("DescribeLogGroups", "{}").body, R"({"logGroups":[]})");
  EXPECT_THAT(*disk_.list(directory_.path() + "/logs"), IsEmpty());
}

}  // namespace
}  // namespace tributary::lab::logs
