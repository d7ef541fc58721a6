// info(): labels of info series (target_info and the like) for the series that name the same
// instance and job.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "promql/matrix_builder.h"
#include "promql/selector.h"
#include "promql/special.h"

namespace tributary::promql {
namespace {

constexpr std::array<std::string_view, 2> kIdentifyingLabels = {"instance", "job"};

// Which info metrics: as asked for; where only some are excluded, of those that end in _info.
Result<Matchers> info_names(const Matchers& asked) {
  const bool positive = std::ranges::any_of(asked, [](const Matcher& m) { return !m.negative(); });
  if (positive) return asked;
  Matchers out = asked;
  if (asked.empty()) {
    out.push_back(Matcher::equal(std::string(kMetricName), "target_info"));
  } else {
    TRIBUTARY_TRY(Matcher any,
                  Matcher::create(MatchType::regex, std::string(kMetricName), ".+_info"));
    out.insert(out.begin(), std::move(any));
  }
  return out;
}

std::string quote_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// The times at which the series of `expression` are looked at: those of its first selector, moved
// by the subqueries around it. False where there is no selector.
bool find_time(const Expression& expression, std::vector<const Subquery*>& around,
               SelectorTime& out) {
  const auto into = [&](const ExpressionPtr& part) {
    return part != nullptr && find_time(*part, around, out);
  };
  if (const auto* selector = std::get_if<VectorSelector>(&expression.node)) {
    out = selector_time(selector->at, selector->offset);
    for (auto at = around.rbegin(); at != around.rend() && !out.at_ms; ++at) {
      const SelectorTime outer = selector_time((*at)->at, (*at)->offset);
      out.offset_ms += outer.offset_ms;
      out.at_ms = outer.at_ms;
    }
    return true;
  }
  if (const auto* subquery = std::get_if<Subquery>(&expression.node)) {
    around.push_back(subquery);
    if (into(subquery->inner)) return true;
    around.pop_back();
    return false;
  }
  if (const auto* matrix = std::get_if<MatrixSelector>(&expression.node)) {
    return into(matrix->selector);
  }
  if (const auto* unary = std::get_if<Unary>(&expression.node)) return into(unary->operand);
  if (const auto* paren = std::get_if<Paren>(&expression.node)) return into(paren->inner);
  if (const auto* binary = std::get_if<Binary>(&expression.node)) {
    return into(binary->left) || into(binary->right);
  }
  if (const auto* aggregation = std::get_if<Aggregation>(&expression.node)) {
    return into(aggregation->inner) || into(aggregation->parameter);
  }
  if (const auto* call = std::get_if<Call>(&expression.node)) {
    return std::ranges::any_of(call->arguments, into);
  }
  return false;
}

class InfoJoin {
 public:
  InfoJoin(Evaluator& evaluator, const Call& call)
      : evaluator_(evaluator), query_(evaluator.query()), call_(call) {}

  Result<RowsPtr> run();

 private:
  Result<void> read_matchers();
  bool is_info(std::string_view name) const;
  // The info series that may belong to `base`, and in times_ the times of their samples.
  Result<Matrix> select_infos(const Matrix& base);
  Result<Matrix> instant(const SeriesList& list, SelectorTime time, SampleAspect aspect);
  std::string signature(std::string_view info_name, LabelsView labels) const;
  // The newest info series of each signature at this step.
  Result<void> find_newest(const Matrix& infos, std::size_t step);
  Result<void> join(const Matrix& base, const Matrix& infos, std::size_t row, std::size_t step,
                    MatrixBuilder& out);
  // False where no info series has this signature.
  Result<bool> take_labels(const Matrix& infos, std::string_view info_name, LabelsView base);

