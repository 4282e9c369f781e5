// JavaScript code.
#pragma once

#include "../state.h"

namespace pymongo_cpp {

// bson.code.Code of a str and its scope, which may be null: code without one. What Code() raises
// when the scope is no mapping.
Ref make_code(const ModuleState& state, PyObject* text, PyObject* scope);

}  // namespace pymongo_cpp
