#include "promql/aggregation_fold.h"

#include <algorithm>
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

// The states of all groups. A group has them in blocks of steps, made when a value comes: many
// groups may be there for a short time only.
template <class State>
class States {
 public:
  explicit States(std::size_t steps)
      : block_steps_(std::min(steps, kBlockSteps)),
        blocks_per_group_((steps + block_steps_ - 1) / block_steps_) {}

  void add_group() { blocks_.resize(blocks_.size() + blocks_per_group_, nullptr); }

  // Calls f(state, value) for each float of the row.
  template <class F>
  void visit(std::uint32_t group, RowView row, F f);
  // Calls f(state, step) for each state that is not empty.
  template <class F>
  void visit(std::uint32_t group, F f);
  void merge(std::uint32_t into, States& other, std::uint32_t from);

  bool empty(std::uint32_t group, std::size_t step) const {
    const State* const block = blocks_[group * blocks_per_group_ + step / block_steps_];
    return block == nullptr || block[step % block_steps_].empty();
  }
  State& at(std::uint32_t group, std::size_t step) {
    return block(group, step / block_steps_)[step % block_steps_];
  }
  std::uint64_t cell_count() const {
    return (states_made_ * sizeof(State) + blocks_.size() * sizeof(State*)) / sizeof(double);
  }

 private:
  static constexpr std::size_t kBlockSteps = 64;
  static constexpr std::size_t kSlabStates = 1024;

  State* block(std::uint32_t group, std::size_t number);

  const std::size_t block_steps_;
  const std::size_t blocks_per_group_;
  std::vector<State*> blocks_;  // of each group
  std::vector<std::unique_ptr<State[]>> slabs_;
  State* free_ = nullptr;
  std::size_t free_count_ = 0;
  std::uint64_t states_made_ = 0;
};

template <class State>
State* States<State>::block(std::uint32_t group, std::size_t number) {
  State*& found = blocks_[group * blocks_per_group_ + number];
  if (found != nullptr) return found;
  if (free_count_ < block_steps_) {
    // The first slabs are small: most aggregations have few groups.
    free_count_ = std::min(std::max<std::size_t>(states_made_, block_steps_), kSlabStates);
    slabs_.push_back(std::make_unique<State[]>(free_count_));
    free_ = slabs_.back().get();
    states_made_ += free_count_;
  }
  free_count_ -= block_steps_;
  found = std::exchange(free_, free_ + block_steps_);
  return found;
}

template <class State>
template <class F>
void States<State>::visit(std::uint32_t group, RowView row, F f) {
  for (std::size_t step = row.begin; step < row.end;) {
    const std::size_t number = step / block_steps_;
    const std::size_t end = std::min(row.end, (number + 1) * block_steps_);
    State* states = nullptr;
    for (; step < end; ++step) {
      const double value = row.values[step - row.begin];
      if (is_absent(value)) continue;
      if (states == nullptr) states = block(group, number);
      f(states[step % block_steps_], value);
    }
  }
}

template <class State>
template <class F>
void States<State>::visit(std::uint32_t group, F f) {
  for (std::size_t number = 0; number < blocks_per_group_; ++number) {
    State* const states = blocks_[group * blocks_per_group_ + number];
    for (std::size_t i = 0; states != nullptr && i < block_steps_; ++i) {
      if (!states[i].empty()) f(states[i], number * block_steps_ + i);
    }
  }
}

template <class State>
void add_value(State& state, double value) {
  if (state.empty()) {
    state.first(value);
  } else {
    state.add(value);
  }
}

template <class State>
void States<State>::merge(std::uint32_t into, States& other, std::uint32_t from) {
  other.visit(from, [&](State& theirs, std::size_t step) {
    State& ours = at(into, step);
    if (ours.empty()) {
      ours = std::move(theirs);
    } else {
      ours.merge(theirs);
    }
  });
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
    states_.merge(into, static_cast<FloatFold&>(other).states_, from);
  }
  void finish(std::uint32_t group, RowBuffer& out, const Notes&) override {
    states_.visit(group, [&](State& state, std::size_t step) { out.set(step, state.value()); });
  }
  std::uint64_t cell_count() const override { return states_.cell_count(); }

 private:
  States<State> states_;
  const std::string_view name_;
};

