// ObjectId's constructor and special methods at the full level.
#include "full_level.h"
#include "native_function.h"
#include "slot_wrapper.h"

#include <bsonpp/json_scalars.h>
#include <bsonpp/json_text.h>
#include <bsonpp/type.h>

namespace pymongo_cpp {

namespace {

constexpr Py_ssize_t kSize = bsonpp::kObjectIdSize;
constexpr Py_ssize_t kTextSize = 2 * kSize;
// Where an ObjectId, and any instance of a class derived from it, keeps its bytes; checked when the
// full level is prepared.
constexpr Slot kId = Slot::first();

// ObjectId itself, of a class that is it or is derived from it: the one that derives from object.
PyTypeObject* object_id_class(PyTypeObject* type) {
  while (type->tp_base != &PyBaseObject_Type) type = type->tp_base;
  return type;
}

// The bytes of an instance; null where they are not 12 of the class bytes, which an unpickled
// ObjectId may have.
Ref plain_id(PyObject* self) {
  Ref id = kId.get(self);
  if (!id || !PyBytes_CheckExact(id.get()) || PyBytes_GET_SIZE(id.get()) != kSize) return Ref();
  return id;
}

// self.__id, whatever it is. Null with AttributeError.
Ref own_id(PyObject* self) {
  if (Ref id = kId.get(self); id) return id;
  return Ref::steal(PyObject_GetAttrString(self, "_ObjectId__id"));
}

// The bytes that the text of an ObjectId means. Null with InvalidId for a text of another length,
// without an exception for one with other characters, of which bytes.fromhex() would complain.
Ref parse(const FullLevel& level, PyObject* text) {
  if (PyUnicode_GET_LENGTH(text) != kTextSize) {
    PyErr_Format(level.invalid_id.get(),
                 "%R is not a valid ObjectId, it must be a 12-byte input or a 24-character hex "
                 "string",
                 text);
    return Ref();
  }
  if (!PyUnicode_IS_COMPACT_ASCII(text)) return Ref();
  std::array<char, bsonpp::kObjectIdSize> bytes{};
  const auto* digits = static_cast<const char*>(PyUnicode_DATA(text));
  if (!bsonpp::parse_hex({digits, static_cast<std::size_t>(kTextSize)}, bytes.data(),
                         bytes.size())) {
    return Ref();
  }
  return Ref::steal(PyBytes_FromStringAndSize(bytes.data(), kSize));
}

// The bytes for an ObjectId made from `value`. Null without an exception for what is rare or wrong,
// which PyMongo's own __init__ knows how to handle.
Ref id_from(FullLevel& level, PyObject* value) {
  if (value == Py_None) return level.generator.generate();
  if (PyUnicode_CheckExact(value)) return parse(level, value);
  if (PyBytes_CheckExact(value)) {
    return PyBytes_GET_SIZE(value) == kSize ? Ref::share(value) : Ref();
  }
  if (Py_IS_TYPE(value, level.state.types.object_id.as_type())) return plain_id(value);
  return Ref();
}

// The one argument `oid`, by position or by name, None when it was left out; null for anything
// else.
PyObject* only_argument(PyObject* const* arguments, Py_ssize_t count, PyObject* keyword_names) {
  const Py_ssize_t keywords = keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(keyword_names);
  if (count + keywords == 0) return Py_None;
  if (count + keywords > 1) return nullptr;
  if (keywords == 1 &&
      PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keyword_names, 0), "oid") != 0) {
    return nullptr;
  }
  return arguments[0];
}

// ObjectId.__init__
PyObject* initialize(FullLevel& level, PyObject* const* arguments, Py_ssize_t count,
                     PyObject* keyword_names) {
  if (count < 1 ||
      PyType_IsSubtype(Py_TYPE(arguments[0]), level.state.types.object_id.as_type()) == 0) {
    return nullptr;
  }
  PyObject* value = only_argument(arguments + 1, count - 1, keyword_names);
  if (value == nullptr) return nullptr;
  Ref id = id_from(level, value);
  if (!id) return nullptr;
  kId.replace(arguments[0], std::move(id));
  Py_RETURN_NONE;
}

// type.__call__(), with the arguments of a vectorcall.
PyObject* call_type(PyObject* type, PyObject* const* arguments, Py_ssize_t count,
                    PyObject* keyword_names) {
  const Ref positional = Ref::steal(PyTuple_New(count));
  if (!positional) return nullptr;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyTuple_SET_ITEM(positional.get(), i, Py_NewRef(arguments[i]));
  }
  Ref keywords;
  if (keyword_names != nullptr) {
    keywords = Ref::steal(PyDict_New());
    if (!keywords) return nullptr;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keyword_names); ++i) {
      if (PyDict_SetItem(keywords.get(), PyTuple_GET_ITEM(keyword_names, i), arguments[count + i]) <
          0) {
        return nullptr;
      }
    }
  }
  return PyType_Type.tp_call(type, positional.get(), keywords.get());
}

// What ObjectId(...) comes to: its bytes, or null without an exception as of id_from().
Ref constructor_id(PyTypeObject* type, PyObject* const* arguments, Py_ssize_t count,
                   PyObject* keyword_names) {
  PyObject* value = only_argument(arguments, count, keyword_names);
  FullLevel* level = value == nullptr ? nullptr : full_level_of(type);
  if (level == nullptr || type->tp_new != PyBaseObject_Type.tp_new ||
      !level->generator.is_initializer_in_place()) {
    return Ref();
  }
  return id_from(*level, value);
}

