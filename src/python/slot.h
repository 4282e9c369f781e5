// Attributes that a class keeps in __slots__, read and written where they lie.
#pragma once

#include "ref.h"

namespace pymongo_cpp {

// The place of one __slots__ member within the instances of a class, as its member descriptor
// gives it. Valid for exact instances of that class and of its subclasses.
class Slot {
 public:
  constexpr Slot() noexcept = default;

  // The place of the first member of a class that derives from `object` alone.
  static constexpr Slot first() noexcept {
    Slot slot;
    slot.offset_ = sizeof(PyObject);
    return slot;
  }

  // Looks `name` up in `type`. Not found, or not a plain object member: found() is false, and no
  // exception is left behind.
  static Slot find(PyObject* type, const char* name) {
    Slot slot;
    const Ref descriptor = Ref::steal(PyObject_GetAttrString(type, name));
    if (!descriptor) {
      PyErr_Clear();
      return slot;
    }
    if (!Py_IS_TYPE(descriptor.get(), &PyMemberDescr_Type)) return slot;
    const PyMemberDef* member = reinterpret_cast<PyMemberDescrObject*>(descriptor.get())->d_member;
    if (member->type == T_OBJECT_EX && member->flags == 0) slot.offset_ = member->offset;
    return slot;
  }

  bool found() const noexcept { return offset_ > 0; }
  bool operator==(const Slot&) const noexcept = default;

  // The value; null when the attribute is not set.
  Ref get(PyObject* instance) const noexcept {
    const CriticalSection section(instance);
    return Ref::share(*place(instance));
  }
  // Sets the attribute of an instance that has just been allocated, where it is still null.
  void initialize(PyObject* instance, Ref value) const noexcept {
    *place(instance) = value.release();
  }
  // Sets the attribute of any instance; the old value's own code may run.
  void replace(PyObject* instance, Ref value) const noexcept {
    Ref old;
    const CriticalSection section(instance);
    old = Ref::steal(std::exchange(*place(instance), value.release()));
  }

 private:
  PyObject** place(PyObject* instance) const noexcept {
    return reinterpret_cast<PyObject**>(reinterpret_cast<char*>(instance) + offset_);
  }

  Py_ssize_t offset_ = 0;
};

}  // namespace pymongo_cpp
