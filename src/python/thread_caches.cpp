#include "thread_caches.h"

#include <new>

namespace pymongo_cpp {

#if defined(Py_GIL_DISABLED)

namespace {

constexpr const char* kCapsuleName = "pymongo_cpp._native.caches";

void delete_caches(PyObject* capsule) {
  delete static_cast<Caches*>(PyCapsule_GetPointer(capsule, kCapsuleName));
}

}  // namespace

bool ThreadCaches::load() {
  key_ = Ref::steal(PyObject_CallNoArgs(reinterpret_cast<PyObject*>(&PyBaseObject_Type)));
  return static_cast<bool>(key_);
}

Caches* ThreadCaches::get() {
  // Thread states' numbers are never given twice, and a dict that has the entry keeps the key.
  struct Known {
    std::uint64_t thread = 0;
    const PyObject* key = nullptr;
    Caches* caches = nullptr;
  };
  thread_local Known known;
  const std::uint64_t thread = PyThreadState_GetID(PyThreadState_Get());
  if (known.thread != thread || known.key != key_.get()) {
    Caches* caches = find();
    if (caches == nullptr) return nullptr;
    known = {thread, key_.get(), caches};
  }
  return known.caches;
}

Caches* ThreadCaches::find() {
  PyObject* entries = PyThreadState_GetDict();
  if (entries == nullptr) {
    PyErr_NoMemory();
    return nullptr;
  }
  PyObject* found = PyDict_GetItemWithError(entries, key_.get());
  if (found != nullptr) return static_cast<Caches*>(PyCapsule_GetPointer(found, kCapsuleName));
  if (PyErr_Occurred() != nullptr) return nullptr;
  auto* caches = new (std::nothrow) Caches;
  if (caches == nullptr) {
    PyErr_NoMemory();
    return nullptr;
  }
  const Ref capsule = Ref::steal(PyCapsule_New(caches, kCapsuleName, delete_caches));
  if (!capsule) {
    delete caches;
    return nullptr;
  }
  return PyDict_SetItem(entries, key_.get(), capsule.get()) < 0 ? nullptr : caches;
}

#else

int ThreadCaches::traverse(visitproc visit, void* arg) const {
  const int options = caches_.options.traverse(visit, arg);
  return options != 0 ? options : caches_.keys.traverse(visit, arg);
}

void ThreadCaches::clear() noexcept {
  caches_.options.clear();
  caches_.keys.clear();
}

#endif

}  // namespace pymongo_cpp