  Evaluator& evaluator_;
  QueryState& query_;
  const Call& call_;
  Matchers names_;                        // of __name__
  std::map<std::string, Matchers> data_;  // of the labels to add; empty: all labels
  std::optional<Matrix> times_;
  std::set<std::string_view> info_names_;
  std::map<std::string, std::size_t> newest_;  // rows of the infos
  LabelEditor added_;
};

Result<void> InfoJoin::read_matchers() {
  if (call_.arguments.size() > 1) {
    const auto& selector = std::get<VectorSelector>(without_parens(*call_.arguments[1]).node);
    for (const Matcher& matcher : selector.matchers) {
      if (matcher.name() == kMetricName) {
        names_.push_back(matcher);
      } else {
        data_[matcher.name()].push_back(matcher);
      }
    }
  }
  TRIBUTARY_TRY(names_, info_names(names_));
  return {};
}

bool InfoJoin::is_info(std::string_view name) const {
  return std::ranges::all_of(names_, [&](const Matcher& m) { return m.matches(name); });
}

Result<Matrix> InfoJoin::instant(const SeriesList& list, SelectorTime time, SampleAspect aspect) {
  return query_.compute(*instant_rows(evaluator_, list, time, aspect), evaluator_.steps(),
                        evaluator_.tally());
}

Result<Matrix> InfoJoin::select_infos(const Matrix& base) {
  Matchers matchers;
  for (const std::string_view label : kIdentifyingLabels) {
    std::set<std::string_view> values;
    for (const MatrixRow& row : base.rows()) {
      const std::string_view value = row.labels.get(label);
      if (!value.empty() && !is_info(row.labels.get(kMetricName))) values.insert(value);
    }
    if (values.empty()) continue;
    std::string regex;
    for (const std::string_view value : values) {
      if (!regex.empty()) regex += '|';
      regex += quote_regex(value);
    }
    TRIBUTARY_TRY(Matcher matcher,
                  Matcher::create(MatchType::regex, std::string(label), std::move(regex)));
    matchers.push_back(std::move(matcher));
  }
  if (matchers.empty()) return Matrix(evaluator_.steps());
  for (const auto& [name, of_label] : data_) {
    matchers.insert(matchers.end(), of_label.begin(), of_label.end());
  }
  matchers.insert(matchers.end(), names_.begin(), names_.end());
  SelectorTime time;
  std::vector<const Subquery*> around;
  find_time(*call_.arguments[0], around, time);
  const std::int64_t min_ms =
      saturating_subtract(time.of(evaluator_.grid().start_ms), query_.lookback_ms() - 1);
  TRIBUTARY_TRY(const SeriesList* const list,
                query_.select(matchers, min_ms, time.of(evaluator_.grid().last_ms())));
  TRIBUTARY_TRY(Matrix infos, instant(*list, time, SampleAspect::value));
  for (const MatrixRow& row : infos.rows()) {
    if (row.histograms != nullptr) {
      return Error(Code::execution, "this should be an info metric, with float samples: " +
                                        quoted_labels(row.labels));
    }
  }
  TRIBUTARY_TRY(times_, instant(*list, time, SampleAspect::time));
  return infos;
}

std::string InfoJoin::signature(std::string_view info_name, LabelsView labels) const {
  std::string out(info_name);
  for (const std::string_view label : kIdentifyingLabels) {
    out += '\xff';
    out += labels.get(label);
  }
  return out;
}

Result<void> InfoJoin::find_newest(const Matrix& infos, std::size_t step) {
  newest_.clear();
  for (std::size_t i = 0; i < infos.rows().size(); ++i) {
    if (!infos.rows()[i].has(step)) continue;
    const LabelsView labels = infos.rows()[i].labels;
    const auto [found, added] = newest_.try_emplace(signature(labels.get(kMetricName), labels), i);
    if (added) continue;
    const double before = times_->rows()[found->second].value(step);
    const double time = times_->rows()[i].value(step);
    if (before == time) {
      const auto shown = [&](std::size_t row) {
        return quoted_labels(infos.rows()[row].labels) + " @ " +
               std::to_string(static_cast<std::int64_t>(time * 1000 + 0.5));
      };
      return Error(Code::execution, "found duplicate series for info metric: existing " +
                                        shown(found->second) + ", new " + shown(i));
    }
    if (before < time) found->second = i;
  }
  return {};
}

Result<bool> InfoJoin::take_labels(const Matrix& infos, std::string_view info_name,
                                   LabelsView base) {
  const auto found = newest_.find(signature(info_name, base));
  if (found == newest_.end()) return false;
  for (const LabelView& label : infos.rows()[found->second].labels) {
    if (label.name == kMetricName) continue;
    if (!data_.empty() && !data_.contains(std::string(label.name))) continue;
    const std::string_view before = added_.get(label.name);
    if (!before.empty() && before != label.value) {
      return Error(Code::execution, "conflicting label: " + std::string(label.name));
    }
    if (base.get(label.name).empty()) added_.set(label.name, label.value);
  }
  return true;
}

Result<void> InfoJoin::join(const Matrix& base, const Matrix& infos, std::size_t row,
                            std::size_t step, MatrixBuilder& out) {
  const MatrixRow& from = base.rows()[row];
  LabelEditor labels;
  labels.reset(from.labels);
  if (!is_info(from.labels.get(kMetricName))) {
    added_.clear();
    bool any = false;
    for (const std::string_view info_name : info_names_) {
      TRIBUTARY_TRY(const bool taken, take_labels(infos, info_name, from.labels));
      any = any || taken;
    }
    const auto wants_more = [](const auto& entry) {
      return std::ranges::any_of(entry.second, [](const Matcher& m) { return !m.matches_empty(); });
    };
    if (!any && std::ranges::any_of(data_, wants_more)) return {};
    for (const LabelView& label : added_.packed()) labels.set(label.name, label.value);
  }
  Point point{from.value(step), nullptr};
  if (const FloatHistogramPtr* histogram = from.histogram(step)) {
    point.histogram = *histogram;
  }
  return out.add(out.row(labels.packed(), from.drops_name), step, point);
}

Result<RowsPtr> InfoJoin::run() {
  if (auto read = read_matchers(); !read) return read.error();
  TRIBUTARY_TRY(const Matrix base, evaluator_.matrix(*call_.arguments[0]));
  TRIBUTARY_TRY(const Matrix infos, select_infos(base));
  for (const MatrixRow& row : infos.rows()) info_names_.insert(row.labels.get(kMetricName));
  MatrixBuilder out(query_, evaluator_.steps());
  for (std::size_t step = 0; step < evaluator_.steps(); ++step) {
    if (auto checked = query_.check(); !checked) return checked.error();
    if (auto found = find_newest(infos, step); !found) return found.error();
    for (std::size_t row = 0; row < base.rows().size(); ++row) {
      if (!base.rows()[row].has(step)) continue;
      if (auto joined = join(base, infos, row, step, out); !joined) return joined.error();
    }
  }
  TRIBUTARY_TRY(Matrix joined, out.finish());
  return rows_of(std::move(joined));
}

}  // namespace

Result<RowsPtr> join_info(Evaluator& evaluator, const Call& call) {
  return InfoJoin(evaluator, call).run();
}

}  // namespace tributary::promql
