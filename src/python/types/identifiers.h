// ObjectId, DBRef and UUID.
#pragma once

#include "../state.h"

#include <bsonpp/cursor.h>

#include <array>
#include <string_view>

namespace pymongo_cpp {

// bson.objectid.ObjectId of its 12 bytes.
Ref make_object_id(const ModuleState& state, bsonpp::Bytes bytes);
// The 12 bytes of an ObjectId (or of any object with its `binary` attribute), kept alive by
// `owner`. False with a Python exception when there are not 12.
bool object_id_bytes(const ModuleState& state, PyObject* value, Ref& owner,
                     std::string_view& bytes);

// bson.dbref.DBRef(collection, id), which the deprecated DBPointer becomes.
Ref make_db_pointer(const ModuleState& state, Ref collection, bsonpp::Bytes id);

// DBRef for a document with "$ref" and "$id" where both, and "$db", are of the right types; else
// the document itself. `document` loses the keys that the DBRef has. As PyMongo's C extension.
Ref make_dbref(const ModuleState& state, Ref document);

// uuid.UUID or bson.binary.Binary of a binary of subtype 3 or 4, as the representation has it.
Ref make_uuid(const ModuleState& state, UuidRepresentation representation,
              bsonpp::BinarySubtype subtype, bsonpp::Bytes bytes);

// The 16 bytes of a UUID in its representation; false with ValueError when that is UNSPECIFIED,
// with PyMongo's message.
bool uuid_bytes(const ModuleState& state, PyObject* uuid, UuidRepresentation representation,
                bsonpp::BinarySubtype& subtype, std::array<char, 16>& bytes);

}  // namespace pymongo_cpp
