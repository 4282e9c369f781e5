// Finds out, once at import, how PyMongo's classes keep their fields.
#pragma once

#include "../state.h"

namespace pymongo_cpp {

// Fills state.layouts. A class whose instances, built field by field, are not what its own
// constructor makes is left out, and then built by calling it. False with a Python exception when
// that cannot be found out.
bool probe_layouts(ModuleState& state);

}  // namespace pymongo_cpp
