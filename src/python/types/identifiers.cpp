#include "identifiers.h"

#include "../errors.h"
#include "binary.h"

#include <bsonpp/byte_order.h>

#include <algorithm>
#include <bit>

namespace pymongo_cpp {

namespace {

using bsonpp::BinarySubtype;
using bsonpp::Bytes;

Ref bytes_object(Bytes bytes) {
  const std::string_view text = bsonpp::as_text(bytes);
  return Ref::steal(PyBytes_FromStringAndSize(text.data(), ssize(text)));
}

std::uint64_t load_big_endian(const std::byte* from) {
  return bsonpp::load_little_endian<std::uint64_t, std::endian::native == std::endian::little
                                                       ? std::endian::big
                                                       : std::endian::little>(from);
}

// A UUID's int of its 16 bytes in network order.
Ref uuid_int(Bytes bytes) {
  const Ref high = Ref::steal(PyLong_FromUnsignedLongLong(load_big_endian(bytes.data())));
  const Ref low = Ref::steal(PyLong_FromUnsignedLongLong(load_big_endian(bytes.data() + 8)));
  const Ref shift = Ref::steal(PyLong_FromLong(64));
  if (!high || !low || !shift) return Ref();
  const Ref shifted = Ref::steal(PyNumber_Lshift(high.get(), shift.get()));
  if (!shifted) return Ref();
  return Ref::steal(PyNumber_Or(shifted.get(), low.get()));
}

// Between network order and the order of a representation, both ways alike.
void reorder(UuidRepresentation representation, std::array<char, 16>& bytes) {
  auto* first = bytes.data();
  if (representation == UuidRepresentation::kJavaLegacy) {
    std::reverse(first, first + 8);
    std::reverse(first + 8, first + 16);
  } else if (representation == UuidRepresentation::kCsharpLegacy) {
    std::reverse(first, first + 4);
    std::reverse(first + 4, first + 6);
    std::reverse(first + 6, first + 8);
  }
}

Ref new_uuid(const ModuleState& state, Ref number) {
  PyTypeObject* type = state.types.uuid.as_type();
  Ref uuid = Ref::steal(type->tp_alloc(type, 0));
  if (!uuid) return Ref();
  state.layouts.uuid_int.initialize(uuid.get(), std::move(number));
  state.layouts.uuid_is_safe.initialize(uuid.get(),
                                        Ref::share(state.types.safe_uuid_unknown.get()));
  return uuid;
}

bool is_str(PyObject* object) { return object != nullptr && PyUnicode_Check(object); }

// The item, a new reference; null without an exception when the mapping lacks it.
Ref optional_item(PyObject* mapping, PyObject* key) {
  if (PyMapping_HasKey(mapping, key) == 0) return Ref();
  return Ref::steal(PyObject_GetItem(mapping, key));
}

}  // namespace

Ref make_object_id(const ModuleState& state, Bytes bytes) {
  Ref binary = bytes_object(bytes);
  if (!binary) return Ref();
  PyTypeObject* type = state.types.object_id.as_type();
  if (!state.layouts.object_id.found()) {
    return Ref::steal(PyObject_CallOneArg(state.types.object_id.get(), binary.get()));
  }
  Ref object_id = Ref::steal(type->tp_alloc(type, 0));
  if (object_id) state.layouts.object_id.initialize(object_id.get(), std::move(binary));
  return object_id;
}

bool object_id_bytes(const ModuleState& state, PyObject* value, Ref& owner,
                     std::string_view& bytes) {
  if (Py_IS_TYPE(value, state.types.object_id.as_type()) && state.layouts.object_id.found()) {
    owner = state.layouts.object_id.get(value);
  }
  if (!owner) owner = Ref::steal(PyObject_GetAttr(value, state.names.binary.get()));
  if (!owner) return false;
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(owner.get(), &data, &size) < 0) return false;
  if (size != static_cast<Py_ssize_t>(bsonpp::kObjectIdSize)) {
    PyErr_SetString(state.types.invalid_document.get(), "an ObjectId must be 12 bytes");
    return false;
  }
  bytes = {data, static_cast<std::size_t>(size)};
  return true;
}

Ref make_db_pointer(const ModuleState& state, Ref collection, Bytes id) {
  if (!collection) return Ref();
  const Ref object_id = make_object_id(state, id);
  if (!object_id) return Ref();
  return Ref::steal(PyObject_CallFunctionObjArgs(state.types.dbref.get(), collection.get(),
                                                 object_id.get(), nullptr));
}

