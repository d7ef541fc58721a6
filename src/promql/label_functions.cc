// label_replace and label_join.
#include <re2/re2.h>

#include <charconv>
#include <utility>

#include "base/strings.h"
#include "promql/matrix_builder.h"
#include "promql/special.h"

namespace tributary::promql {
namespace {

// The inner rows under labels of their own.
class RelabelledRows final : public Rows {
 public:
  struct Identity {
    LabelsView labels;
    bool drops_name = false;
  };

  RelabelledRows(RowsPtr inner, std::vector<Identity> identities)
      : inner_(std::move(inner)), identities_(std::move(identities)) {}

  std::size_t size() const override { return identities_.size(); }
  LabelsView labels(std::size_t row) const override { return identities_[row].labels; }
  bool drops_name(std::size_t row) const override { return identities_[row].drops_name; }
  Result<RowView> compute(std::size_t row, Worker& worker) const override {
    return inner_->compute(row, worker);
  }

 private:
  const RowsPtr inner_;
  const std::vector<Identity> identities_;
};

const std::string& text_of(const Call& call, std::size_t argument) {
  return std::get<StringLiteral>(without_parens(*call.arguments[argument]).node).value;
}

bool is_label_name(std::string_view name) { return !name.empty() && is_valid_utf8(name); }

// Sets label `name` of each row to what `value_of` makes of its labels; where that is nothing, the
// row stays as it is.
template <class ValueOf>
Result<RowsPtr> relabel(Evaluator& evaluator, RowsPtr rows, std::string_view name,
                        ValueOf value_of) {
  QueryState& query = evaluator.query();
  std::vector<RelabelledRows::Identity> identities;
  LabelTable seen;
  LabelEditor editor;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    RelabelledRows::Identity identity{rows->labels(i), rows->drops_name(i)};
    if (rows->strips_metadata()) identity.labels = strip_metadata(identity.labels, query.arena());
    if (const std::optional<std::string> value = value_of(identity.labels)) {
      editor.reset(identity.labels);
      editor.set(name, *value);
      identity.labels = query.arena().store(editor.packed());
      if (name == kMetricName) identity.drops_name = false;
    }
    seen.add(identity.labels.packed());
    identities.push_back(identity);
  }
  const bool distinct = seen.size() == identities.size();
  RowsPtr relabelled = std::make_unique<RelabelledRows>(std::move(rows), std::move(identities));
  if (distinct) return relabelled;
  TRIBUTARY_TRY(Matrix matrix, query.compute(*relabelled, evaluator.steps(), evaluator.tally()));
  TRIBUTARY_TRY(Matrix merged, merge_same_labels(std::move(matrix)));
  return rows_of(std::move(merged));
}

// A replacement as Go's regexp expands it: $1, ${1}, $name, $$ for a dollar.
class Expansion {
 public:
  Expansion(std::string_view text, const RE2& regex);

  std::string expand(std::span<const re2::StringPiece> groups) const;

 private:
  struct Part {
    std::string text;
    int group = -1;  // else a group of the match
  };
  static int group_of(std::string_view name, const RE2& regex);
  void add_text(std::string_view text);

  std::vector<Part> parts_;
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void Expansion::add_text(std::string_view text) {
  if (parts_.empty() || parts_.back().group >= 0) parts_.emplace_back();
  parts_.back().text += text;
}

Expansion::Expansion(std::string_view text, const RE2& regex) {
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    add_text(text.substr(0, dollar));
    text.remove_prefix(dollar);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.starts_with('$')) {
      add_text("$");
      text.remove_prefix(1);
      continue;
    }
    const bool braces = text.starts_with('{');
    const std::size_t begin = braces ? 1 : 0;
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end == begin || (braces && (end == text.size() || text[end] != '}'))) {
      add_text("$");
      continue;
    }
    const int group = group_of(text.substr(begin, end - begin), regex);
    if (group >= 0) parts_.push_back({{}, group});
    text.remove_prefix(braces ? end + 1 : end);
  }
}

int Expansion::group_of(std::string_view name, const RE2& regex) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size()) {
    const bool leading_zero = name.size() > 1 && name.front() == '0';
    return leading_zero || number > regex.NumberOfCapturingGroups() ? -1 : number;
  }
  const auto& names = regex.NamedCapturingGroups();
  const auto found = names.find(std::string(name));
  return found == names.end() ? -1 : found->second;
}

std::string Expansion::expand(std::span<const re2::StringPiece> groups) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.group < 0) {
      out += part.text;
    } else {
      const re2::StringPiece& group = groups[static_cast<std::size_t>(part.group)];
      out.append(group.data(), group.size());
    }
  }
  return out;
}

}  // namespace

Result<RowsPtr> label_replace(Evaluator& evaluator, const Call& call) {
  const std::string& destination = text_of(call, 1);
  const std::string& source = text_of(call, 3);
  RE2::Options options(RE2::Quiet);
  options.set_dot_nl(true);
  const RE2 regex(text_of(call, 4), options);
  if (!regex.ok()) {
    return Error(Code::execution,
                 "invalid regular expression in label_replace(): " + text_of(call, 4));
  }
  if (!is_label_name(destination)) {
    return Error(Code::execution,
                 "invalid destination label name in label_replace(): " + destination);
  }
  const Expansion expansion(text_of(call, 2), regex);
  TRIBUTARY_TRY(RowsPtr rows, evaluator.rows(*call.arguments[0]));
  const int group_count = regex.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(group_count));
  return relabel(
      evaluator, std::move(rows), destination,
      [&](LabelsView labels) -> std::optional<std::string> {
        const std::string_view value = labels.get(source);
        const re2::StringPiece text(value.data(), value.size());
        if (!regex.Match(text, 0, value.size(), RE2::ANCHOR_BOTH, groups.data(), group_count)) {
          return std::nullopt;
        }
        return expansion.expand(groups);
      });
}

Result<RowsPtr> label_join(Evaluator& evaluator, const Call& call) {
  const std::string& destination = text_of(call, 1);
  const std::string& separator = text_of(call, 2);
  std::vector<std::string_view> sources;
  for (std::size_t i = 3; i < call.arguments.size(); ++i) {
    sources.push_back(text_of(call, i));
    if (!is_label_name(sources.back())) {
      return Error(Code::execution,
                   "invalid source label name in label_join(): " + std::string(sources.back()));
    }
  }
  if (!is_label_name(destination)) {
    return Error(Code::execution, "invalid destination label name in label_join(): " + destination);
  }
  TRIBUTARY_TRY(RowsPtr rows, evaluator.rows(*call.arguments[0]));
  return relabel(evaluator, std::move(rows), destination,
                 [&](LabelsView labels) -> std::optional<std::string> {
                   std::string joined;
                   for (std::size_t i = 0; i < sources.size(); ++i) {
                     if (i > 0) joined += separator;
                     joined += labels.get(sources[i]);
                   }
                   return joined;
                 });
}

}  // namespace tributary::promql
