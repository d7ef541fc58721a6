#include "model/series_run.h"

#include <snappy.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace tributary {
namespace {

// The first byte of a series: its role in the low four bits, and what is not as before.
constexpr unsigned kRoleMask = 0x0f;
constexpr unsigned kNewFamily = 0x10;    // the next one of the table
constexpr unsigned kOtherFamily = 0x20;  // its number follows
constexpr unsigned kOtherSchema = 0x40;  // its number follows, and names where it is new
constexpr unsigned kOtherOrigin = 0x80;  // its number follows

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end - a.begin());
}

// Which labels have another value than before: a bit each, lowest first.
constexpr std::size_t mask_bytes(std::size_t labels) { return (labels + 7) / 8; }

// How far back a table is searched: what is not found is added once more, which costs bytes alone.
constexpr std::size_t kWindow = 64;

template <class T, class Matches>
std::size_t find_back(const std::vector<T>& items, Matches matches) {
  const std::size_t end = items.size() - std::min(items.size(), kWindow);
  for (std::size_t i = items.size(); i-- > end;)
    if (matches(items[i])) return i;
  return items.size();
}

}  // namespace

SeriesRun::SeriesRun(std::span<const Series> series) {
  SeriesRunBuilder builder;
  for (const Series& one : series) builder.add(one);
  builder.finish_into(*this);
}

std::vector<Series> SeriesRun::unpack() const {
  std::vector<Series> out;
  out.reserve(size_);
  SeriesRunReader reader(*this);
  while (reader.next()) out.push_back(reader.series());
  return out;
}

std::size_t SeriesRun::bytes() const {
  return sizeof *this + packed_bytes_ + families_.capacity() * sizeof families_[0] +
         origins_.capacity() * sizeof origins_[0];
}

SeriesRunReader::SeriesRunReader(const SeriesRun& run) : run_(run), left_(run.size()) {
  std::size_t size = 0;
  TRIBUTARY_CHECK(snappy::GetUncompressedLength(run.packed_.get(), run.packed_bytes_, &size));
  bytes_ = std::make_unique_for_overwrite<char[]>(size);
  TRIBUTARY_CHECK(snappy::RawUncompress(run.packed_.get(), run.packed_bytes_, bytes_.get()));
  at_ = bytes_.get();
}

std::uint64_t SeriesRunReader::number() { return packed_labels::read_uvarint(at_); }

std::string_view SeriesRunReader::text() {
  const auto size = static_cast<std::size_t>(number());
  at_ += size;
  return {at_ - size, size};
}

bool SeriesRunReader::next() {
  if (left_ == 0) return false;
  --left_;
  const auto head = static_cast<unsigned char>(*at_++);
  role_ = static_cast<Role>(head & kRoleMask);
  if ((head & kNewFamily) != 0) family_ = families_seen_++;
  if ((head & kOtherFamily) != 0) family_ = static_cast<std::size_t>(number());
  if ((head & kOtherOrigin) != 0) origin_ = static_cast<std::size_t>(number());
  if ((head & kOtherSchema) != 0) read_schema();
  read_labels();
  return true;
}

void SeriesRunReader::read_schema() {
  schema_ = static_cast<std::size_t>(number());
  if (schema_ == schemas_.size()) {
    std::vector<std::uint32_t>& added = schemas_.emplace_back();
    added.resize(static_cast<std::size_t>(number()));
    for (std::uint32_t& name : added) {
      name = static_cast<std::uint32_t>(number());
      if (name == names_.size()) names_.push_back({text(), {}});
    }
  }
  labels_.clear();
  for (const std::uint32_t name : schemas_[schema_])
    labels_.push_back({names_[name].name, names_[name].value});
}

void SeriesRunReader::read_labels() {
  const std::vector<std::uint32_t>& schema = schemas_[schema_];
  const char* mask = at_;
  at_ += mask_bytes(schema.size());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if ((static_cast<unsigned char>(mask[i / 8]) >> (i % 8) & 1U) == 0) continue;
    std::string& value = names_[schema[i]].value;
    value.resize(static_cast<std::size_t>(number()));
    value += text();
    labels_[i].value = value;
  }
}

SeriesView SeriesRunReader::view() const {
  const SeriesRun::Origin& origin = run_.origins_[origin_];
  return {.family = run_.families_[family_],
          .role = role_,
          .labels = labels_,
          .resource = origin.resource,
          .scope = origin.scope};
}

Series SeriesRunReader::series() const {
  const SeriesView from = view();
  std::vector<Label> labels;
  labels.reserve(from.labels.size());
  for (const LabelView& label : from.labels)
    labels.push_back({std::string(label.name), std::string(label.value)});
  return {.family = from.family,
          .role = from.role,
          .labels = Labels::from_sorted(std::move(labels)),
          .resource = from.resource,
          .scope = from.scope};
}

