#include "collector/extensions/ignored/ignored.h"

namespace tributary::collector::ignored {

void PprofConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  diagnostics.warning(node.mark(),
                      "has no effect: there is no Go runtime to profile; use perf or gdb");
}

void ZpagesConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  diagnostics.warning(node.mark(),
                      "has no effect: there are no zpages; look at own metrics and the log");
}

}  // namespace tributary::collector::ignored
