#include "promql/testing/script_runner.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "promql/function.h"
#include "promql/printer.h"
#include "promql/testing/custom_buckets.h"
#include "promql/testing/memory_store.h"
#include "promql/testing/result_check.h"
#include "promql/testing/script.h"

namespace tributary::promql::testing {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

Result<void> append_value(ScriptStore& store, const Labels& labels, std::int64_t time_ms,
                          const SequenceValue& value, std::int64_t start_ms) {
  if (value.histogram) return store.append(labels, time_ms, *value.histogram, start_ms);
  return store.append(labels, {time_ms, value.value}, start_ms);
}

Result<void> load(const LoadCommand& command, ScriptStore& store) {
  for (const LoadCommand::Series& series : command.series) {
    for (std::size_t i = 0; i < series.text.values.size(); ++i) {
      const SequenceValue& value = series.text.values[i];
      if (value.omitted) continue;
      const std::int64_t time_ms = static_cast<std::int64_t>(i) * command.interval_ms;
      const auto offset_ms =
          series.start_offsets_ms.empty() ? std::nullopt : series.start_offsets_ms[i];
      const std::int64_t start_ms = offset_ms ? time_ms + *offset_ms : 0;
      auto done = append_value(store, series.text.labels, time_ms, value, start_ms);
      if (!done) return done;
    }
  }
  if (!command.with_custom_buckets) return store.commit();
  TRIBUTARY_TRY(const auto converted, to_custom_buckets(command));
  for (const auto& [labels, times] : converted) {
    for (const auto& [time_ms, histogram] : times) {
      if (auto done = store.append(labels, time_ms, histogram, 0); !done) return done;
    }
  }
  return store.commit();
}

class MemoryScriptStore final : public ScriptStore {
 public:
  Result<void> clear() override {
    store_.clear();
    return {};
  }
  Result<void> append(const Labels& labels, Sample sample, std::int64_t start_ms) override {
    return store_.append(labels, sample, start_ms);
  }
  Result<void> append(const Labels& labels, std::int64_t timestamp_ms,
                      const FloatHistogram& histogram, std::int64_t start_ms) override {
    return store_.append(labels, timestamp_ms, histogram, start_ms);
  }
  Result<void> commit() override { return {}; }
  const Queryable& queryable() const override { return store_; }

 private:
  MemoryStore store_;
};

// Pins every selector that has no time of its own; false where that does not make the expression
// give the same at any time. What is inside a subquery stays: the subquery itself is pinned.
class Pin {
 public:
  explicit Pin(std::int64_t time_ms) : time_ms_(time_ms) {}

  bool operator()(Expression& expression) const { return std::visit(*this, expression.node); }
  bool operator()(const ExpressionPtr& expression) const {
    return !expression || (*this)(*expression);
  }
  bool operator()(NumberLiteral&) const { return true; }
  bool operator()(StringLiteral&) const { return true; }
  bool operator()(VectorSelector& node) const { return pin(node.at); }
  bool operator()(MatrixSelector& node) const { return (*this)(node.selector); }
  bool operator()(Subquery& node) const { return pin(node.at); }
  bool operator()(Unary& node) const { return (*this)(node.operand); }
  bool operator()(Binary& node) const { return (*this)(node.left) && (*this)(node.right); }
  bool operator()(Paren& node) const { return (*this)(node.inner); }
  bool operator()(Aggregation& node) const {
    return (*this)(node.inner) && (*this)(node.parameter);
  }
  bool operator()(Call& node) const {
    return !node.function->depends_on_time && std::ranges::all_of(node.arguments, *this);
  }

 private:
  bool pin(AtModifier& at) const {
    if (at.kind != AtModifier::Kind::timestamp) {
      at = {.kind = AtModifier::Kind::timestamp, .timestamp_ms = time_ms_};
    }
    return true;
  }

  std::int64_t time_ms_;
};

struct InstantQuery {
  std::string query;
  std::int64_t time_ms = 0;
};

// The query of `command`, and its pinned form at other times.
Result<std::vector<InstantQuery>> variants(const EvalCommand& command, const Features& features) {
  std::vector<InstantQuery> out = {{command.query, command.time_ms}};
  TRIBUTARY_TRY(const ExpressionPtr expression, parse(command.query, features));
  const std::int64_t time_ms = command.time_ms;
  if (!Pin(time_ms)(expression)) return out;
  const std::string pinned = to_string(*expression);
  if (time_ms == 0) {
    for (const std::int64_t other : {-1000, 0, 1000}) out.push_back({pinned, other});
  } else {
    for (const std::int64_t other :
         {-10 * time_ms, std::int64_t{0}, time_ms / 5, time_ms, 10 * time_ms}) {
      out.push_back({pinned, other});
    }
  }
  return out;
}

bool asks_for_context(std::string_view query) {
  for (const std::string_view function : {"start()", "end()", "range()", "step()"}) {
    if (query.find(function) != std::string_view::npos) return true;
  }
  return false;
}

class Runner {
 public:
  Runner(const Engine& engine, ScriptStore& store) : engine_(engine), store_(store) {}

