// Values of no exactly known class, in the order in which PyMongo's C extension tries them.
#include "encoder.h"

namespace pymongo_cpp {

namespace {

using bsonpp::Type;

// The values of _type_marker in PyMongo's classes.
enum Marker : long {
  kBinaryMarker = 5,
  kObjectIdMarker = 7,
  kDatetimeMsMarker = 9,
  kRegexMarker = 11,
  kCodeMarker = 13,
  kTimestampMarker = 17,
  kInt64Marker = 18,
  kDecimal128Marker = 19,
  kDbRefMarker = 100,
  kMaxKeyMarker = 127,
  kMinKeyMarker = 255,
};

// CPython's own classes have no marker, and are not asked for one.
bool has_no_marker(PyObject* value) {
  return PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || PyFloat_CheckExact(value) ||
         PyBool_Check(value) || PyDict_CheckExact(value) || PyList_CheckExact(value) ||
         PyTuple_CheckExact(value) || PyBytes_CheckExact(value) || value == Py_None;
}

}  // namespace

bool Encoder::slow_element(std::string_view key, PyObject* value, EncodeStage stage) {
  if (!enter()) return false;
  long marker = 0;
  bool done = has_no_marker(value) || type_marker(state_, value, marker);
  done = done && marked_element(marker, key, value, stage);
  leave();
  return done;
}

bool Encoder::marked_element(long marker, std::string_view key, PyObject* value,
                             EncodeStage stage) {
  switch (marker) {
    case kBinaryMarker:
      return binary_element(key, value);
    case kObjectIdMarker:
      return object_id_element(key, value);
    case kDatetimeMsMarker:
      return datetime_ms_element(key, value);
    case kRegexMarker:
      return regex_element(key, value);
    case kCodeMarker:
      return code_element(key, value);
    case kTimestampMarker:
      return timestamp_element(key, value);
    case kInt64Marker:
      return int64_element(key, value);
    case kDecimal128Marker:
      return decimal128_element(key, value);
    case kDbRefMarker:
      return dbref_element(key, value);
    case kRawDocumentMarker:
      return raw_element(key, value);
    case kMaxKeyMarker:
      return written(writer_.write_header(Type::kMaxKey, key));
    case kMinKeyMarker:
      return written(writer_.write_header(Type::kMinKey, key));
    default:
      return unmarked_element(key, value, stage);
  }
}

// Subclasses of CPython's own classes.
bool Encoder::unmarked_element(std::string_view key, PyObject* value, EncodeStage stage) {
  if (PyBool_Check(value)) {
    const auto byte = static_cast<std::uint8_t>(value == Py_True ? 1 : 0);
    return written(writer_.write_element(Type::kBoolean, key, byte));
  }
  if (PyLong_Check(value)) {
    bool overflow = false;
    if (int_element(key, value, overflow)) return true;
    return overflow && unknown_element(key, value, stage);
  }
  if (PyFloat_Check(value)) {
    return written(writer_.write_element(Type::kDouble, key, PyFloat_AS_DOUBLE(value)));
  }
  if (value == Py_None) return written(writer_.write_header(Type::kNull, key));
  if (PyDict_Check(value)) return document_element(key, value);
  if (PyList_Check(value)) return list_element(key, value);
  if (PyTuple_Check(value)) return tuple_element(key, value);
  if (PyBytes_Check(value)) return bytes_element(key, value, bsonpp::BinarySubtype::kGeneric);
  if (PyUnicode_Check(value)) return text_element(key, value);
  if (PyObject_TypeCheck(value, state_.datetime_api->DateTimeType)) {
    return datetime_element(key, value);
  }
  if (PyObject_TypeCheck(value, state_.types.pattern.as_type())) return regex_element(key, value);
  return abstract_element(key, value, stage);
}

bool Encoder::abstract_element(std::string_view key, PyObject* value, EncodeStage stage) {
  const int is_mapping = PyObject_IsInstance(value, state_.types.mapping.get());
  if (is_mapping < 0) return false;
  if (is_mapping != 0) return document_element(key, value);
  const int is_uuid = PyObject_IsInstance(value, state_.types.uuid.get());
  if (is_uuid < 0) return false;
  if (is_uuid != 0) return uuid_element(key, value, stage, /*exact=*/false);
  return unknown_element(key, value, stage);
}

// What is left to the type registry.
bool Encoder::unknown_element(std::string_view key, PyObject* value, EncodeStage stage) {
  if (stage != EncodeStage::kAfterTypeEncoder && options_.has_encoders()) {
    PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(value));
    const Ref encoder = Ref::steal(get_dict_item(options_.encoder_map.get(), type));
    if (!encoder && PyErr_Occurred() != nullptr) return false;
    if (encoder) {
      const Ref encoded = Ref::steal(PyObject_CallOneArg(encoder.get(), value));
      return encoded && slow_element(key, encoded.get(), EncodeStage::kAfterTypeEncoder);
    }
  }
  if (stage != EncodeStage::kAfterFallback && options_.has_fallback_encoder()) {
    const Ref encoded = Ref::steal(PyObject_CallOneArg(options_.fallback_encoder.get(), value));
    return encoded && slow_element(key, encoded.get(), EncodeStage::kAfterFallback);
  }
  raise_cannot_encode(state_, value);
  return false;
}

}  // namespace pymongo_cpp
