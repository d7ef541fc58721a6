#include "collector/service/wiring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/service/fake_components.h"
#include "config/yaml.h"

namespace tributary::collector {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A receiver whose series carry no label of the task, and an exporter of a profile that sends all
// labels there are, or also attributes.
struct TaskConfig : fake::Config {
  std::vector<std::string> identity() const { return {"task.arn"}; }
};
struct WriteConfig : fake::Config {
  CompatName compat;
  bool attributes = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("compat", compat, "whose names");
    f.optional("attributes", attributes, "as labels");
  }
  std::optional<Compat> profile() const { return compat.value; }
  std::string lost_identity(const std::vector<std::string>&) const {
    return attributes ? "" : "attributes: true";
  }
};

struct Read {
  explicit Read(std::string text) {
    Registry registry = fake::registry();
    registry.add(make_receiver<TaskConfig, fake::FakeReceiver>("task"));
    registry.add(make_exporter<WriteConfig, fake::FakeExporter>("write"));
    config::Diagnostics diagnostics;
    const config::Node node = config::parse(std::move(text), "c.yaml", diagnostics);
    document = read_document(node, registry, diagnostics);
    messages = diagnostics.render();
  }
  Compat compat(const char* receiver) const { return compat_for(document, {receiver, ""}); }

  Document document;
  std::string messages;
};

TEST(Wiring, GivesAReceiverTheProfileOfItsExporter) {
  const Read read(
      "receivers: {prometheus: , task: }\n"
      "exporters: {debug: , write: {compat: adot-0.12}}\n"
      "service:\n"
      "  pipelines:\n"
      "    metrics: {receivers: [prometheus], exporters: [debug]}\n"
      "    metrics/ecs: {receivers: [task], exporters: [debug, write]}\n");

  EXPECT_EQ(read.compat("prometheus"), Compat::adot_0_49);
  EXPECT_EQ(read.compat("task"), Compat::adot_0_12);
}

TEST(Wiring, TakesTheOldestOfSeveralProfilesAndSaysSo) {
  const Read read(
      "receivers:\n"
      "  prometheus:\n"
      "exporters: {write: , write/old: {compat: adot-0.35}, write/older: {compat: adot-0.12}}\n"
      "service:\n"
      "  pipelines:\n"
      "    metrics: {receivers: [prometheus], exporters: [write, write/old]}\n"
      "    metrics/2: {receivers: [prometheus], exporters: [write/older]}\n");

  EXPECT_EQ(read.compat("prometheus"), Compat::adot_0_12);
  EXPECT_THAT(read.messages,
              HasSubstr("c.yaml:2:3: warning: \"prometheus\": its exporters differ in compat "
                        "(write/older sends adot-0.12, write/old sends adot-0.35, write sends "
                        "adot-0.49); what it makes is that of adot-0.12"));
}

TEST(Wiring, WarnsOfSeriesThatBecomeOneWithTheSettingThatMendsIt) {
  const std::string receivers = "receivers: {prometheus: , task: }\nexporters:\n  write:";
  const std::string service =
      "\n  debug:\nservice:\n"
      "  pipelines:\n"
      "    metrics: {receivers: [prometheus, task], exporters: [debug, write]}\n";

  EXPECT_THAT(Read(receivers + service).messages,
              AllOf(HasSubstr("c.yaml:3:3: warning: \"write\": the series of \"task\" have no "
                              "label that tells one source from another"),
                    HasSubstr("add below it: attributes: true"), Not(HasSubstr("debug"))));
  EXPECT_THAT(Read(receivers + " {attributes: true}" + service).messages, IsEmpty());
}

}  // namespace
}  // namespace tributary::collector