  Result<void> run(const Command& command) {
    if (const auto* const wanted = std::get_if<EvalCommand>(&command)) {
      ++report_.evaluations;
      const Complaint complaint = wanted->is_range ? check_range(*wanted) : check_instant(*wanted);
      if (complaint) report_.failures.push_back({wanted->line, wanted->query, *complaint});
      return {};
    }
    if (const auto* const loaded = std::get_if<LoadCommand>(&command)) {
      return load(*loaded, store_);
    }
    return store_.clear();
  }

  ScriptReport report() && { return std::move(report_); }

 private:
  Complaint check_range(const EvalCommand& wanted) const {
    return judge(wanted, wanted.query,
                 engine_.range(store_.queryable(), wanted.query, wanted.range, {}));
  }

  Complaint check_instant(const EvalCommand& wanted) const {
    const auto queries = variants(wanted, engine_.options().features);
    if (!queries) return check_failure(wanted, queries.error());
    for (const InstantQuery& query : *queries) {
      if (Complaint complaint = check_one(wanted, query)) {
        return "asked as " + query.query + " at " + std::to_string(query.time_ms) + ": " +
               *complaint;
      }
    }
    return std::nullopt;
  }

  Complaint check_one(const EvalCommand& wanted, const InstantQuery& query) const {
    const auto got = engine_.instant(store_.queryable(), query.query, query.time_ms, {});
    if (Complaint complaint = judge(wanted, query.query, got)) return complaint;
    if (!got || wanted.expects_range_vector || wanted.string || asks_for_context(query.query)) {
      return std::nullopt;
    }
    return check_in_range(wanted, query, got->type);
  }

  // The same query as the middle of three steps.
  Complaint check_in_range(const EvalCommand& wanted, const InstantQuery& query,
                           ValueType type) const {
    const TimeRange around = {.start_ms = query.time_ms - kMinuteMs,
                              .end_ms = query.time_ms + kMinuteMs,
                              .step_ms = kMinuteMs};
    const auto matrix = engine_.range(store_.queryable(), query.query, around, {});
    if (!matrix) return "in a range: failed: " + matrix.error().message();
    if (wanted.ordered) return std::nullopt;
    if (const Complaint complaint = check_sorted(*matrix)) return "in a range: " + *complaint;
    Value middle = vector_at(*matrix, query.time_ms);
    if (type == ValueType::scalar) {
      if (middle.series.size() != 1 || middle.series[0].floats.size() != 1) {
        return "in a range: not one value at the time of the query";
      }
      middle.type = ValueType::scalar;
      middle.scalar = middle.series[0].floats[0].value;
    }
    const Complaint complaint = check_value(wanted, middle);
    return complaint ? "in a range: " + *complaint : complaint;
  }

  static Complaint judge(const EvalCommand& wanted, std::string_view query,
                         const Result<Value>& got) {
    if (!got) return check_failure(wanted, got.error());
    if (wanted.failure) return "should have failed";
    if (Complaint complaint = check_annotations(wanted, query, got->annotations)) {
      return complaint;
    }
    return check_value(wanted, *got);
  }

  const Engine& engine_;
  ScriptStore& store_;
  ScriptReport report_;
};

}  // namespace

Result<ScriptReport> run_script(const Engine& engine, ScriptStore& store, std::string_view script) {
  TRIBUTARY_TRY(const std::vector<Command> commands, parse_script(script));
  Runner runner(engine, store);
  for (const Command& command : commands) {
    if (auto done = runner.run(command); !done) return done.error();
  }
  return std::move(runner).report();
}

Result<ScriptReport> run_script(const Engine& engine, std::string_view script) {
  MemoryScriptStore store;
  return run_script(engine, store, script);
}

EngineOptions script_engine_options() {
  EngineOptions options;
  options.timeout = 100s;
  options.samples_max = 10'000;
  options.features = {.experimental_functions = true,
                      .duration_expressions = true,
                      .extended_range_selectors = true,
                      .binop_fill_modifiers = true,
                      .delayed_name_removal = true,
                      .start_timestamps = true};
  return options;
}

}  // namespace tributary::promql::testing
