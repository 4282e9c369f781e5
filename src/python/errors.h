// PyMongo's exceptions, raised with PyMongo's messages.
#pragma once

#include "state.h"

#include <bsonpp/error.h>

namespace pymongo_cpp {

// bson.errors.InvalidBSON(message).
void raise_invalid_bson(const ModuleState& state, const char* message);

// Turns a pending exception that is not yet InvalidBSON into InvalidBSON(str(exception)) with its
// traceback, as PyMongo's C extension does for whatever goes wrong below the outermost document.
// MemoryError and what is not an Exception (KeyboardInterrupt …) stay as they are.
void rewrap_as_invalid_bson(const ModuleState& state);

// Names the outermost document in a pending InvalidDocument, the way the installed PyMongo does.
void add_document_to_error(const ModuleState& state, PyObject* document);

// What PyMongo raises when the output cannot grow: ValueError past 2 GiB - 1, or MemoryError.
void raise_writer_error(const ModuleState& state, bsonpp::ErrorCode code);

// InvalidDocument, or OverflowError when `value` is an int of more than 64 bits.
void raise_cannot_encode(const ModuleState& state, PyObject* value);

}  // namespace pymongo_cpp
