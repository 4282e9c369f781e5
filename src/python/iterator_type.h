// What the extension's iterators have in common: at their end they let go of what they hold, and
// their `exhaust` does that, as tp_clear does for the collector.
#pragma once

#include "state.h"

namespace pymongo_cpp {

inline constexpr unsigned kIteratorFlags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
                                           Py_TPFLAGS_IMMUTABLETYPE |
                                           Py_TPFLAGS_DISALLOW_INSTANTIATION;

// The state of the module whose iterator `self` is; null with a Python exception.
inline ModuleState* iterator_state(PyObject* self) {
  PyObject* module = PyType_GetModule(Py_TYPE(self));
  return module == nullptr ? nullptr : &ModuleState::of(module);
}

template <inquiry exhaust>
void deallocate_iterator(PyObject* self) {
  PyObject_GC_UnTrack(self);
  exhaust(self);
  const Ref type = Ref::steal(reinterpret_cast<PyObject*>(Py_TYPE(self)));
  type.as_type()->tp_free(self);
}

// The method close().
template <inquiry exhaust>
PyObject* close_iterator(PyObject* self, PyObject*) {
  const CriticalSection section(self);
  exhaust(self);
  Py_RETURN_NONE;
}

}  // namespace pymongo_cpp
