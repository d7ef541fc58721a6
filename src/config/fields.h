// Settings are declared once: a struct says its fields in `describe`, and reading, unknown-key
// errors, defaults, --print-config and the documentation come from that.
//
//   struct Config {
//     std::string endpoint;
//     Duration timeout = 5s;
//
//     template <class Fields>
//     void describe(Fields& f) {
//       f.required("endpoint", endpoint, "where to send");
//       f.optional("timeout", timeout, "for one attempt");
//     }
//     void validate(const Node& node, Diagnostics& diagnostics) const;  // optional; runs after a
//   };                                                                  // decode without errors
//
// Types: bool, integers, double, std::string, Duration (Go's spelling), PrometheusDuration, Secret,
// ByteSize, enums with `choices` (values.h), std::optional, std::vector, std::map<std::string, T>,
// structs with `describe`, Node (taken as it is), and any type T with, beside it,
//   bool decode(const config::Node&, T&, config::Diagnostics&);  // false where it said an error
//   config::Node encode(const T&);                               // optional, for printing
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/values.h"

namespace tributary::config {

// Of a field, as documentation shows it.
struct FieldInfo {
  std::string name;
  std::string type;           // "duration", "list of string", "section"
  std::string default_value;  // YAML on one line; "" where required or a section
  std::string help;
  bool required = false;
  bool deprecated = false;
  std::vector<FieldInfo> fields;  // of a section, or of a list's or map's sections
};

// What can be done with a value of a type, without knowing the type.
struct ValueType {
  bool (*decode)(const Node& node, void* value, Diagnostics& diagnostics);
  Node (*encode)(void* value);
  std::string (*name)();
  std::vector<FieldInfo> (*fields)();
};

template <class T>
const ValueType& value_type();

// What `describe` fills in.
class Fields {
 public:
  enum class Presence : std::uint8_t { required, optional, deprecated, ignored };
  struct Field {
    std::string_view name;
    std::string_view help;
    Presence presence;
    void* value;
    const ValueType* type;
  };

  template <class T>
  void required(std::string_view name, T& value, std::string_view help) {
    fields_.push_back({name, help, Presence::required, &value, &value_type<T>()});
  }
  template <class T>
  void optional(std::string_view name, T& value, std::string_view help) {
    fields_.push_back({name, help, Presence::optional, &value, &value_type<T>()});
  }
  // Works, with a warning that gives the hint.
  template <class T>
  void deprecated(std::string_view name, T& value, std::string_view hint) {
    fields_.push_back({name, hint, Presence::deprecated, &value, &value_type<T>()});
  }
  // Accepted for compatibility, whatever its value; a warning says that it has no effect and why.
  void ignored(std::string_view name, std::string_view hint) {
    fields_.push_back({name, hint, Presence::ignored, nullptr, nullptr});
  }

