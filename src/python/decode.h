// From bytes to Python documents.
#pragma once

#include "buffer.h"
#include "state.h"

#include <bsonpp/cursor.h>

namespace pymongo_cpp {

// Whether `bytes` begin with a document; `document` is then the whole of it, of which only the
// length and the terminator have been checked. False with InvalidBSON.
bool read_frame(const ModuleState& state, bsonpp::Bytes bytes, bsonpp::Bytes& document);

// The document that `bytes` are, from its first byte to its last. `owner` is the object whose
// buffer they are, or null. Null with InvalidBSON, or with what a type decoder or the document
// class raised.
Ref decode_document(ModuleState& state, const CodecOptions& options, PyObject* owner,
                    bsonpp::Bytes bytes);

// A list of the documents that `bytes` are one after another.
Ref decode_documents(ModuleState& state, const CodecOptions& options, PyObject* owner,
                     bsonpp::Bytes bytes);

// Whether decode_document() with the default options would succeed. Never raises.
bool is_valid_document(const ModuleState& state, bsonpp::Bytes bytes);

// The element at `position`, as a tuple of its key, its value and the position behind it.
// `end` is where its document's elements end.
Ref decode_element(ModuleState& state, const CodecOptions& options, PyObject* owner,
                   bsonpp::Bytes bytes, std::size_t position, std::size_t end, bool raw_arrays);

// Adds the elements between `position` and `end` to the mapping `target`.
bool decode_elements(ModuleState& state, const CodecOptions& options, PyObject* owner,
                     bsonpp::Bytes bytes, std::size_t position, std::size_t end, bool raw_arrays,
                     PyObject* target);

// The documents within an array, one after another as bytes.
Ref array_to_documents(const ModuleState& state, bsonpp::Bytes array);

// Input as a raw document class needs it: a buffer that is neither bytes nor bytearray is copied
// when it holds a document large enough to be sliced. Null with a Python exception.
Ref raw_input(const ModuleState& state, const CodecOptions& options, PyObject* data);

}  // namespace pymongo_cpp
