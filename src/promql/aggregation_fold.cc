#include "promql/aggregation_fold.h"

#include <cmath>
#include <utility>

#include "promql/histogram_math.h"
#include "promql/histogram_sum.h"
#include "promql/numeric.h"
#include "promql/quantile.h"

namespace tributary::promql {
namespace {

// What an aggregation keeps of the values of one group at one step. A kind has: empty(), first(v),
// add(v), merge(other), value().

struct SumState {
  double sum = kAbsent;
  double compensation = 0;

  bool empty() const { return is_absent(sum); }
  void first(double v) { sum = v; }
  void add(double v) { compensated_add(v, sum, compensation); }
  void merge(const SumState& other) {
    add(other.sum);
    compensation += other.compensation;
  }
  double value() const { return sum + compensation; }
};

// The sum, and from where that would overflow the running mean.
struct MeanState {
  double sum = 0;  // or mean
  double compensation = 0;
  double count = 0;
  bool running = false;

  bool empty() const { return count == 0; }
  void first(double v) {
    sum = v;
    count = 1;
  }
  void add(double v) {
    ++count;
    if (!running) {
      SumState next{sum, compensation};
      next.add(v);
      if (!std::isinf(next.sum)) {
        sum = next.sum;
        compensation = next.compensation;
        return;
      }
      run(count - 1);
    }
    blend(v / count, (count - 1) / count);
  }
  void merge(const MeanState& other) {
    if (!running && !other.running) {
      SumState next{sum, compensation};
      next.merge({other.sum, other.compensation});
      if (!std::isinf(next.sum)) {
        sum = next.sum;
        compensation = next.compensation;
        count += other.count;
        return;
      }
    }
    MeanState added = other;
    if (!added.running) added.run(added.count);
    if (!running) run(count);
    const double all = count + added.count;
    blend((added.sum + added.compensation) * (added.count / all), count / all);
    count = all;
  }
  double value() const { return running ? sum + compensation : sum / count + compensation / count; }

 private:
  void run(double counted) {
    running = true;
    sum /= counted;
    compensation /= counted;
  }
  void blend(double share, double weight) {
    sum *= weight;
    compensation *= weight;
    compensated_add(share, sum, compensation);
  }
};

struct CountState {
  double count = 0;

  bool empty() const { return count == 0; }
  void first(double) { count = 1; }
  void add(double) { ++count; }
  void merge(const CountState& other) { count += other.count; }
  double value() const { return count; }
};

struct GroupState {
  bool seen = false;

  bool empty() const { return !seen; }
  void first(double) { seen = true; }
  void add(double) {}
  void merge(const GroupState&) {}
  double value() const { return 1; }
};

// The largest or smallest; NaN only where there is nothing else.
template <bool kLargest>
struct ExtremeState {
  double extreme = kAbsent;

  bool empty() const { return is_absent(extreme); }
  void first(double v) { extreme = v; }
  void add(double v) {
    if ((kLargest ? extreme < v : extreme > v) || std::isnan(extreme)) extreme = v;
  }
  void merge(const ExtremeState& other) { add(other.extreme); }
  double value() const { return extreme; }
};

// Welford's running variance; parts are merged as by Chan, Golub and LeVeque (1979).
template <bool kRoot>
struct VarianceState {
  double count = 0;
  double mean = 0;
  double squares = 0;

  bool empty() const { return count == 0; }
  void first(double v) {
    count = 1;
    mean = v;
    squares = std::isfinite(v) ? 0 : std::nan("");
  }
  void add(double v) {
    ++count;
    const double delta = v - mean;
    mean += delta / count;
    squares += delta * (v - mean);
  }
  void merge(const VarianceState& other) {
    const double all = count + other.count;
    const double delta = other.mean - mean;
    mean += delta * (other.count / all);
    squares += other.squares + delta * delta * (count * other.count / all);
    count = all;
  }
  double value() const {
    const double variance = squares / count;
    return kRoot ? std::sqrt(variance) : variance;
  }
};

// The states of all groups at all steps.
template <class State>
class States {
 public:
  explicit States(std::size_t steps) : steps_(steps) {}

  void add_group() { states_.resize(states_.size() + steps_); }
  State* of(std::uint32_t group) { return &states_[group * steps_]; }
  std::size_t steps() const { return steps_; }