  const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

namespace detail {

// The parts that do not depend on a type.
bool decode_fields(const Node& node, const Fields& fields, Diagnostics& diagnostics);
Node encode_fields(const Fields& fields);
std::vector<FieldInfo> list_fields(const Fields& fields);

bool decode_scalar(const Node& node, bool& value, Diagnostics& diagnostics);
bool decode_scalar(const Node& node, double& value, Diagnostics& diagnostics);
bool decode_scalar(const Node& node, std::string& value, Diagnostics& diagnostics);
bool decode_scalar(const Node& node, Duration& value, Diagnostics& diagnostics);
bool decode_scalar(const Node& node, PrometheusDuration& value, Diagnostics& diagnostics);
bool decode_scalar(const Node& node, Secret& value, Diagnostics& diagnostics);
bool decode_scalar(const Node& node, ByteSize& value, Diagnostics& diagnostics);
bool decode_integer(const Node& node, std::int64_t min, std::uint64_t max, std::int64_t& value,
                    Diagnostics& diagnostics);
std::optional<std::size_t> decode_choice(const Node& node, const std::vector<std::string>& names,
                                         Diagnostics& diagnostics);
bool wrong_type(const Node& node, std::string_view wanted, Diagnostics& diagnostics);

Node encode_scalar(bool value);
Node encode_scalar(double value);
Node encode_scalar(const std::string& value);
Node encode_scalar(Duration value);
Node encode_scalar(PrometheusDuration value);
Node encode_scalar(const Secret& value);
Node encode_scalar(ByteSize value);

template <class T>
inline constexpr std::string_view kScalarName = "";
template <>
inline constexpr std::string_view kScalarName<bool> = "bool";
template <>
inline constexpr std::string_view kScalarName<double> = "number";
template <>
inline constexpr std::string_view kScalarName<std::string> = "string";
template <>
inline constexpr std::string_view kScalarName<Duration> = "duration";
template <>
inline constexpr std::string_view kScalarName<PrometheusDuration> = "Prometheus duration";
template <>
inline constexpr std::string_view kScalarName<Secret> = "secret";
template <>
inline constexpr std::string_view kScalarName<ByteSize> = "size in bytes";

template <class T>
concept Scalar = !kScalarName<T>.empty();
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept Enumerated = std::is_enum_v<T> && requires { choices(T{}); };
template <class T>
concept Section = requires(T& value, Fields& fields) { value.describe(fields); };
template <class T>
concept Validated = requires(const T& value, const Node& node, Diagnostics& diagnostics) {
  value.validate(node, diagnostics);
};

// Functions of the type's own namespace; the deleted ones keep config::decode itself out.
namespace adl {
void decode() = delete;
void encode() = delete;

template <class T>
concept Decodes = requires(const Node& node, T& value, Diagnostics& diagnostics) {
  { decode(node, value, diagnostics) } -> std::same_as<bool>;
};
template <class T>
concept Encodes = requires(const T& value) {
  { encode(value) } -> std::same_as<Node>;
};
template <class T>
bool call_decode(const Node& node, T& value, Diagnostics& diagnostics) {
  return decode(node, value, diagnostics);
}
template <class T>
Node call_encode(const T& value) {
  return encode(value);
}
}  // namespace adl

template <class T>
Fields describe(T& value) {
  Fields fields;
  value.describe(fields);
  return fields;
}

// How a T is read, printed and named. One specialisation per kind of type.
template <class T>
struct Codec;

template <Scalar T>
struct Codec<T> {
  static bool decode(const Node& node, T& value, Diagnostics& diagnostics) {
    // A text may be one that reads as null ("${env:X}" where X is `null` or empty).
    constexpr bool kIsText = std::same_as<T, std::string> || std::same_as<T, Secret>;
    if (node.is_null() && !(kIsText && node.original())) return true;
    return decode_scalar(node, value, diagnostics);
  }
  static Node encode(T& value) { return encode_scalar(value); }
  static std::string name() { return std::string(kScalarName<T>); }
  static std::vector<FieldInfo> fields() { return {}; }
};

template <Integer T>
struct Codec<T> {
  static bool decode(const Node& node, T& value, Diagnostics& diagnostics) {
    if (node.is_null()) return true;
    constexpr auto kMin = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    std::int64_t wide = 0;
    if (!decode_integer(node, kMin, kMax, wide, diagnostics)) return false;
    value = static_cast<T>(wide);
    return true;
  }
  static Node encode(T& value) { return Node::scalar(std::to_string(value)); }
  static std::string name() { return "integer"; }
  static std::vector<FieldInfo> fields() { return {}; }
};

template <Enumerated T>
struct Codec<T> {
  static bool decode(const Node& node, T& value, Diagnostics& diagnostics) {
    if (node.is_null()) return true;
    const auto index = decode_choice(node, names(), diagnostics);
    if (index) value = choices(T{})[*index].value;
    return index.has_value();
  }
  static Node encode(T& value) {
    for (const auto& choice : choices(T{}))
      if (choice.value == value) return encode_scalar(std::string(choice.name));
    return Node();
  }
  static std::string name() {
    std::string text = "one of";
    for (const std::string& choice : names()) text += (text.size() > 6 ? ", " : " ") + choice;
    return text;
  }
  static std::vector<FieldInfo> fields() { return {}; }

