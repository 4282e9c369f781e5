// RawBSONDocument's mapping methods at the full level.
#include "buffer.h"
#include "decode.h"
#include "full_level.h"
#include "native_function.h"
#include "slot_wrapper.h"

namespace pymongo_cpp {

namespace {

constexpr std::size_t kFirstElement = sizeof(std::int32_t);

// What _raw_to_dict(raw, 4, len(raw) - 1, options, {}, raw_arrays) of PyMongo's C extension gives.
Ref inflate(FullLevel& level, PyObject* raw, PyObject* options_object, bool raw_arrays) {
  ModuleState& state = level.state;
  const auto options = state.options(options_object);
  if (!options) return Ref();
  const Py_ssize_t size = PyObject_Size(raw);
  if (size < 0) return Ref();
  const Ref input = raw_input(state, *options, raw);
  Ref fields = Ref::steal(PyDict_New());
  Buffer buffer;
  if (!input || !fields || !buffer.read(input.get())) return Ref();
  // What _raw_to_dict() makes of the end -1: one that is too large.
  const std::size_t end = static_cast<std::uint32_t>(size - 1);
  if (!decode_elements(state, *options, input.get(), buffer.bytes(), kFirstElement, end, raw_arrays,
                       fields.get())) {
    return Ref();
  }
  return fields;
}

// The value of a slot. Null with AttributeError when it is not set.
Ref slot_value(PyObject* self, const Slot& slot, const char* name) {
  if (Ref value = slot.get(self); value) return value;
  return Ref::steal(PyObject_GetAttrString(self, name));
}

// The document's fields, decoded when they are first asked for: what the property
// RawBSONDocument.__inflated gives. Null with a Python exception.
Ref inflated(FullLevel& level, PyObject* self) {
  const Layouts& layouts = level.state.layouts;
  Ref fields = slot_value(self, layouts.raw_inflated, "_RawBSONDocument__inflated_doc");
  if (!fields || fields.get() != Py_None) return fields;
  const Ref function = Ref::steal(PyObject_GetAttrString(self, "_inflate_bson"));
  const Ref raw = slot_value(self, layouts.raw_bytes, "_RawBSONDocument__raw");
  const Ref options = slot_value(self, layouts.raw_options, "_RawBSONDocument__codec_options");
  if (!function || !raw || !options) return Ref();
  const bool raw_arrays = function.get() == level.inflate_raw_arrays.get();
  const bool is_own = raw_arrays || function.get() == level.inflate.get();
  if (is_own && (PyBytes_CheckExact(raw.get()) || PyMemoryView_Check(raw.get()))) {
    fields = inflate(level, raw.get(), options.get(), raw_arrays);
  } else {
    fields =
        Ref::steal(PyObject_CallFunctionObjArgs(function.get(), raw.get(), options.get(), nullptr));
  }
  if (fields) layouts.raw_inflated.replace(self, Ref::share(fields.get()));
  return fields;
}

Ref inflated(PyObject* self) {
  FullLevel* level = full_level_of(Py_TYPE(self));
  if (level != nullptr) return inflated(*level, self);
  PyErr_SetString(PyExc_RuntimeError, "the interpreter is shutting down");
  return Ref();
}

PyObject* get_item(PyObject* self, PyObject* key) {
  const Ref fields = inflated(self);
  return fields ? PyObject_GetItem(fields.get(), key) : nullptr;
}

Py_ssize_t length(PyObject* self) {
  const Ref fields = inflated(self);
  return fields ? PyObject_Size(fields.get()) : -1;
}

PyObject* iterate(PyObject* self) {
  const Ref fields = inflated(self);
  return fields ? PyObject_GetIter(fields.get()) : nullptr;
}

bool is_raw_document(const FullLevel& level, PyObject* object) {
  return PyType_IsSubtype(Py_TYPE(object), level.state.types.raw_document.as_type()) != 0;
}

// Whether the methods of `self` are those of PyMongo's own two classes.
bool is_of_own_class(const FullLevel& level, PyObject* self) {
  return Py_IS_TYPE(self, level.state.types.raw_document.as_type()) ||
         Py_IS_TYPE(self, level.raw_array_document.as_type());
}

// super(RawBSONDocument, self).name
Ref inherited(const FullLevel& level, PyObject* self, const char* name) {
  const Ref super =
      Ref::steal(PyObject_CallFunctionObjArgs(reinterpret_cast<PyObject*>(&PySuper_Type),
                                              level.state.types.raw_document.get(), self, nullptr));
  return super ? Ref::steal(PyObject_GetAttrString(super.get(), name)) : Ref();
}

// items()
PyObject* items(FullLevel& level, PyObject* const* arguments, Py_ssize_t count,
                PyObject* keyword_names) {
  if (count != 1 || keyword_names != nullptr || !is_raw_document(level, arguments[0])) {
    return nullptr;
  }
  const Ref fields = inflated(level, arguments[0]);
  return fields ? PyObject_CallMethodNoArgs(fields.get(), level.state.names.items.get()) : nullptr;
}

// get(key, default=None), which PyMongo inherits from Mapping
PyObject* get(FullLevel& level, PyObject* const* arguments, Py_ssize_t count,
              PyObject* keyword_names) {
  if (count < 1 || !is_raw_document(level, arguments[0])) return nullptr;
  if (count > 3 || count < 2 || keyword_names != nullptr || !is_of_own_class(level, arguments[0])) {
    const Ref method = inherited(level, arguments[0], "get");
    return method ? PyObject_Vectorcall(method.get(), arguments + 1,
                                        static_cast<std::size_t>(count - 1), keyword_names)
                  : nullptr;
  }
  const Ref fields = inflated(level, arguments[0]);
  if (!fields) return nullptr;
  PyObject* value = PyObject_GetItem(fields.get(), arguments[1]);
  if (value != nullptr || PyErr_ExceptionMatches(PyExc_KeyError) == 0) return value;
  PyErr_Clear();
  return Py_NewRef(count == 3 ? arguments[2] : Py_None);
}

// `key in self`, which PyMongo inherits from Mapping
int contains(PyObject* self, PyObject* key) {
  FullLevel* level = full_level_of(Py_TYPE(self));
  if (level != nullptr && is_of_own_class(*level, self)) {
    const Ref fields = inflated(*level, self);
    return fields ? PySequence_Contains(fields.get(), key) : -1;
  }
  const Ref method = level == nullptr ? Ref() : inherited(*level, self, "__contains__");
  const Ref found = method ? Ref::steal(PyObject_CallOneArg(method.get(), key)) : Ref();
  return found ? PyObject_IsTrue(found.get()) : -1;
}

// self == other
PyObject* equal(FullLevel& level, PyObject* const* arguments, Py_ssize_t count,
                PyObject* keyword_names) {
  if (count != 2 || keyword_names != nullptr || !is_raw_document(level, arguments[0])) {
    return nullptr;
  }
  PyTypeObject* type = level.state.types.raw_document.as_type();
  PyObject* other = arguments[1];
  const int is_document =
      Py_IS_TYPE(other, type) ? 1 : PyObject_IsInstance(other, reinterpret_cast<PyObject*>(type));
  if (is_document < 0) return nullptr;
  if (is_document == 0) Py_RETURN_NOTIMPLEMENTED;
  const Slot& slot = level.state.layouts.raw_bytes;
  const Ref left = slot_value(arguments[0], slot, "_RawBSONDocument__raw");
  if (!left) return nullptr;
  const Ref right = Py_IS_TYPE(other, type)
                        ? slot_value(other, slot, "_RawBSONDocument__raw")
                        : Ref::steal(PyObject_GetAttr(other, level.state.names.raw.get()));
  return right ? PyObject_RichCompare(left.get(), right.get(), Py_EQ) : nullptr;
}

bool add_stand_in(const FullLevel& level, PyObject* attributes, const char* name,
                  StandInFunction native) {
  const Ref function =
      Ref::steal(PyObject_GetAttrString(level.state.types.raw_document.get(), name));
  const Ref stand_in =
      function ? make_stand_in(level.function_type.as_type(), function.get(), native) : Ref();
  return stand_in && PyDict_SetItemString(attributes, name, stand_in.get()) == 0;
}

bool add_special_methods(PyObject* attributes, PyTypeObject* type) {
  const std::array<SlotMethod, 4> methods = {{
      {"__getitem__", &PyDictProxy_Type, as_slot(get_item)},
      {"__len__", &PyDictProxy_Type, as_slot(length)},
      {"__iter__", &PyDictProxy_Type, as_slot(iterate)},
      {"__contains__", &PyDictProxy_Type, as_slot(contains)},
  }};
  for (const SlotMethod& method : methods) {
    if (!add_slot_method(attributes, type, method)) return false;
  }
  return true;
}

// PyMongo before 4.18 inflates documents in Python; its functions are called as they are then.
bool load_inflate_functions(FullLevel& level) {
  const Ref module = Ref::steal(PyImport_ImportModule("bson.raw_bson"));
  if (!module) return false;
  level.raw_array_document =
      Ref::steal(PyObject_GetAttrString(module.get(), "_RawArrayBSONDocument"));
  if (!level.raw_array_document) return false;
  if (level.state.raw_view_threshold == PY_SSIZE_T_MAX) return true;
  level.inflate =
      Ref::steal(PyObject_GetAttrString(level.state.types.raw_document.get(), "_inflate_bson"));
  level.inflate_raw_arrays =
      Ref::steal(PyObject_GetAttrString(level.raw_array_document.get(), "_inflate_bson"));
  return level.inflate && level.inflate_raw_arrays;
}

}  // namespace

Ref raw_document_attributes(FullLevel& level) {
  if (!level.state.layouts.raw_bytes.found()) {
    PyErr_SetString(PyExc_ImportError, "RawBSONDocument does not keep its bytes as expected");
    return Ref();
  }
  if (!load_inflate_functions(level)) return Ref();
  Ref attributes = Ref::steal(PyDict_New());
  if (!attributes || !add_stand_in(level, attributes.get(), "items", items) ||
      !add_stand_in(level, attributes.get(), "get", get) ||
      !add_stand_in(level, attributes.get(), "__eq__", equal) ||
      !add_special_methods(attributes.get(), level.state.types.raw_document.as_type())) {
    return Ref();
  }
  return attributes;
}

}  // namespace pymongo_cpp
