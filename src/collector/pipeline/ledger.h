// The balance of samples on the way to one exporter: where they came from on one side, what became
// of them on the other. Every sample stands once on either side, so the two are even, at any time.
//
// Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::collector {

class Balance {
 public:
  // Samples of one name add up.
  void came(std::string_view name, std::uint64_t samples) { add(came_, name, samples); }
  void went(std::string_view name, std::uint64_t samples) { add(went_, name, samples); }

  // Nothing came.
  bool empty() const;
  // How many more came than went: 0 where no sample was lost or counted twice.
  std::int64_t difference() const;
  // "scraped 1,234 + added 2 = filtered 34 + sent 1,202", without what is 0.
  std::string to_string() const;

 private:
  struct Entry {
    std::string name;
    std::uint64_t samples = 0;
  };

  static void add(std::vector<Entry>& side, std::string_view name, std::uint64_t samples);
  static std::string side_text(const std::vector<Entry>& side);

  std::vector<Entry> came_;
  std::vector<Entry> went_;
};

}  // namespace tributary::collector
