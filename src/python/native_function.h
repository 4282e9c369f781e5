// NativeFunction: a function of this module in the place of one of PyMongo's Python functions.
#pragma once

#include "ref.h"

namespace pymongo_cpp {

// Makes the type NativeFunction and adds it to the module; false with an exception.
bool add_native_function_type(PyObject* module);

}  // namespace pymongo_cpp
