// Binary data.
#pragma once

#include "../state.h"

#include <bsonpp/cursor.h>

#include <string_view>

namespace pymongo_cpp {

// bytes of a binary of subtype 0, which is what PyMongo makes of it.
Ref make_bytes(bsonpp::Bytes bytes);

// bson.binary.Binary of any subtype.
Ref make_binary(const ModuleState& state, bsonpp::BinarySubtype subtype, bsonpp::Bytes bytes);

// The subtype of a Binary (or of any object with its `subtype` attribute), cut to a byte as
// PyMongo does. False with a Python exception when it is not an int.
bool binary_subtype(const ModuleState& state, PyObject* value, bsonpp::BinarySubtype& subtype);

}  // namespace pymongo_cpp