 private:
  static std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& choice : choices(T{})) all.emplace_back(choice.name);
    return all;
  }
};

template <Section T>
struct Codec<T> {
  static bool decode(const Node& node, T& value, Diagnostics& diagnostics) {
    if (!decode_fields(node, describe(value), diagnostics)) return false;
    if constexpr (Validated<T>) {
      const std::size_t before = diagnostics.errors();
      value.validate(node, diagnostics);
      return diagnostics.errors() == before;
    }
    return true;
  }
  static Node encode(T& value) { return encode_fields(describe(value)); }
  static std::string name() { return "section"; }
  static std::vector<FieldInfo> fields() {
    T value{};
    return list_fields(describe(value));
  }
};

template <adl::Decodes T>
  requires(!Section<T>)
struct Codec<T> {
  static bool decode(const Node& node, T& value, Diagnostics& diagnostics) {
    return node.is_null() || adl::call_decode(node, value, diagnostics);
  }
  static Node encode([[maybe_unused]] T& value) {
    if constexpr (adl::Encodes<T>) return adl::call_encode(value);
    return Node();
  }
  static std::string name() {
    if constexpr (requires { T::kTypeName; }) return std::string(T::kTypeName);
    return "value";
  }
  static std::vector<FieldInfo> fields() { return {}; }
};

template <>
struct Codec<Node> {
  static bool decode(const Node& node, Node& value, Diagnostics&) {
    value = node;
    return true;
  }
  static Node encode(Node& value) { return value; }
  static std::string name() { return "any"; }
  static std::vector<FieldInfo> fields() { return {}; }
};

// A section that is named but left empty is present with its defaults; an empty scalar is absent.
template <class T>
struct Codec<std::optional<T>> {
  static bool decode(const Node& node, std::optional<T>& value, Diagnostics& diagnostics) {
    if (node.is_null() && !Section<T>) {
      value.reset();
      return true;
    }
    if (!value) value.emplace();
    return Codec<T>::decode(node, *value, diagnostics);
  }
  static Node encode(std::optional<T>& value) { return value ? Codec<T>::encode(*value) : Node(); }
  static std::string name() { return Codec<T>::name(); }
  static std::vector<FieldInfo> fields() { return Codec<T>::fields(); }
};

template <class T>
struct Codec<std::vector<T>> {
  static bool decode(const Node& node, std::vector<T>& value, Diagnostics& diagnostics) {
    if (node.is_null()) return true;
    if (!node.is_sequence()) return wrong_type(node, "a list", diagnostics);
    value.clear();
    bool good = true;
    for (const Node& element : node.elements()) {
      const Diagnostics::Scope scope(diagnostics, "[" + std::to_string(value.size()) + "]");
      T one{};
      good &= Codec<T>::decode(element, one, diagnostics);
      value.push_back(std::move(one));
    }
    return good;
  }
  static Node encode(std::vector<T>& value) {
    Node node = Node::sequence();
    for (auto&& one : value) {
      T copy = one;
      node.elements().push_back(Codec<T>::encode(copy));
    }
    return node;
  }
  static std::string name() { return "list of " + Codec<T>::name(); }
  static std::vector<FieldInfo> fields() { return Codec<T>::fields(); }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static bool decode(const Node& node, std::map<std::string, T>& value, Diagnostics& diagnostics) {
    if (node.is_null()) return true;
    if (!node.is_mapping()) return wrong_type(node, "a mapping", diagnostics);
    value.clear();
    bool good = true;
    for (const Node::Item& item : node.items()) {
      const Diagnostics::Scope scope(diagnostics, item.key);
      good &= Codec<T>::decode(item.value, value[item.key], diagnostics);
    }
    return good;
  }
  static Node encode(std::map<std::string, T>& value) {
    Node node = Node::mapping();
    for (auto& [key, one] : value) node.items().push_back({key, {}, Codec<T>::encode(one)});
    return node;
  }
  static std::string name() { return "map of " + Codec<T>::name(); }
  static std::vector<FieldInfo> fields() { return Codec<T>::fields(); }
};

struct Decode {
  // Reads `node` over the defaults that `value` holds. A null node leaves them. False where it
  // said an error.
  template <class T>
  bool operator()(const Node& node, T& value, Diagnostics& diagnostics) const {
    return Codec<T>::decode(node, value, diagnostics);
  }
};

}  // namespace detail

// config::decode(node, value, diagnostics). An object, so that no type's own `decode` is looked up
// by it; named as the function that it stands for.
inline constexpr detail::Decode decode{};  // NOLINT(readability-identifier-naming)

template <class T>
const ValueType& value_type() {
  using Codec = detail::Codec<T>;
  static constexpr ValueType kType = {
      [](const Node& node, void* value, Diagnostics& diagnostics) {
        return Codec::decode(node, *static_cast<T*>(value), diagnostics);
      },
      [](void* value) { return Codec::encode(*static_cast<T*>(value)); },
      [] { return Codec::name(); },
      [] { return Codec::fields(); },
  };
  return kType;
}

// The value with every default, secrets masked, as nodes (`to_yaml` makes it text).
template <class T>
Node print(T value) {
  return detail::Codec<T>::encode(value);
}

template <class T>
std::vector<FieldInfo> fields_of() {
  return detail::Codec<T>::fields();
}

}  // namespace tributary::config
