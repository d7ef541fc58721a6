#include "reference.h"

#include <string_view>
#include <vector>

#include "collector/service/telemetry_config.h"
#include "config/fields.h"

namespace tributary::collector {
namespace {

using config::FieldInfo;

constexpr std::string_view kHead = R"(# Configuration reference

Made by `tributary-collector reference` from the declarations that configuration is read by; a test
compares it with the program. What the settings are for, with examples, stands in the README of each
component. Durations are Go's (`1.5s`, `1m30s`), Prometheus' where it says so (`1d2h`); sizes are
like `64MiB`. Anything that is not listed is refused with its place and a suggestion; what ADOT has
and Tributary does not is refused or warned about by name.

```yaml
receivers: {<type>[/<name>]: <settings>}
processors: {<type>[/<name>]: <settings>}
exporters: {<type>[/<name>]: <settings>}
extensions: {<type>[/<name>]: <settings>}
service:
  extensions: [<extension>...]
  pipelines:
    metrics[/<name>]: {receivers: [...], processors: [...], exporters: [...]}
  telemetry: <settings, at the end of this page>
```
)";

// A cell of a table: one line, and no column of its own.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void add_rows(std::string& out, const std::vector<FieldInfo>& fields, const std::string& path) {
  for (const FieldInfo& field : fields) {
    const std::string name = path + field.name;
    const std::string is_default = field.required                ? "required"
                                   : field.default_value.empty() ? ""
                                                                 : "`" + field.default_value + "`";
    const std::string help = (field.deprecated ? "deprecated: " : "") + field.help;
    out += "| `" + cell(name) + "` | " + cell(field.type) + " | " + cell(is_default) + " | " +
           cell(help) + " |\n";
    const bool many = field.type.starts_with("list") || field.type.starts_with("map");
    add_rows(out, field.fields, name + (many ? "[]." : "."));
  }
}

void add_table(std::string& out, const std::vector<FieldInfo>& fields) {
  if (fields.empty()) {
    out += "\nNo settings.\n";
    return;
  }
  out += "\n| Setting | Type | Default | Meaning |\n|---|---|---|---|\n";
  add_rows(out, fields, "");
}

template <class Kind>
void add_components(std::string& out, const Registry& registry, std::string_view title,
                    std::string_view one) {
  out += "\n## " + std::string(title) + "\n";
  for (const Factory<Kind>& factory : registry.all<Kind>()) {
    out += "\n### " + std::string(one) + " " + factory.type + "\n";
    std::string names;
    for (const std::string& name : registry.names<Kind>())
      if (name != factory.type && registry.find<Kind>(name).factory == &factory)
        names += (names.empty() ? "`" : ", `") + name + "`";
    if (!names.empty()) out += "\nAlso called " + names + ".\n";
    add_table(out, factory.fields());
  }
}

}  // namespace

std::string configuration_reference(const Registry& registry) {
  std::string out(kHead);
  add_components<Receiver>(out, registry, "Receivers", "receiver");
  add_components<Processor>(out, registry, "Processors", "processor");
  add_components<Exporter>(out, registry, "Exporters", "exporter");
  add_components<Extension>(out, registry, "Extensions", "extension");
  out += "\n## service::telemetry\n";
  add_table(out, config::fields_of<TelemetryConfig>());
  return out;
}

}  // namespace tributary::collector
