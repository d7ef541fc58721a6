#include "collector/receivers/prometheus/families.h"

#include <array>
#include <optional>
#include <span>

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
    default: return std::nullopt;
  }
  if (suffix == "_sum") return Role::sum;
  if (suffix == "_count") return Role::count;
  if (suffix == "_created") return Role::created;
  return std::nullopt;
}

// The type of a series that stands for itself though its metadata says `type`.
MetricType own_type(MetricType type, std::string_view suffix) {
  switch (type) {
    case MetricType::counter:
      return suffix == "_created" ? MetricType::unknown : MetricType::counter;
    case MetricType::gauge_histogram: return MetricType::gauge;
    case MetricType::histogram:
    case MetricType::summary: return MetricType::unknown;
    default: return type;
  }
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

void Families::begin_scrape() {
  ++scrape_;
  next_ = 0;
}

Families::Metadata& Families::touch(std::string_view name) {
  // Pages say the same in the same order each time, so the next entry is known in advance.
  if (next_ < order_.size() && order_[next_]->first == name) {
    Metadata& metadata = order_[next_++]->second;
    metadata.seen = scrape_;
    return metadata;
  }
  auto found = metadata_.find(name);
  if (found == metadata_.end()) {
    found = metadata_.emplace(std::string(name), Metadata()).first;
    ++version_;
  }
  order_.resize(next_);
  order_.push_back(&*found);
  ++next_;
  found->second.seen = scrape_;
  return found->second;
}

void Families::set_type(std::string_view name, MetricType type) {
  Metadata& metadata = touch(name);
  if (metadata.type == type) return;
  metadata.type = type;
  ++version_;
}

void Families::set_help(std::string_view name, std::string_view help) {
  Metadata& metadata = touch(name);
  if (metadata.help == help) return;
  metadata.help = help;
  ++version_;
}

void Families::set_unit(std::string_view name, std::string_view unit) {
  Metadata& metadata = touch(name);
  if (metadata.unit == unit) return;
  metadata.unit = unit;
  ++version_;
}

void Families::end_scrape() {
  const std::size_t before = metadata_.size();
  std::erase_if(metadata_,
                [&](const auto& one) { return scrape_ - one.second.seen > kScrapesKept; });
  if (metadata_.size() != before) {
    order_.clear();
    next_ = 0;
    ++version_;
  }
  std::erase_if(families_, [](const auto& one) { return one.second.use_count() == 1; });
}

const Families::Metadata* Families::find_metadata(std::string_view name,
                                                  std::string_view& base) const {
  base = name;
  if (const auto exact = metadata_.find(name); exact != metadata_.end()) return &exact->second;
  for (const std::string_view suffix : kSuffixes) {
    if (!name.ends_with(suffix)) continue;
    base = name.substr(0, name.size() - suffix.size());
    const auto found = metadata_.find(base);
    return found == metadata_.end() ? nullptr : &found->second;
  }
  return nullptr;
}

std::shared_ptr<const MetricFamily> Families::intern(std::string_view name, MetricType type,
                                                     const Metadata* metadata) {
  MetricFamily family{.name = std::string(name), .type = type};
  if (metadata != nullptr) {
    family.unit = ucum_unit(metadata->unit);
    family.help = metadata->help;
  }
  auto& slot = families_[{family.name, type}];
  if (slot == nullptr || !(*slot == family))
    slot = std::make_shared<const MetricFamily>(std::move(family));
  return slot;
}

FamilyRole Families::find(std::string_view name, const Labels& labels) {
  if (is_report_name(name)) return {intern(name, MetricType::gauge, nullptr)};
  std::string_view base;
  const Metadata* metadata = find_metadata(name, base);
  if (metadata == nullptr) return {intern(name, MetricType::unknown, nullptr)};
  const std::string_view suffix = name.substr(base.size());
  if (const auto role = role_in(metadata->type, suffix, labels))
    return {intern(base, metadata->type, metadata), *role};
  return {intern(name, own_type(metadata->type, suffix), metadata)};
}

}  // namespace tributary::collector::prometheus
