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

// What a DBRef holds.
struct DbRefFields {
  Ref collection;
  Ref id;
  Ref database;  // None where it has none
  Ref others;    // a dict
};

// Reads a DBRef's fields. False, without an exception, for an instance of a subclass and for one
// whose fields cannot be told: DBRef.as_doc() has to be asked.
bool read_dbref(const ModuleState& state, PyObject* dbref, DbRefFields& fields);
// The fields in the order of DBRef.as_doc(), in a dict: its SON takes time that grows with the
// square of their number.
Ref dbref_document(const ModuleState& state, const DbRefFields& fields);

// uuid.UUID or bson.binary.Binary of a binary of subtype 3 or 4, as the representation has it.
Ref make_uuid(const ModuleState& state, UuidRepresentation representation,
              bsonpp::BinarySubtype subtype, bsonpp::Bytes bytes);

// The 16 bytes of a UUID in its representation; false with ValueError when that is UNSPECIFIED,
// with PyMongo's message.
bool uuid_bytes(const ModuleState& state, PyObject* uuid, UuidRepresentation representation,
                bsonpp::BinarySubtype& subtype, std::array<char, 16>& bytes);

}  // namespace pymongo_cpp
