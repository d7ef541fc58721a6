#include "collector/exporters/prometheusremotewrite/names.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr std::array<Word, 26> kUnits = {{
    {"d", "days"},
    {"h", "hours"},
    {"min", "minutes"},
    {"s", "seconds"},
    {"ms", "milliseconds"},
    {"us", "microseconds"},
    {"ns", "nanoseconds"},
    {"By", "bytes"},
    {"KiBy", "kibibytes"},
    {"MiBy", "mebibytes"},
    {"GiBy", "gibibytes"},
    {"TiBy", "tibibytes"},
    {"KBy", "kilobytes"},
    {"MBy", "megabytes"},
    {"GBy", "gigabytes"},
    {"TBy", "terabytes"},
    {"m", "meters"},
    {"V", "volts"},
    {"A", "amperes"},
    {"J", "joules"},
    {"W", "watts"},
    {"g", "grams"},
    {"Cel", "celsius"},
    {"Hz", "hertz"},
    {"1", ""},
    {"%", "percent"},
}};
constexpr std::array<Word, 7> kPerUnits = {{{"s", "second"},
                                            {"m", "minute"},
                                            {"h", "hour"},
                                            {"d", "day"},
                                            {"w", "week"},
                                            {"mo", "month"},
                                            {"y", "year"}}};

std::string_view look_up(std::span<const Word> words, std::string_view word) {
  for (const auto& [from, to] : words)
    if (from == word) return to;
  return word;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_character(char c) { return is_letter_or_digit(c) || c == ':'; }

// Every byte of a character behind its first.
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

template <class Keep>
std::vector<std::string> fields(std::string_view text, Keep keep) {
  std::vector<std::string> out;
  bool open = false;
  for (const char c : text) {
    if (keep(c)) {
      if (!open) out.emplace_back();
      out.back() += c;
    }
    open = keep(c);
  }
  return out;
}

// "_" for each character that is not kept; with `collapse`, one "_" for a run of them.
template <class Keep>
std::string replaced(std::string_view text, Keep keep, bool collapse) {
  std::string out;
  bool after_gap = false;
  for (const char c : text) {
    if (keep(c)) {
      out += c;
      after_gap = false;
    } else if (!(collapse && after_gap) && !continues_character(c)) {
      out += '_';
      after_gap = true;
    }
  }
  return out;
}

bool is_all_underscores(std::string_view text) {
  return text.find_first_not_of('_') == std::string_view::npos;
}

std::string cleaned_unit(std::string_view unit) {
  std::string out = replaced(unit, is_name_character, true);
  if (out.starts_with('_')) out.erase(0, 1);
  return out;
}

// Of adot_0_35.
std::string trimmed_unit(std::string_view unit) {
  return join(fields(unit, is_letter_or_digit), "_");
}

bool is_unit_word(std::string_view part) {
  return !part.empty() && part.find_first_of("{}") == std::string_view::npos;
}

std::string main_unit(std::string_view unit) {
  const std::string_view part = trim(unit.substr(0, unit.find('/')));
  if (!is_unit_word(part)) return {};
  return cleaned_unit(look_up(kUnits, part));
}

std::string per_unit(std::string_view unit) {
  const std::size_t slash = unit.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view part = trim(unit.substr(slash + 1));
  if (!is_unit_word(part)) return {};
  std::string out = cleaned_unit("per_" + std::string(look_up(kPerUnits, part)));
  if (out.ends_with('_')) out.pop_back();
  return out == "per" ? std::string() : out;
}

void add_unit(std::vector<std::string>& tokens, std::string_view unit) {
  const auto is_new = [&](const std::string& token) {
    return !token.empty() && std::find(tokens.begin(), tokens.end(), token) == tokens.end();
  };
  std::string main = main_unit(unit), per = per_unit(unit);
  const bool add_main = is_new(main), add_per = is_new(per);
  if (add_per && main.ends_with('_')) main.pop_back();
  if (add_main) tokens.push_back(std::move(main));
  if (add_per) tokens.push_back(std::move(per));
}

// As adot_0_35 does: `per` and the second part of the unit are tokens of their own.
void add_unit_0_35(std::vector<std::string>& tokens, std::string_view unit) {
  const auto is_new = [&](const std::string& token) {
    return !token.empty() && std::find(tokens.begin(), tokens.end(), token) == tokens.end();
  };
  const std::size_t slash = unit.find('/');
  const std::string_view main = trim(unit.substr(0, slash));
  if (is_unit_word(main)) {
    if (std::string token = trimmed_unit(look_up(kUnits, main)); is_new(token))
      tokens.push_back(std::move(token));
  }
  if (slash == std::string_view::npos) return;
  const std::string_view per = trim(unit.substr(slash + 1));
  if (!is_unit_word(per)) return;
  if (std::string token = trimmed_unit(look_up(kPerUnits, per)); is_new(token)) {
    tokens.emplace_back("per");
    tokens.push_back(std::move(token));
  }
}

void move_to_end(std::vector<std::string>& tokens, std::string_view token) {
  std::erase(tokens, token);
  tokens.emplace_back(token);
}

std::string name_with_suffixes(std::string_view name, std::string_view unit, MetricType type,
                               const NameOptions& options) {
  const bool is_0_35 = options.compat == Compat::adot_0_35;
  std::vector<std::string> tokens =
      is_0_35 ? fields(name, is_letter_or_digit) : fields(name, is_name_character);
  if (is_0_35) {
    add_unit_0_35(tokens, unit);
  } else {
    add_unit(tokens, unit);
  }
  const bool is_gauge = type == MetricType::gauge || type == MetricType::unknown;
  if (type == MetricType::counter) move_to_end(tokens, "total");
  if (is_gauge && unit == "1") move_to_end(tokens, "ratio");
  if (!options.metric_namespace.empty()) tokens.insert(tokens.begin(), options.metric_namespace);
  std::string out = join(tokens, "_");
  if (!out.empty() && is_digit(out.front())) out.insert(0, 1, '_');
  return out;
}

std::string name_without_suffixes(std::string_view name, const NameOptions& options) {
  const auto keep = [](char c) { return is_name_character(c) || c == '_'; };
  std::string out = join(fields(name, keep), "_");
  const std::string& before = options.metric_namespace;
  if (!before.empty() && options.compat == Compat::adot_0_35) return before + '_' + out;
  if (!before.empty()) return join(fields(before, keep), "_") + '_' + out;
  if (!out.empty() && is_digit(out.front())) out.insert(0, 1, '_');
  return out;
}

std::string sanitized_0_12(std::string_view name) {
  std::string out = replaced(name, is_letter_or_digit, false);
  if (out.empty()) return out;
  if (is_digit(out.front())) return "key_" + out;
  return out.front() == '_' ? "key" + out : out;
}

// Two underscores in front are left alone.
std::string sanitized_label_0_35(std::string_view name) {
  std::string out = replaced(name, is_letter_or_digit, false);
  if (!out.empty() && is_digit(out.front())) return "key_" + out;
  return out.starts_with('_') && !out.starts_with("__") ? "key" + out : out;
}

Error unusable(std::string_view what, std::string_view name, std::string_view result) {
  return Error(Code::invalid_argument, std::string(what) + " \"" + std::string(name) +
                                           "\" becomes \"" + std::string(result) +
                                           "\": want a letter or digit in it");
}

}  // namespace

