#include "collector/exporters/prometheusremotewrite/factory.h"

#include "collector/exporters/prometheusremotewrite/exporter.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector::prometheusremotewrite {

void register_component(Registry& registry) {
  registry.add(make_exporter<Config, Exporter>("prometheusremotewrite"));
  registry.add_alias<collector::Exporter>("prometheus_remote_write", "prometheusremotewrite");
  registry.add(make_exporter<AwsConfig, Exporter>("awsprometheusremotewrite"));
}

}  // namespace tributary::collector::prometheusremotewrite
