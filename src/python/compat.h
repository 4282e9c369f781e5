// Python.h, and every difference between the CPython versions that this extension knows.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <datetime.h>
#include <structmember.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace pymongo_cpp {

// The attribute, or null without an exception when there is none. As in PyMongo's C extension,
// CPython before 3.13 hides every exception of the look-up, and later ones all but AttributeError.
inline int get_optional_attribute(PyObject* object, PyObject* name, PyObject** attribute) {
#if PY_VERSION_HEX >= 0x030D0000
  return PyObject_GetOptionalAttr(object, name, attribute);
#else
  *attribute = nullptr;
  if (PyObject_HasAttr(object, name)) {
    *attribute = PyObject_GetAttr(object, name);
    if (*attribute == nullptr) return -1;
  }
  return *attribute == nullptr ? 0 : 1;
#endif
}

// The value of an int of one digit, which most are.
inline bool small_int_value(PyObject* number, long long* value) {
#if PY_VERSION_HEX >= 0x030C0000
  const auto* as_long = reinterpret_cast<PyLongObject*>(number);
  if (!PyUnstable_Long_IsCompact(as_long)) return false;
  *value = PyUnstable_Long_CompactValue(as_long);
  return true;
#else
  const Py_ssize_t digits = Py_SIZE(number);
  if (digits < -1 || digits > 1) return false;
  const auto digit = reinterpret_cast<PyLongObject*>(number)->ob_digit[0];
  *value = digits == 0 ? 0 : digits * static_cast<long long>(digit);
  return true;
#endif
}

// The characters of a str that is compact and ASCII: they lie behind its header, so that nothing
// need be asked.
inline char* ascii_data(PyObject* string) noexcept {
  return reinterpret_cast<char*>(reinterpret_cast<PyASCIIObject*>(string) + 1);
}

// The UTF-8 that CPython keeps with a str that is not ASCII, once somebody has asked for it; false
// when there is none. To ask for it here would make the caller's strings take twice the memory.
inline bool kept_utf8(PyObject* string, std::string_view& view) {
#if defined(Py_GIL_DISABLED)
  static_cast<void>(string);
  static_cast<void>(view);
  return false;  // another thread may be storing it now
#else
  const auto* compact = reinterpret_cast<PyCompactUnicodeObject*>(string);
  if (!PyUnicode_IS_COMPACT(string) || compact->utf8 == nullptr) return false;
  view = {compact->utf8, static_cast<std::size_t>(compact->utf8_length)};
  return true;
#endif
}

// Keeps other threads from changing an object while this lives, on a CPython without a GIL; nothing
// elsewhere. CPython suspends it where Python code runs, where another section is entered and where
// the thread waits, just as it would let go of a GIL.
class CriticalSection {
 public:
#if defined(Py_GIL_DISABLED)
  explicit CriticalSection(PyObject* object) noexcept {
    PyCriticalSection_Begin(&section_, object);
  }
  ~CriticalSection() { PyCriticalSection_End(&section_); }
#else
  explicit CriticalSection(PyObject*) noexcept {}
#endif
  CriticalSection(const CriticalSection&) = delete;
  CriticalSection& operator=(const CriticalSection&) = delete;

#if defined(Py_GIL_DISABLED)
 private:
  PyCriticalSection section_;
#endif
};

// Keeps the cyclic garbage collector from running while this lives, on CPython 3.11, which collects
// in the middle of any allocation; nothing elsewhere: later ones wait until the interpreter's loop
// is reached again. What would have been collected meanwhile is, at the next allocation after it.
class CollectorPause {
 public:
#if PY_VERSION_HEX < 0x030C0000
  explicit CollectorPause(bool wanted) noexcept : paused_(wanted && PyGC_Disable() != 0) {}
  ~CollectorPause() {
    if (paused_) PyGC_Enable();
  }
#else
  explicit CollectorPause(bool) noexcept {}
#endif
  CollectorPause(const CollectorPause&) = delete;
  CollectorPause& operator=(const CollectorPause&) = delete;

#if PY_VERSION_HEX < 0x030C0000
 private:
  bool paused_;
#endif
};

// A dict's value as a new reference; null when there is none, or with an exception.
inline PyObject* get_dict_item(PyObject* dict, PyObject* key) {
#if PY_VERSION_HEX >= 0x030D0000
  PyObject* value = nullptr;
  PyDict_GetItemRef(dict, key, &value);
  return value;
#else
  return Py_XNewRef(PyDict_GetItemWithError(dict, key));
#endif
}

// The same, where an exception counts as no value.
inline PyObject* find_dict_item(PyObject* dict, PyObject* key) {
#if PY_VERSION_HEX >= 0x030D0000
  PyObject* value = nullptr;
  if (PyDict_GetItemRef(dict, key, &value) < 0) PyErr_Clear();
#else
  PyObject* value = Py_XNewRef(PyDict_GetItemWithError(dict, key));
  if (value == nullptr && PyErr_Occurred() != nullptr) PyErr_Clear();
#endif
  return value;
}