template <class State, Histograms kHistograms>
void FloatFold<State, kHistograms>::add(std::uint32_t group, RowView row, const Notes& notes) {
  states_.visit(group, row, [](State& state, double value) { add_value(state, value); });
  if (row.histograms == nullptr) return;
  for (std::size_t step = row.begin; step < row.end; ++step) {
    if (row.histogram(step) == nullptr) continue;
    if constexpr (kHistograms == Histograms::counted) {
      add_value(states_.at(group, step), 0);
    } else {
      notes.annotations.add(notes.position, note::histogram_ignored_in_aggregation(name_));
    }
  }
}

// sum and avg. Histograms are gathered and added up at the end, always in the order of the series:
// what they have in common is only known then.
template <class State, class HistogramState>
class AdditiveFold final : public Fold {
 public:
  explicit AdditiveFold(std::size_t steps) : steps_(steps), states_(steps) {}

  void add_group() override {
    states_.add_group();
    histograms_.emplace_back();
  }
  void add(std::uint32_t group, RowView row, const Notes& notes) override;
  void merge(std::uint32_t into, Fold& other, std::uint32_t from) override;
  void finish(std::uint32_t group, RowBuffer& out, const Notes& notes) override;
  std::uint64_t cell_count() const override { return states_.cell_count(); }

 private:
  struct Gathered {
    FloatHistogramPtr histogram;
    std::string_view metric_name;
  };
  using PerStep = std::vector<std::vector<Gathered>>;  // empty, or as many as there are steps

  static FloatHistogramPtr total(const std::vector<Gathered>& gathered, const Notes& notes);

  const std::size_t steps_;
  States<State> states_;
  std::vector<PerStep> histograms_;
};

template <class State, class HistogramState>
void AdditiveFold<State, HistogramState>::add(std::uint32_t group, RowView row,
                                              const Notes& notes) {
  states_.visit(group, row, [](State& state, double value) { add_value(state, value); });
  if (row.histograms == nullptr) return;
  PerStep& gathered = histograms_[group];
  gathered.resize(steps_);
  for (std::size_t step = row.begin; step < row.end; ++step) {
    if (const FloatHistogramPtr* histogram = row.histogram(step)) {
      gathered[step].push_back({*histogram, notes.metric_name});
    }
  }
}

template <class State, class HistogramState>
void AdditiveFold<State, HistogramState>::merge(std::uint32_t into, Fold& fold,
                                                std::uint32_t from) {
  auto& other = static_cast<AdditiveFold&>(fold);
  states_.merge(into, other.states_, from);
  PerStep& theirs = other.histograms_[from];
  if (theirs.empty()) return;
  PerStep& ours = histograms_[into];
  ours.resize(steps_);
  for (std::size_t step = 0; step < steps_; ++step) {
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
void AdditiveFold<State, HistogramState>::finish(std::uint32_t group, RowBuffer& out,
                                                 const Notes& notes) {
  const PerStep& gathered = histograms_[group];
  const auto has_histograms = [&](std::size_t step) {
    return !gathered.empty() && !gathered[step].empty();
  };
  states_.visit(group, [&](State& state, std::size_t step) {
    if (has_histograms(step)) {
      notes.annotations.add(notes.position, note::mixed_floats_histograms_in_aggregation());
    } else {
      out.set(step, state.value());
    }
  });
  for (std::size_t step = 0; step < gathered.size(); ++step) {
    if (!has_histograms(step) || !states_.empty(group, step)) continue;
    if (auto sum = total(gathered[step], notes)) out.set(step, std::move(sum));
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
    states_.visit(group, row, [](ValuesState& state, double value) { state.add(value); });
    for (std::size_t step = row.begin; row.histograms != nullptr && step < row.end; ++step) {
      if (row.histogram(step) == nullptr) continue;
      notes.annotations.add(notes.position, note::histogram_ignored_in_aggregation("quantile"));
    }
  }
  void merge(std::uint32_t into, Fold& other, std::uint32_t from) override {
    states_.merge(into, static_cast<QuantileFold&>(other).states_, from);
  }
  void finish(std::uint32_t group, RowBuffer& out, const Notes&) override {
    states_.visit(group, [&](ValuesState& state, std::size_t step) {
      out.set(step, quantile(quantiles_[step], state.values));
    });
  }
  std::uint64_t cell_count() const override { return states_.cell_count(); }

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
