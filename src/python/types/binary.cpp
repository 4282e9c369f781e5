#include "binary.h"

namespace pymongo_cpp {

using bsonpp::BinarySubtype;
using bsonpp::Bytes;

Ref make_bytes(Bytes bytes) {
  const std::string_view text = bsonpp::as_text(bytes);
  return Ref::steal(PyBytes_FromStringAndSize(text.data(), ssize(text)));
}

Ref make_binary(const ModuleState& state, BinarySubtype subtype, Bytes bytes) {
  const Ref number = Ref::steal(PyLong_FromLong(static_cast<long>(subtype)));
  if (!number) return Ref();
  const std::string_view text = bsonpp::as_text(bytes);
  if (!state.layouts.binary) {
    const Ref data = make_bytes(bytes);
    if (!data) return Ref();
    return Ref::steal(
        PyObject_CallFunctionObjArgs(state.types.binary.get(), data.get(), number.get(), nullptr));
  }
  Ref binary =
      Ref::steal(new_bytes_subclass(state.types.binary.as_type(), text.data(), ssize(text)));
  if (!binary ||
      PyObject_SetAttr(binary.get(), state.names.private_subtype.get(), number.get()) < 0) {
    return Ref();
  }
  return binary;
}

bool binary_subtype(const ModuleState& state, PyObject* value, BinarySubtype& subtype) {
  Ref number;
  if (state.layouts.binary && Py_IS_TYPE(value, state.types.binary.as_type())) {
    number = Ref::steal(PyObject_GetAttr(value, state.names.private_subtype.get()));
    if (!number) PyErr_Clear();
  }
  if (!number) number = Ref::steal(PyObject_GetAttr(value, state.names.subtype.get()));
  if (!number) return false;
  const long byte = PyLong_AsLong(number.get());
  if (byte == -1 && PyErr_Occurred() != nullptr) return false;
  subtype = static_cast<BinarySubtype>(static_cast<unsigned char>(byte));
  return true;
}

}  // namespace pymongo_cpp