 private:
  const std::size_t steps_;
  std::vector<State> states_;
};

template <class State>
void add_value(State& state, double value) {
  if (state.empty()) {
    state.first(value);
  } else {
    state.add(value);
  }
}

template <class State>
void merge_states(State* into, State* from, std::size_t steps) {
  for (std::size_t step = 0; step < steps; ++step) {
    if (from[step].empty()) continue;
    if (into[step].empty()) {
      into[step] = std::move(from[step]);
    } else {
      into[step].merge(from[step]);
    }
  }
}

// Histograms are left out, with a note, or counted.
enum class Histograms : std::uint8_t { ignored, counted };

template <class State, Histograms kHistograms>
class FloatFold final : public Fold {
 public:
  FloatFold(std::size_t steps, std::string_view name) : states_(steps), name_(name) {}

  void add_group() override { states_.add_group(); }
  void add(std::uint32_t group, RowView row, const Notes& notes) override;
  void merge(std::uint32_t into, Fold& other, std::uint32_t from) override {
    merge_states(states_.of(into), static_cast<FloatFold&>(other).states_.of(from),
                 states_.steps());
  }
  void finish(std::uint32_t group, Matrix&, MatrixRow& row, const Notes&) override {
    const State* const states = states_.of(group);
    for (std::size_t step = 0; step < states_.steps(); ++step) {
      if (!states[step].empty()) row.values[step] = states[step].value();
    }
  }

 private:
  States<State> states_;
  const std::string_view name_;
};

template <class State, Histograms kHistograms>
void FloatFold<State, kHistograms>::add(std::uint32_t group, RowView row, const Notes& notes) {
  State* const states = states_.of(group);
  for (std::size_t step = 0; step < states_.steps(); ++step) {
    if (!is_absent(row.values[step])) {
      add_value(states[step], row.values[step]);
    } else if (row.histogram(step) != nullptr) {
      if constexpr (kHistograms == Histograms::counted) {
        add_value(states[step], 0);
      } else {
        notes.annotations.add(notes.position, note::histogram_ignored_in_aggregation(name_));
      }
    }
  }
}

// sum and avg. Histograms are gathered and added up at the end, always in the order of the series:
// what they have in common is only known then.
template <class State, class HistogramState>
class AdditiveFold final : public Fold {
 public:
  explicit AdditiveFold(std::size_t steps) : states_(steps) {}

  void add_group() override {
    states_.add_group();
    histograms_.emplace_back();
  }
  void add(std::uint32_t group, RowView row, const Notes& notes) override;
  void merge(std::uint32_t into, Fold& other, std::uint32_t from) override;
  void finish(std::uint32_t group, Matrix& out, MatrixRow& row, const Notes& notes) override;

 private:
  struct Gathered {
    FloatHistogramPtr histogram;
    std::string_view metric_name;
  };
  using PerStep = std::vector<std::vector<Gathered>>;  // empty, or as many as there are steps

  static FloatHistogramPtr total(const std::vector<Gathered>& gathered, const Notes& notes);

  States<State> states_;
  std::vector<PerStep> histograms_;
};

template <class State, class HistogramState>
void AdditiveFold<State, HistogramState>::add(std::uint32_t group, RowView row,
                                              const Notes& notes) {
  State* const states = states_.of(group);
  for (std::size_t step = 0; step < states_.steps(); ++step) {
    if (!is_absent(row.values[step])) add_value(states[step], row.values[step]);
  }
  if (row.histograms == nullptr) return;
  PerStep& gathered = histograms_[group];
  gathered.resize(states_.steps());
  for (std::size_t step = 0; step < states_.steps(); ++step) {
    if (row.histograms[step] != nullptr) {
      gathered[step].push_back({row.histograms[step], notes.metric_name});
    }
  }
}

template <class State, class HistogramState>
void AdditiveFold<State, HistogramState>::merge(std::uint32_t into, Fold& fold,
                                                std::uint32_t from) {
  auto& other = static_cast<AdditiveFold&>(fold);
  merge_states(states_.of(into), other.states_.of(from), states_.steps());
  PerStep& theirs = other.histograms_[from];
  if (theirs.empty()) return;
  PerStep& ours = histograms_[into];
  ours.resize(states_.steps());
  for (std::size_t step = 0; step < states_.steps(); ++step) {
    ours[step].insert(ours[step].end(), theirs[step].begin(), theirs[step].end());
  }
}

template <class State, class HistogramState>
FloatHistogramPtr AdditiveFold<State, HistogramState>::total(const std::vector<Gathered>& gathered,
                                                             const Notes& notes) {
  HistogramState state(*gathered.front().histogram);
  bool added = true;
  for (std::size_t i = 1; i < gathered.size() && added; ++i) {
    added = state.add(*gathered[i].histogram);
    if (!added) {
      notes.annotations.add(notes.position,
                            note::mixed_exponential_custom_histograms(gathered[i].metric_name));
    }
  }
  if (state.bounds_reconciled()) {
    notes.annotations.add(notes.position,
                          note::mismatched_custom_buckets(note::HistogramOperation::aggregation));
  }
  if (!added) return nullptr;
  if (state.reset_collision()) {
    notes.annotations.add(notes.position,
                          note::counter_reset_collision(note::HistogramOperation::aggregation));
  }
  auto out = std::make_shared<FloatHistogram>(std::move(state).take());
  compact(*out);
  return out;
}

template <class State, class HistogramState>
void AdditiveFold<State, HistogramState>::finish(std::uint32_t group, Matrix& out, MatrixRow& row,
                                                 const Notes& notes) {
  const State* const states = states_.of(group);
  const PerStep& gathered = histograms_[group];
  for (std::size_t step = 0; step < states_.steps(); ++step) {
    const bool has_histograms = !gathered.empty() && !gathered[step].empty();
    if (has_histograms && !states[step].empty()) {
      notes.annotations.add(notes.position, note::mixed_floats_histograms_in_aggregation());
    } else if (has_histograms) {
      if (auto sum = total(gathered[step], notes)) out.set(row, step, std::move(sum));
    } else if (!states[step].empty()) {
      row.values[step] = states[step].value();
    }
  }
}

// The values themselves.
struct ValuesState {
  std::vector<double> values;