// ObjectId(...)
PyObject* construct(PyObject* callable, PyObject* const* arguments, std::size_t flags,
                    PyObject* keyword_names) {
  auto* type = reinterpret_cast<PyTypeObject*>(callable);
  const Py_ssize_t count = PyVectorcall_NARGS(flags);
  Ref id = constructor_id(type, arguments, count, keyword_names);
  if (!id) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    return call_type(callable, arguments, count, keyword_names);
  }
  PyObject* self = type->tp_alloc(type, 0);
  if (self != nullptr) kId.initialize(self, std::move(id));
  return self;
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  PyTypeObject* type = object_id_class(Py_TYPE(self));
  if (Py_IS_TYPE(other, type)) {
    const Ref left = plain_id(self);
    const Ref right = plain_id(other);
    if (left && right) {
      const int order = std::memcmp(PyBytes_AS_STRING(left.get()), PyBytes_AS_STRING(right.get()),
                                    bsonpp::kObjectIdSize);
      Py_RETURN_RICHCOMPARE(order, 0, operation);
    }
  } else {
    const int is_object_id = PyObject_IsInstance(other, reinterpret_cast<PyObject*>(type));
    if (is_object_id < 0) return nullptr;
    if (is_object_id == 0) Py_RETURN_NOTIMPLEMENTED;
  }
  const Ref id = own_id(self);
  const Ref binary = id ? Ref::steal(PyObject_GetAttrString(other, "binary")) : Ref();
  return binary ? PyObject_RichCompare(id.get(), binary.get(), operation) : nullptr;
}

Py_hash_t hash(PyObject* self) {
  const Ref id = own_id(self);
  return id ? PyObject_Hash(id.get()) : -1;
}

// The digits of the bytes `id` between `before` and `after`.
PyObject* hexadecimal(PyObject* id, std::string_view before, std::string_view after) {
  PyObject* text = PyUnicode_New(ssize(before) + kTextSize + ssize(after), 127);
  if (text == nullptr) return nullptr;
  auto* out = static_cast<char*>(PyUnicode_DATA(text));
  out = std::copy(before.begin(), before.end(), out);
  out = bsonpp::put_hex(out, bsonpp::as_bytes({PyBytes_AS_STRING(id), bsonpp::kObjectIdSize}));
  std::copy(after.begin(), after.end(), out);
  return text;
}

// What PyMongo's own function gives for `self`.
PyObject* by_pymongo(Ref FullLevel::* function, PyObject* self) {
  FullLevel* level = full_level_of(Py_TYPE(self));
  if (level != nullptr) return PyObject_CallOneArg((level->*function).get(), self);
  PyErr_SetString(PyExc_RuntimeError, "the interpreter is shutting down");
  return nullptr;
}

PyObject* text(PyObject* self) {
  const Ref id = plain_id(self);
  return id ? hexadecimal(id.get(), "", "") : by_pymongo(&FullLevel::object_id_str, self);
}

PyObject* represent(PyObject* self) {
  // A subclass may have a __str__ of its own, which PyMongo's __repr__ uses.
  const Ref id = Py_TYPE(self)->tp_str == text ? plain_id(self) : Ref();
  return id ? hexadecimal(id.get(), "ObjectId('", "')")
            : by_pymongo(&FullLevel::object_id_repr, self);
}

bool add_special_methods(PyObject* attributes, PyTypeObject* type) {
  const std::array<SlotMethod, 9> methods = {{
      {"__str__", &PyBaseObject_Type, as_slot(text)},
      {"__repr__", &PyBaseObject_Type, as_slot(represent)},
      {"__hash__", &PyBaseObject_Type, as_slot(hash)},
      {"__eq__", &PyBaseObject_Type, as_slot(compare)},
      {"__ne__", &PyBaseObject_Type, as_slot(compare)},
      {"__lt__", &PyBaseObject_Type, as_slot(compare)},
      {"__le__", &PyBaseObject_Type, as_slot(compare)},
      {"__gt__", &PyBaseObject_Type, as_slot(compare)},
      {"__ge__", &PyBaseObject_Type, as_slot(compare)},
  }};
  for (const SlotMethod& method : methods) {
    if (!add_slot_method(attributes, type, method)) return false;
  }
  return true;
}

}  // namespace

Ref object_id_attributes(FullLevel& level) {
  PyObject* type = level.state.types.object_id.get();
  if (level.state.layouts.object_id != kId) {
    PyErr_SetString(PyExc_ImportError, "bson.ObjectId does not keep its bytes as expected");
    return Ref();
  }
  const Ref errors = Ref::steal(PyImport_ImportModule("bson.errors"));
  if (!errors) return Ref();
  level.invalid_id = Ref::steal(PyObject_GetAttrString(errors.get(), "InvalidId"));
  level.object_id_str = Ref::steal(PyObject_GetAttrString(type, "__str__"));
  level.object_id_repr = Ref::steal(PyObject_GetAttrString(type, "__repr__"));
  const Ref function = Ref::steal(PyObject_GetAttrString(type, "__init__"));
  Ref attributes = Ref::steal(PyDict_New());
  if (!level.invalid_id || !level.object_id_str || !level.object_id_repr || !function ||
      !attributes) {
    return Ref();
  }
  Ref initializer = make_stand_in(level.function_type.as_type(), function.get(), initialize);
  if (!initializer || PyDict_SetItemString(attributes.get(), "__init__", initializer.get()) < 0 ||
      !add_special_methods(attributes.get(), level.state.types.object_id.as_type())) {
    return Ref();
  }
  level.generator.set_initializer(std::move(initializer));
  return attributes;
}

void set_object_id_constructor(const FullLevel& level, bool native) {
  PyTypeObject* type = level.state.types.object_id.as_type();
  type->tp_vectorcall = native ? construct : nullptr;
  PyType_Modified(type);
}

}  // namespace pymongo_cpp
