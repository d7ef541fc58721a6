#include "collector/receivers/prometheus/families.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/hash.h"

namespace tributary::collector::prometheus {
namespace {

constexpr std::array<std::string_view, 6> kSuffixes = {"_bucket", "_count", "_sum",
                                                       "_total",  "_info",  "_created"};

// What the receiver reports about a scrape is a gauge, also where another server hands it on.
bool is_report_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"up",
                                                      "scrape_duration_seconds",
                                                      "scrape_samples_scraped",
                                                      "scrape_samples_post_metric_relabeling",
                                                      "scrape_series_added",
                                                      "scrape_timeout_seconds",
                                                      "scrape_sample_limit",
                                                      "scrape_body_size_bytes"};
  for (const std::string_view known : kNames)
    if (name == known) return true;
  return false;
}

// The role of a series within a family of that type, if its suffix and labels give it one.
std::optional<Role> role_in(MetricType type, std::string_view suffix, const Labels& labels) {
  switch (type) {
    case MetricType::histogram:
      if (suffix == "_bucket" && labels.has("le")) return Role::bucket;
      break;
    case MetricType::summary:
      if (suffix.empty() && labels.has("quantile")) return Role::quantile;
      break;
    case MetricType::info:
      if (suffix == "_info") return Role::info;
      return std::nullopt;
    case MetricType::counter:
      if (suffix == "_created") return Role::created;
      return std::nullopt;
    default: return std::nullopt;
  }
  if (suffix == "_sum") return Role::sum;
  if (suffix == "_count") return Role::count;
  if (suffix == "_created") return Role::created;
  return std::nullopt;
}

// The type of a series that stands for itself though its metadata says `type`.
MetricType own_type(MetricType type) {
  switch (type) {
    case MetricType::gauge_histogram: return MetricType::gauge;
    case MetricType::histogram:
    case MetricType::summary: return MetricType::unknown;
    default: return type;
  }
}

// The name without any suffix: what metadata says about one name with a stem may change the answer
// for all names with it.
std::string_view stem_of(std::string_view name) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view suffix : kSuffixes) {
      if (!name.ends_with(suffix) || name.size() == suffix.size()) continue;
      name.remove_suffix(suffix.size());
      found = true;
    }
  }
  return name;
}

struct UnitName {
  std::string_view word;
  std::string_view ucum;
};

constexpr std::array<UnitName, 26> kUnits = {{
    {"days", "d"},          {"hours", "h"},         {"minutes", "min"},    {"seconds", "s"},
    {"milliseconds", "ms"}, {"microseconds", "us"}, {"nanoseconds", "ns"}, {"bytes", "By"},
    {"kibibytes", "KiBy"},  {"mebibytes", "MiBy"},  {"gibibytes", "GiBy"}, {"tibibytes", "TiBy"},
    {"kilobytes", "KBy"},   {"megabytes", "MBy"},   {"gigabytes", "GBy"},  {"terabytes", "TBy"},
    {"meters", "m"},        {"volts", "V"},         {"amperes", "A"},      {"joules", "J"},
    {"watts", "W"},         {"grams", "g"},         {"celsius", "Cel"},    {"hertz", "Hz"},
    {"ratio", "1"},         {"percent", "%"},
}};

constexpr std::array<UnitName, 7> kPerUnits = {{{"second", "s"},
                                                {"minute", "m"},
                                                {"hour", "h"},
                                                {"day", "d"},
                                                {"week", "w"},
                                                {"month", "mo"},
                                                {"year", "y"}}};

std::string_view ucum_of(std::string_view word, std::span<const UnitName> names) {
  for (const UnitName& name : names)
    if (name.word == word) return name.ucum;
  return word;
}

}  // namespace

std::string ucum_unit(std::string_view unit) {
  constexpr std::string_view kPer = "_per_";
  const std::size_t per = unit.find(kPer);
  std::string out(ucum_of(unit.substr(0, per), kUnits));
  if (per == std::string_view::npos) return out;
  out += '/';
  return out += ucum_of(unit.substr(per + kPer.size()), kPerUnits);
}

std::size_t Families::SlotHash::operator()(std::string_view name) const { return hash64(name); }

