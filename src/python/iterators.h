// The iterators of decode_iter() and decode_file_iter().
#pragma once

#include "state.h"

namespace pymongo_cpp {

// Makes the two iterator types of a module and keeps them in its state.
bool load_iterator_types(ModuleState& state, PyObject* module);

// An iterator over the documents in `data`; `options` is a CodecOptions, or something else of which
// the iterator complains when it is first asked, as PyMongo's generator does.
Ref make_document_iterator(const ModuleState& state, PyObject* data, PyObject* options);

// An iterator over the documents in a binary file; reads one document at a time.
Ref make_file_iterator(const ModuleState& state, PyObject* file, PyObject* options);

}  // namespace pymongo_cpp
