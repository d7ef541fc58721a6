#include "tsdb/metadata_store.h"

#include <rapidjson/document.h>

#include <utility>

#include "base/json_text.h"

namespace tributary::tsdb {
namespace {

constexpr MetricType kTypes[] = {
    MetricType::unknown, MetricType::gauge,     MetricType::counter,
    MetricType::sum,     MetricType::histogram, MetricType::gauge_histogram,
    MetricType::summary, MetricType::info,      MetricType::stateset};

MetricType type_from(std::string_view text) {
  for (const MetricType type : kTypes) {
    if (to_string(type) == text) return type;
  }
  return MetricType::unknown;
}

std::string member(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

}  // namespace

MetadataStore::MetadataStore(Disk& disk, std::string path, std::size_t families_max)
    : disk_(disk), path_(std::move(path)), families_max_(families_max) {}

Result<void> MetadataStore::load() {
  if (!disk_.exists(path_)) return {};
  TRIBUTARY_TRY(const std::string text, disk_.read(path_));
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError() || !document.IsArray()) {
    return Error(Code::corruption, path_ + " is not a JSON list of metric families");
  }
  for (const rapidjson::Value& entry : document.GetArray()) {
    if (!entry.IsObject()) continue;
    set({.name = member(entry, "name"),
         .type = type_from(member(entry, "type")),
         .unit = member(entry, "unit"),
         .help = member(entry, "help")});
  }
  const std::lock_guard lock(mutex_);
  changed_ = false;
  return {};
}

Result<void> MetadataStore::save() {
  std::string text = "[";
  {
    const std::lock_guard lock(mutex_);
    if (!changed_) return {};
    for (const auto& [name, family] : families_) {
      if (text.size() > 1) text += ',';
      text += "\n{\"name\":" + json_string(name) + ",\"type\":\"" +
              std::string(to_string(family.type)) + "\",\"unit\":" + json_string(family.unit) +
              ",\"help\":" + json_string(family.help) + '}';
    }
    changed_ = false;
  }
  auto done = disk_.replace(path_, text + "\n]\n");
  if (!done) {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  return done;
}

void MetadataStore::set(const MetricFamily& family) {
  if (family.name.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto found = families_.find(family.name);
  if (found == families_.end()) {
    if (families_max_ > 0 && families_.size() >= families_max_) {
      ++dropped_;
      return;
    }
    families_.emplace(family.name, family);
  } else if (found->second != family) {
    found->second = family;
  } else {
    return;
  }
  changed_ = true;
}

std::vector<MetricFamily> MetadataStore::get(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  std::vector<MetricFamily> out;
  if (name.empty()) {
    for (const auto& [key, family] : families_) out.push_back(family);
  } else if (const auto found = families_.find(name); found != families_.end()) {
    out.push_back(found->second);
  }
  return out;
}

std::size_t MetadataStore::size() const {
  const std::lock_guard lock(mutex_);
  return families_.size();
}

std::uint64_t MetadataStore::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace tributary::tsdb