std::uint32_t Families::touch(std::string_view name) {
  if (const auto found = slots_.find(name); found != slots_.end()) {
    known_[*found].seen = scrape_;
    return *found;
  }
  auto slot = static_cast<std::uint32_t>(known_.size());
  if (free_.empty()) {
    known_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  known_[slot] = {.metadata = table_.metadata({.name = std::string(name)}), .seen = scrape_};
  slots_.insert(slot);
  std::string_view base;
  const Known* const above = find_metadata_behind_suffix(name, base);
  if (has_bare_ || (above != nullptr && above->used)) note_change(name);
  return slot;
}

void Families::replace(std::uint32_t slot, Metadata metadata) {
  Known& known = known_[slot];
  if (known.used || has_bare_) note_change(metadata.name);
  known.metadata = table_.metadata(std::move(metadata));
}

template <class Field, class Value>
std::uint32_t Families::set(std::string_view name, Field Metadata::* field, Value value) {
  const std::uint32_t slot = touch(name);
  if ((*known_[slot].metadata).*field == value) return slot;
  Metadata changed = *known_[slot].metadata;
  changed.*field = value;
  replace(slot, std::move(changed));
  return slot;
}

std::uint32_t Families::set_type(std::string_view name, MetricType type) {
  return set(name, &Metadata::type, type);
}

std::uint32_t Families::set_help(std::string_view name, std::string_view help) {
  return set(name, &Metadata::help, help);
}

std::uint32_t Families::set_unit(std::string_view name, std::string_view unit) {
  return set(name, &Metadata::unit, unit);
}

void Families::mark_seen(std::uint32_t slot, std::uint32_t scrape) {
  if (slot < known_.size()) known_[slot].seen = std::max(known_[slot].seen, scrape);
}

void Families::end_scrape() {
  for (std::uint32_t slot = 0; slot < known_.size(); ++slot) {
    Known& known = known_[slot];
    if (known.metadata == nullptr || scrape_ - known.seen <= kScrapesKept) continue;
    if (known.used || has_bare_) note_change(known.metadata->name);
    slots_.erase(slot);
    known = Known();
    free_.push_back(slot);
  }
}

void Families::note_change(std::string_view name) {
  const std::string_view stem = stem_of(name);
  if (all_changed_ || (!changes_.empty() && changes_.back() == stem)) return;
  changes_.emplace_back(stem);
  all_changed_ = changes_.size() > kChangesMax;
}

bool Families::has_changed(const MetricFamily& family) const {
  if (all_changed_) return true;
  const std::string_view stem = stem_of(family.name);
  return std::find(changes_.begin(), changes_.end(), stem) != changes_.end();
}

void Families::forget_changes() {
  changes_.clear();
  all_changed_ = false;
}

Families::Known* Families::find_known(std::string_view name) {
  const auto found = slots_.find(name);
  return found == slots_.end() ? nullptr : &known_[*found];
}

Families::Known* Families::find_metadata(std::string_view name, std::string_view& base) {
  base = name;
  if (Known* const exact = find_known(name)) return exact;
  return find_metadata_behind_suffix(name, base);
}

Families::Known* Families::find_metadata_behind_suffix(std::string_view name,
                                                       std::string_view& base) {
  for (const std::string_view suffix : kSuffixes) {
    if (!name.ends_with(suffix)) continue;
    base = name.substr(0, name.size() - suffix.size());
    return find_known(base);
  }
  return nullptr;
}

FamilyPtr Families::report_family(std::string_view name, std::string_view unit,
                                  std::string_view help) {
  return table_.family({.name = std::string(name),
                        .type = MetricType::gauge,
                        .unit = std::string(unit),
                        .help = std::string(help)});
}

FamilyRole Families::find(std::string_view name, const Labels& labels) {
  const auto family = [&](std::string_view called, MetricType type, const Metadata* metadata) {
    MetricFamily made{.name = std::string(called), .type = type};
    if (metadata != nullptr) {
      made.unit = ucum_unit(metadata->unit);
      made.help = metadata->help;
    }
    return table_.family(std::move(made));
  };
  if (is_report_name(name)) return {family(name, MetricType::gauge, nullptr)};
  std::string_view base;
  Known* const known = find_metadata(name, base);
  if (known == nullptr) {
    has_bare_ = true;
    return {family(name, MetricType::unknown, nullptr)};
  }
  known->used = true;
  const Metadata& metadata = *known->metadata;
  const std::string_view suffix = name.substr(base.size());
  if (const auto role = role_in(metadata.type, suffix, labels))
    return {family(base, metadata.type, &metadata), *role};
  return {family(name, own_type(metadata.type), &metadata)};
}

}  // namespace tributary::collector::prometheus
