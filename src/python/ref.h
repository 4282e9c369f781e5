// Owned references. A raw PyObject* is always borrowed.
#pragma once

#include "compat.h"

#include <utility>

namespace pymongo_cpp {

class Ref {
 public:
  constexpr Ref() noexcept = default;
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    PyObject* old = std::exchange(object_, std::exchange(other.object_, nullptr));
    Py_XDECREF(old);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }

  // Takes over a new reference, which may be null after an error.
  static Ref steal(PyObject* object) noexcept { return Ref(object); }
  // Adds a reference of its own to a borrowed object, which may be null.
  static Ref share(PyObject* object) noexcept { return Ref(Py_XNewRef(object)); }

  PyObject* get() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  // Gives the reference to the caller (to return it to CPython, or to store it).
  [[nodiscard]] PyObject* release() noexcept { return std::exchange(object_, nullptr); }
  // Drops the reference; the object's own code may run.
  void clear() noexcept { *this = Ref(); }
  PyTypeObject* as_type() const noexcept { return reinterpret_cast<PyTypeObject*>(object_); }

 private:
  explicit constexpr Ref(PyObject* object) noexcept : object_(object) {}

  PyObject* object_ = nullptr;
};

}  // namespace pymongo_cpp