void SeriesRunBuilder::number(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void SeriesRunBuilder::text(std::string_view value) {
  number(value.size());
  bytes_ += value;
}

void SeriesRunBuilder::add(const Series& series) {
  views_.clear();
  for (const Label& label : series.labels) views_.push_back({label.name, label.value});
  add(SeriesView{.family = series.family,
                 .role = series.role,
                 .labels = views_,
                 .resource = series.resource,
                 .scope = series.scope});
}

void SeriesRunBuilder::add(const SeriesView& series) {
  TRIBUTARY_CHECK(size_ < SeriesRun::kSeriesMax);
  const std::size_t families = families_.size();
  const std::size_t family = add_family(series.family);
  const std::size_t origin = add_origin(series.resource, series.scope);
  const std::size_t schema = find_schema(series.labels);
  auto head = static_cast<unsigned>(series.role);
  const bool is_first = size_++ == 0;
  const bool other_family = family < families && family != family_;
  const bool other_origin = is_first || origin != origin_;
  const bool other_schema = is_first || schema != schema_;
  if (family == families) head |= kNewFamily;
  if (other_family) head |= kOtherFamily;
  if (other_origin) head |= kOtherOrigin;
  if (other_schema) head |= kOtherSchema;
  bytes_.push_back(static_cast<char>(head));
  if (other_family) number(family);
  if (other_origin) number(origin);
  family_ = family;
  origin_ = origin;
  schema_ = schema;
  if (other_schema) {
    number(schema);
    if (schema == schemas_.size()) add_schema(series.labels);
  }
  add_labels(series.labels);
}

std::size_t SeriesRunBuilder::add_family(const std::shared_ptr<const MetricFamily>& family) {
  if (size_ > 0 && families_[family_] == family) return family_;
  const std::size_t found =
      find_back(families_, [&](const auto& one) { return one.get() == family.get(); });
  if (found == families_.size()) families_.push_back(family);
  return found;
}

std::size_t SeriesRunBuilder::add_origin(const std::shared_ptr<const Resource>& resource,
                                         const std::shared_ptr<const Scope>& scope) {
  const auto same = [&](const SeriesRun::Origin& one) {
    return one.resource.get() == resource.get() && one.scope.get() == scope.get();
  };
  if (size_ > 0 && same(origins_[origin_])) return origin_;
  const std::size_t found = find_back(origins_, same);
  if (found == origins_.size()) origins_.push_back({resource, scope});
  return found;
}

bool SeriesRunBuilder::fits(const std::vector<std::uint32_t>& schema,
                            std::span<const LabelView> labels) const {
  return std::equal(schema.begin(), schema.end(), labels.begin(), labels.end(),
                    [this](std::uint32_t name, const LabelView& label) {
                      return names_[name].name == label.name;
                    });
}

std::size_t SeriesRunBuilder::find_schema(std::span<const LabelView> labels) const {
  if (size_ > 0 && fits(schemas_[schema_], labels)) return schema_;
  return find_back(schemas_, [&](const auto& schema) { return fits(schema, labels); });
}

void SeriesRunBuilder::add_schema(std::span<const LabelView> labels) {
  std::vector<std::uint32_t>& schema = schemas_.emplace_back();
  number(labels.size());
  for (const LabelView& label : labels) {
    const std::size_t name =
        find_back(names_, [&](const Name& one) { return one.name == label.name; });
    number(name);
    schema.push_back(static_cast<std::uint32_t>(name));
    if (name < names_.size()) continue;
    names_.push_back({std::string(label.name), {}});
    text(label.name);
  }
}

void SeriesRunBuilder::add_labels(std::span<const LabelView> labels) {
  const std::vector<std::uint32_t>& schema = schemas_[schema_];
  const std::size_t mask = bytes_.size();
  bytes_.append(mask_bytes(schema.size()), '\0');
  for (std::size_t i = 0; i < schema.size(); ++i) {
    std::string& before = names_[schema[i]].value;
    const std::string_view value = labels[i].value;
    if (before == value) continue;
    bytes_[mask + i / 8] = static_cast<char>(bytes_[mask + i / 8] | 1 << (i % 8));
    const std::size_t shared = shared_prefix(before, value);
    number(shared);
    text(value.substr(shared));
    before = value;
  }
}

void SeriesRunBuilder::finish_into(SeriesRun& run) {
  compressed_.resize(snappy::MaxCompressedLength(bytes_.size()));
  std::size_t size = 0;
  snappy::RawCompress(bytes_.data(), bytes_.size(), compressed_.data(), &size);
  auto packed = std::make_shared_for_overwrite<char[]>(size);
  std::memcpy(packed.get(), compressed_.data(), size);
  run.packed_ = std::move(packed);
  run.packed_bytes_ = static_cast<std::uint32_t>(size);
  run.size_ = static_cast<std::uint16_t>(size_);
  run.families_.assign(families_.begin(), families_.end());
  run.origins_.assign(origins_.begin(), origins_.end());
  bytes_.clear();
  size_ = 0;
  names_.clear();
  schemas_.clear();
  families_.clear();
  origins_.clear();
}

SeriesRunPtr SeriesRunBuilder::finish() {
  TRIBUTARY_CHECK(size_ > 0);
  auto run = std::shared_ptr<SeriesRun>(new SeriesRun());
  finish_into(*run);
  return run;
}

SeriesRunPtr select(const SeriesRun& run, std::span<const std::uint16_t> indexes) {
  SeriesRunBuilder builder;
  SeriesRunReader reader(run);
  std::size_t at = 0;
  for (const std::uint16_t index : indexes) {
    for (; at <= index; ++at) TRIBUTARY_CHECK(reader.next());
    builder.add(reader.view());
  }
  return builder.finish();
}

SeriesRunPtr replace_resources(const SeriesRun& run, const ResourceMap& map) {
  auto replaced = std::shared_ptr<SeriesRun>(new SeriesRun());
  replaced->packed_ = run.packed_;
  replaced->packed_bytes_ = run.packed_bytes_;
  replaced->size_ = run.size_;
  replaced->families_ = run.families_;
  replaced->origins_.reserve(run.origins_.size());
  for (const SeriesRun::Origin& origin : run.origins_)
    replaced->origins_.push_back({map(origin.resource), origin.scope});
  return replaced;
}

}  // namespace tributary
