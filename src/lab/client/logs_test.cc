#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/client/commands.h"
#include "lab/client/testing.h"

namespace tributary::lab::client {
namespace {

using testing::HasSubstr;

std::string event(const std::string& id, std::int64_t time_ms, const std::string& stream,
                  const std::string& message) {
  return R"({"eventId":")" + id + R"(","timestamp":)" + std::to_string(time_ms) +
         R"(,"logStreamName":")" + stream + R"(","message":")" + message + "\"}";
}

// Two containers with logs, one without; two tasks.
struct Project : FakeAws {
  Project() {
    answer(
        "DescribeServices",
        R"({"services":[{"status":"ACTIVE","serviceName":"demo","taskDefinition":"td/demo:1"}]})");
    const auto container = [](const std::string& name) {
      return R"({"name":")" + name + R"(","logConfiguration":{"logDriver":"awslogs","options":)" +
             R"({"awslogs-group":"/g","awslogs-region":"eu-west-1","awslogs-stream-prefix":"p"}}})";
    };
    answer("DescribeTaskDefinition", R"({"taskDefinition":{"containerDefinitions":[)" +
                                         container("app") + "," + container("collector") +
                                         R"(,{"name":"silent"}]}})");
    answers["ListTasks"] = [this](const config::Node& body) -> std::string {
      if (text_of(body, "desiredStatus") != "RUNNING") return R"({"taskArns":[]})";
      return R"({"taskArns":[)" + tasks + "]}";
    };
    answers["DescribeTasks"] = [](const config::Node& body) {
      std::string all;
      for (const std::string& arn : texts_of(body, "tasks"))
        all += (all.empty() ? "" : ",") + (R"({"taskArn":")" + arn + "\"}");
      return R"({"tasks":[)" + all + "]}";
    };
    answers["FilterLogEvents"] = [this](const config::Node& body) {
      const bool of_app = text_of(body, "logStreamNamePrefix").starts_with("p/app/");
      return R"({"events":[)" + (of_app ? app_events : "") + "]}";
    };
  }

  LogOptions options(const std::string& container) const {
    return {.place = {"default", "demo"}, .container = container};
  }

  std::string tasks = R"("task/default/t1")";
  std::string app_events = event("1", 1000, "p/app/t1", "first") + "," +
                           event("3", 3000, "p/app/t1", "third") + "," +
                           event("2", 2000, "p/app/other-project", "not ours");
};

TEST(Logs, PrintTheLinesOfOneContainer) {
  Project aws;

  const auto done = aws.run(logs(aws.session, aws.options("app")));

  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(aws.printed, "first\nthird\n");
  EXPECT_EQ(text_of(aws.body_of("FilterLogEvents"), "logGroupName"), "/g");
}

TEST(Logs, NameContainersAndTasksWhereThereAreSeveral) {
  Project aws;
  aws.tasks += R"(,"task/default/t2")";
  aws.app_events += "," + event("4", 2500, "p/app/t2", "second");
  LogOptions options = aws.options("");
  options.timestamps = true;

  ASSERT_TRUE(aws.run(logs(aws.session, options)));

  EXPECT_EQ(aws.printed,
            "1970-01-01T00:00:01.000Z\tapp/t1 | first\n"
            "1970-01-01T00:00:02.500Z\tapp/t2 | second\n"
            "1970-01-01T00:00:03.000Z\tapp/t1 | third\n");
}

TEST(Logs, PassTheFiltersOn) {
  Project aws;
  LogOptions options = aws.options("app");
  options.task_id = "t9";
  options.filter_pattern = "ERROR";
  options.start_ms = 5;
  options.end_ms = 9;

  ASSERT_TRUE(aws.run(logs(aws.session, options)));

  const config::Node& body = aws.body_of("FilterLogEvents");
  EXPECT_EQ(text_of(body, "logStreamNamePrefix"), "p/app/t9");
  EXPECT_EQ(text_of(body, "filterPattern"), "ERROR");
  EXPECT_EQ(number_of(body, "startTime"), 5);
  EXPECT_EQ(number_of(body, "endTime"), 9);
}

TEST(Logs, FollowUntilStoppedAndPrintEachEventOnce) {
  Project aws;
  int reads = 0;
  aws.answers["FilterLogEvents"] = [&](const config::Node& body) {
    if (++reads == 2) aws.app_events += "," + event("5", 2900, "p/app/t1", "late");
    if (reads == 3) {
      EXPECT_EQ(number_of(body, "startTime"), 0) << "a little before the last event";
      aws.stop.request_stop();
    }
    return R"({"events":[)" + aws.app_events + "]}";
  };
  LogOptions options = aws.options("app");
  options.follow = true;

  ASSERT_TRUE(aws.run(logs(aws.session, options)));

  EXPECT_EQ(aws.printed, "first\nthird\nlate\n");
}

TEST(Logs, SayWhatIsNotThere) {
  Project aws;
  const auto refuses = [&aws](const std::string& container, const std::string& message) {
    const auto done = aws.run(logs(aws.session, aws.options(container)));
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message(), HasSubstr(message));
  };

  refuses("colector", "there is no service \"colector\"; did you mean \"collector\"?");
  refuses("silent", "the service silent keeps no logs");
  aws.answer("DescribeServices", R"({"services":[]})");
  refuses("app", "there is no project \"demo\" in the cluster default");
}

}  // namespace
}  // namespace tributary::lab::client
