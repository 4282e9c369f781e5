// From JSON text to Python objects.
#pragma once

#include "state.h"

namespace pymongo_cpp {

// bson.json_util.loads(text, json_options=options) for a str, bytes or bytearray. `object_hook` is
// json_util's function of that name, which is asked about objects with a type wrapper of an unusual
// form. NotImplemented when json_util has to read the text itself: it is malformed, holds what
// simdjson refuses but Python accepts (NaN, large integers, lone surrogates), or the options'
// document class is not dict. Null with the hook's exception, or with RecursionError.
Ref load_text(ModuleState& state, PyObject* text, PyObject* options, PyObject* object_hook);

}  // namespace pymongo_cpp
