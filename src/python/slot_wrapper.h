// Native special methods for classes that Python code has made.
#pragma once

#include "ref.h"

namespace pymongo_cpp {

// A special method's name, a built-in type that has it in the same slot, and the slot's function.
struct SlotMethod {
  const char* name;
  PyTypeObject* example;
  void* function;
};

template <typename Function>
void* as_slot(Function function) {
  return reinterpret_cast<void*>(function);
}

// Adds to the dictionary `attributes` what CPython itself would have put under that name into a
// built-in type: set as an attribute of `type`, it makes CPython call the function directly. False
// with a Python exception.
bool add_slot_method(PyObject* attributes, PyTypeObject* type, const SlotMethod& method);

}  // namespace pymongo_cpp
