// The values of the arrays that are being decoded, from BSON or from JSON.
#pragma once

#include "ref.h"

#include <span>

namespace pymongo_cpp {

// An array's length is known only at its end, so its values wait here until one list of the right
// size can be made. Arrays within arrays lie above one another.
class ValueStack {
 public:
  ValueStack() noexcept = default;
  ValueStack(const ValueStack&) = delete;
  ValueStack& operator=(const ValueStack&) = delete;
  ~ValueStack() {
    drop(0);
    PyMem_Free(values_);
  }

  std::size_t size() const noexcept { return size_; }

  // False with MemoryError.
  bool push(Ref value) {
    if (size_ == capacity_ && !grow()) return false;
    values_[size_++] = value.release();
    return true;
  }

  // A list of all values from `base` on, which leave the stack; null with MemoryError, and then
  // they are released.
  Ref pop_list(std::size_t base) {
    Ref list = Ref::steal(PyList_New(static_cast<Py_ssize_t>(size_ - base)));
    if (!list) {
      drop(base);
      return Ref();
    }
    for (std::size_t i = base; i < size_; ++i) {
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i - base), values_[i]);
    }
    size_ = base;
    return list;
  }

  // Releases all values from `base` on.
  void drop(std::size_t base) noexcept {
    while (size_ > base) Ref::steal(values_[--size_]).clear();
  }

 private:
  bool grow() {
    const std::size_t capacity = capacity_ == 0 ? 64 : capacity_ * 2;
    auto* moved = static_cast<PyObject**>(PyMem_Realloc(values_, capacity * sizeof(PyObject*)));
    if (moved == nullptr) {
      PyErr_NoMemory();
      return false;
    }
    values_ = moved;
    capacity_ = capacity;
    return true;
  }

  PyObject** values_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace pymongo_cpp