  bool empty() const { return values.empty(); }
  void first(double v) { values.push_back(v); }
  void add(double v) { values.push_back(v); }
  void merge(const ValuesState& other) {
    values.insert(values.end(), other.values.begin(), other.values.end());
  }
};

class QuantileFold final : public Fold {
 public:
  QuantileFold(std::size_t steps, const std::vector<double>& quantiles)
      : states_(steps), quantiles_(quantiles) {}

  void add_group() override { states_.add_group(); }
  void add(std::uint32_t group, RowView row, const Notes& notes) override {
    ValuesState* const states = states_.of(group);
    for (std::size_t step = 0; step < states_.steps(); ++step) {
      if (!is_absent(row.values[step])) {
        states[step].add(row.values[step]);
      } else if (row.histogram(step) != nullptr) {
        notes.annotations.add(notes.position, note::histogram_ignored_in_aggregation("quantile"));
      }
    }
  }
  void merge(std::uint32_t into, Fold& other, std::uint32_t from) override {
    merge_states(states_.of(into), static_cast<QuantileFold&>(other).states_.of(from),
                 states_.steps());
  }
  void finish(std::uint32_t group, Matrix&, MatrixRow& row, const Notes&) override {
    ValuesState* const states = states_.of(group);
    for (std::size_t step = 0; step < states_.steps(); ++step) {
      if (!states[step].empty()) row.values[step] = quantile(quantiles_[step], states[step].values);
    }
  }

 private:
  States<ValuesState> states_;
  const std::vector<double>& quantiles_;
};

}  // namespace

std::unique_ptr<Fold> make_fold(Aggregator op, std::size_t steps,
                                const std::vector<double>& parameters) {
  switch (op) {
    case Aggregator::sum: return std::make_unique<AdditiveFold<SumState, HistogramSum>>(steps);
    case Aggregator::avg: return std::make_unique<AdditiveFold<MeanState, HistogramMean>>(steps);
    case Aggregator::count:
      return std::make_unique<FloatFold<CountState, Histograms::counted>>(steps, "count");
    case Aggregator::group:
      return std::make_unique<FloatFold<GroupState, Histograms::counted>>(steps, "group");
    case Aggregator::min:
      return std::make_unique<FloatFold<ExtremeState<false>, Histograms::ignored>>(steps, "min");
    case Aggregator::max:
      return std::make_unique<FloatFold<ExtremeState<true>, Histograms::ignored>>(steps, "max");
    case Aggregator::stddev:
      return std::make_unique<FloatFold<VarianceState<true>, Histograms::ignored>>(steps, "stddev");
    case Aggregator::stdvar:
      return std::make_unique<FloatFold<VarianceState<false>, Histograms::ignored>>(steps,
                                                                                    "stdvar");
    case Aggregator::quantile: return std::make_unique<QuantileFold>(steps, parameters);
    default: return nullptr;  // these choose or count, and fold nothing
  }
}

}  // namespace tributary::promql
