// What follows from how a document joins its components: whose data a receiver sends, and which
// series become one on the way out.
//
// Pure functions of a document without errors.
#pragma once

#include "collector/pipeline/compat.h"
#include "collector/service/document.h"

namespace tributary::collector {

// Of the exporters that the receiver feeds. Where they differ, the oldest: adding an exporter does
// not change what goes to those that were there.
Compat compat_for(const Document& document, const ComponentId& receiver);

// Warns of receivers whose exporters differ in their profile, and of exporters that send series of
// several sources as one.
void warn_of_wiring(const Document& document, config::Diagnostics& diagnostics);

}  // namespace tributary::collector