Ref make_dbref(const ModuleState& state, Ref document) {
  const Names& names = state.names;
  const Ref collection = optional_item(document.get(), names.dollar_ref.get());
  if (!collection && PyErr_Occurred() != nullptr) return Ref();
  const Ref id = optional_item(document.get(), names.dollar_id.get());
  if (!id && PyErr_Occurred() != nullptr) return Ref();
  Ref database = optional_item(document.get(), names.dollar_db.get());
  if (!database && PyErr_Occurred() != nullptr) return Ref();
  if (!is_str(collection.get()) || !id) return document;
  const bool has_database = static_cast<bool>(database);
  if (!has_database) database = Ref::share(Py_None);
  if (database.get() != Py_None && !is_str(database.get())) return document;
  if (PyObject_DelItem(document.get(), names.dollar_ref.get()) < 0 ||
      PyObject_DelItem(document.get(), names.dollar_id.get()) < 0 ||
      (has_database && PyObject_DelItem(document.get(), names.dollar_db.get()) < 0)) {
    return Ref();
  }
  return Ref::steal(PyObject_CallFunctionObjArgs(state.types.dbref.get(), collection.get(),
                                                 id.get(), database.get(), document.get(),
                                                 nullptr));
}

bool read_dbref(const ModuleState& state, PyObject* dbref, DbRefFields& fields) {
  const Layouts& layouts = state.layouts;
  if (!Py_IS_TYPE(dbref, state.types.dbref.as_type()) || !layouts.dbref_collection.found() ||
      !layouts.dbref_id.found() || !layouts.dbref_database.found() ||
      !layouts.dbref_kwargs.found()) {
    return false;
  }
  fields = {layouts.dbref_collection.get(dbref), layouts.dbref_id.get(dbref),
            layouts.dbref_database.get(dbref), layouts.dbref_kwargs.get(dbref)};
  return fields.collection && fields.id && fields.database && fields.others &&
         PyDict_CheckExact(fields.others.get());
}

Ref dbref_document(const ModuleState& state, const DbRefFields& fields) {
  const Names& names = state.names;
  Ref document = Ref::steal(PyDict_New());
  if (!document ||
      PyDict_SetItem(document.get(), names.dollar_ref.get(), fields.collection.get()) < 0 ||
      PyDict_SetItem(document.get(), names.dollar_id.get(), fields.id.get()) < 0 ||
      (fields.database.get() != Py_None &&
       PyDict_SetItem(document.get(), names.dollar_db.get(), fields.database.get()) < 0) ||
      PyDict_Update(document.get(), fields.others.get()) < 0) {
    return Ref();
  }
  return document;
}

Ref make_uuid(const ModuleState& state, UuidRepresentation representation, BinarySubtype subtype,
              Bytes bytes) {
  const bool standard = representation == UuidRepresentation::kStandard;
  if (representation == UuidRepresentation::kUnspecified ||
      standard != (subtype == BinarySubtype::kUuid)) {
    return make_binary(state, subtype, bytes);
  }
  if (bytes.size() != 16 || !state.layouts.uuid_int.found()) {
    const Ref binary = make_binary(state, subtype, bytes);
    const Ref number = Ref::steal(PyLong_FromLong(static_cast<long>(representation)));
    if (!binary || !number) return Ref();
    return Ref::steal(
        PyObject_CallMethodOneArg(binary.get(), state.names.as_uuid.get(), number.get()));
  }
  std::array<char, 16> ordered{};
  std::ranges::copy(bsonpp::as_text(bytes), ordered.begin());
  reorder(representation, ordered);
  Ref number = uuid_int(bsonpp::as_bytes({ordered.data(), ordered.size()}));
  return number ? new_uuid(state, std::move(number)) : Ref();
}

bool uuid_bytes(const ModuleState& state, PyObject* uuid, UuidRepresentation representation,
                BinarySubtype& subtype, std::array<char, 16>& bytes) {
  const Ref number = state.layouts.uuid_int.get(uuid);
  if (!number || !PyLong_Check(number.get())) {
    PyErr_SetString(PyExc_AttributeError, "int");
    return false;
  }
  const Ref shift = Ref::steal(PyLong_FromLong(64));
  if (!shift) return false;
  const Ref high_part = Ref::steal(PyNumber_Rshift(number.get(), shift.get()));
  if (!high_part) return false;
  const std::uint64_t high = PyLong_AsUnsignedLongLongMask(high_part.get());
  const std::uint64_t low = PyLong_AsUnsignedLongLongMask(number.get());
  if (PyErr_Occurred() != nullptr) return false;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto bits = static_cast<unsigned>(56 - 8 * i);
    bytes[i] = static_cast<char>(high >> bits);
    bytes[i + 8] = static_cast<char>(low >> bits);
  }
  subtype = representation == UuidRepresentation::kStandard ? BinarySubtype::kUuid
                                                            : BinarySubtype::kOldUuid;
  reorder(representation, bytes);
  return true;
}

}  // namespace pymongo_cpp
