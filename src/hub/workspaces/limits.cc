#include "hub/workspaces/limits.h"

namespace tributary::hub::workspaces {
namespace {

// Stands for config::Fields in `describe`.
class Numbers {
 public:
  template <class T>
  void optional(std::string_view name, const T& value, std::string_view /*help*/) {
    out.emplace_back(name, number(value));
  }

  std::vector<std::pair<std::string, double>> out;

 private:
  static double number(const config::ByteSize& size) { return static_cast<double>(size.bytes); }
  static double number(const config::PrometheusDuration& duration) {
    return std::chrono::duration<double>(duration.value).count();
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  static double number(T value) {
    return static_cast<double>(value);
  }
};

}  // namespace

std::vector<std::pair<std::string, double>> as_numbers(Limits limits) {
  limits.ingestion_burst = limits.burst();
  Numbers numbers;
  limits.describe(numbers);
  return std::move(numbers.out);
}

}  // namespace tributary::hub::workspaces
