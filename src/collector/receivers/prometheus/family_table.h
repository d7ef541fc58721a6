// What the targets of a receiver share: metadata and metric families that are equal are one object,
// so that a thousand copies of a program cost as many families as one.
//
// Threads: one user at a time.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "model/series.h"

namespace tributary::collector::prometheus {

// What HELP, TYPE and UNIT lines say about a name.
struct Metadata {
  std::string name;
  MetricType type = MetricType::unknown;
  std::string help;
  std::string unit;

  bool operator==(const Metadata&) const = default;
};

using MetadataPtr = std::shared_ptr<const Metadata>;
using FamilyPtr = std::shared_ptr<const MetricFamily>;

class FamilyTable {
 public:
  MetadataPtr metadata(Metadata metadata);
  FamilyPtr family(MetricFamily family);

  std::size_t size() const { return families_.size() + metadata_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Metadata& one) const;
    std::size_t operator()(const MetricFamily& one) const;
    template <class T>
    std::size_t operator()(const std::shared_ptr<const T>& one) const {
      return (*this)(*one);
    }
  };
  struct Equal {
    using is_transparent = void;
    template <class T>
    static const T& value(const std::shared_ptr<const T>& one) {
      return *one;
    }
    template <class T>
    static const T& value(const T& one) {
      return one;
    }
    bool operator()(const auto& a, const auto& b) const { return value(a) == value(b); }
  };
  template <class T>
  struct Pool {
    boost::unordered_flat_set<std::shared_ptr<const T>, Hash, Equal> all;
    std::size_t trim_at = 1024;

    std::shared_ptr<const T> intern(T value);
    std::size_t size() const { return all.size(); }
  };

  Pool<Metadata> metadata_;
  Pool<MetricFamily> families_;
};

}  // namespace tributary::collector::prometheus