// PyDict_Next(); up to CPython 3.12 that is a call of another function, which costs as much again.
inline bool next_dict_item(PyObject* dict, Py_ssize_t& position, PyObject*& key, PyObject*& value) {
#if PY_VERSION_HEX >= 0x030D0000
  return PyDict_Next(dict, &position, &key, &value) != 0;
#else
  return _PyDict_Next(dict, &position, &key, &value, nullptr) != 0;
#endif
}

// The pending exception as one owned object, and back. CPython 3.11 keeps it in three parts.
inline PyObject* take_exception() {
#if PY_VERSION_HEX >= 0x030C0000
  return PyErr_GetRaisedException();
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  if (type == nullptr) return nullptr;
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return value;
#endif
}

inline void restore_exception(PyObject* exception) {
#if PY_VERSION_HEX >= 0x030C0000
  PyErr_SetRaisedException(exception);
#else
  PyObject* type = Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(exception)));
  PyErr_Restore(type, exception, PyException_GetTraceback(exception));
#endif
}

// The dictionary of a class's own attributes, a new reference.
inline PyObject* new_type_dict_reference(PyTypeObject* type) {
#if PY_VERSION_HEX >= 0x030C0000
  return PyType_GetDict(type);
#else
  return Py_NewRef(type->tp_dict);
#endif
}

// A number that stands for all that the class is now: whatever changes the class changes it. 0 when
// it has none, as CPython 3.13 and later leave a class that has changed a thousand times.
inline unsigned int type_version(const PyTypeObject* type) { return type->tp_version_tag; }

// The same, given to the class if it can be.
inline unsigned int assign_type_version(PyTypeObject* type) {
#if PY_VERSION_HEX >= 0x030C0000
  if (PyUnstable_Type_AssignVersionTag(type) == 0) return 0;
#else
  // A look-up in the class gives it one.
  PyObject* attribute = PyObject_GetAttrString(reinterpret_cast<PyObject*>(type), "__init__");
  if (attribute == nullptr) PyErr_Clear();
  Py_XDECREF(attribute);
#endif
  return type_version(type);
}

// Lets PyType_GetModuleByDef() find `module` from a class that Python code has made, as
// PyType_FromModuleAndSpec() does for a new one. The class keeps the module.
inline void set_type_module(PyTypeObject* type, PyObject* module) {
  auto* heap_type = reinterpret_cast<PyHeapTypeObject*>(type);
  PyObject* old = std::exchange(heap_type->ht_module, Py_NewRef(module));
  Py_XDECREF(old);
}

// A new bytes object of a subclass, filled from `data`. CPython keeps a bytes object's hash beside
// its bytes, unset at first.
inline PyObject* new_bytes_subclass(PyTypeObject* type, const char* data, Py_ssize_t size) {
  PyObject* object = type->tp_alloc(type, size);
  if (object == nullptr) return nullptr;
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif
  reinterpret_cast<PyBytesObject*>(object)->ob_shash = -1;
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
  std::memcpy(PyBytes_AS_STRING(object), data, static_cast<std::size_t>(size));
  PyBytes_AS_STRING(object)[size] = '\0';
  return object;
}

// A new int of a subclass that has PyType_GenericAlloc() and adds nothing to an int, no dict and no
// weak references. The collector has no need to look at it: it refers to its class alone, whose own
// count says so.
inline PyObject* new_int_subclass(PyTypeObject* type, std::int64_t number) {
  const bool negative = number < 0;
  std::uint64_t magnitude = static_cast<std::uint64_t>(number);
  if (negative) magnitude = 0 - magnitude;
  const auto bits = static_cast<std::size_t>(std::bit_width(magnitude));
  const std::size_t count = (bits + PyLong_SHIFT - 1) / PyLong_SHIFT;
  // CPython reads the first digit even of zero.
  const std::size_t room = count == 0 ? 1 : count;
  auto* made = PyObject_GC_NewVar(PyLongObject, type, static_cast<Py_ssize_t>(room));
  if (made == nullptr) return nullptr;
#if PY_VERSION_HEX >= 0x030C0000
  constexpr std::uintptr_t kSizeShift = 3;
  constexpr std::uintptr_t kZero = 1;
  constexpr std::uintptr_t kNegative = 2;
  made->long_value.lv_tag =
      count == 0 ? kZero : (std::uintptr_t{count} << kSizeShift) | (negative ? kNegative : 0);
  digit* to = made->long_value.ob_digit;
#else
  const auto size = static_cast<Py_ssize_t>(count);
  Py_SET_SIZE(reinterpret_cast<PyVarObject*>(made), negative ? -size : size);
  digit* to = made->ob_digit;
#endif
  for (std::size_t i = 0; i < room; ++i, magnitude >>= PyLong_SHIFT) {
    to[i] = static_cast<digit>(magnitude & PyLong_MASK);
  }
  return reinterpret_cast<PyObject*>(made);
}

}  // namespace pymongo_cpp
