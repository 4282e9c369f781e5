// Whole documents, from and to Python objects, as the module's functions do it.
#pragma once

#include "state.h"

namespace pymongo_cpp {

// `document` as bytes. `options` is a CodecOptions. Null with the exception that PyMongo raises.
Ref encode_document(ModuleState& state, PyObject* document, bool check_keys, PyObject* options,
                    bool outermost);

// The document in the buffer of `data`.
Ref decode_object(ModuleState& state, PyObject* data, PyObject* options);

// The list of the documents in the buffer of `data`.
Ref decode_object_all(ModuleState& state, PyObject* data, PyObject* options);

}  // namespace pymongo_cpp