Result<std::string> metric_name(std::string_view name, std::string_view unit, MetricType type,
                                const NameOptions& options) {
  if (options.compat == Compat::adot_0_12) {
    const std::string& before = options.metric_namespace;
    return sanitized_0_12(before.empty() ? std::string(name) : before + '_' + std::string(name));
  }
  std::string out = options.add_metric_suffixes ? name_with_suffixes(name, unit, type, options)
                                                : name_without_suffixes(name, options);
  if (out.empty() || (out != name && is_all_underscores(out)))
    return unusable("metric name", name, out);
  return out;
}

std::string unit_name(std::string_view unit) {
  const std::string main = main_unit(unit), per = per_unit(unit);
  std::string out = main.empty() || per.empty() ? main + per : main + '_' + per;
  if (out.starts_with('_')) out.erase(0, 1);
  if (out.ends_with('_')) out.pop_back();
  return out;
}

Result<std::string> label_name(std::string_view name, Compat compat) {
  if (name.empty()) return Error(Code::invalid_argument, "a label without a name");
  if (compat != Compat::adot_0_49) {
    std::string out =
        compat == Compat::adot_0_12 ? sanitized_0_12(name) : sanitized_label_0_35(name);
    if (out.empty()) return unusable("label name", name, out);
    return out;
  }

  constexpr std::string_view kReserved = "__";
  const bool is_reserved = name.size() >= 2 * kReserved.size() && name.starts_with(kReserved) &&
                           name.ends_with(kReserved);
  std::string out =
      is_reserved
          ? "__" + replaced(name.substr(2, name.size() - 4), is_letter_or_digit, true) + "__"
          : replaced(name, is_letter_or_digit, true);
  if (!out.empty() && is_digit(out.front())) out.insert(0, "key_");
  if (out.starts_with('_') && !out.starts_with(kReserved)) out.insert(0, "key");
  if (is_all_underscores(out)) return unusable("label name", name, out);
  return out;
}

Result<std::string> target_info_label_name(std::string_view name, Compat compat) {
  if (compat != Compat::adot_0_49) return label_name(name, compat);
  if (name.empty()) return Error(Code::invalid_argument, "a label without a name");
  std::string out = replaced(name, is_letter_or_digit, false);
  if (is_all_underscores(out)) return unusable("label name", name, out);
  if (is_digit(out.front())) out.insert(0, "key_");
  return out;
}

Result<std::string> external_label_name(std::string_view name, Compat compat) {
  constexpr std::string_view kOwn = "__";
  if (compat == Compat::adot_0_12 && name.starts_with(kOwn))
    return std::string(kOwn) + replaced(name.substr(kOwn.size()), is_letter_or_digit, false);
  return label_name(name, compat);
}

}  // namespace tributary::collector::prometheusremotewrite
