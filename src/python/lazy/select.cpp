// select(): the documents of a stream that match a filter.
#include "functions.h"
#include "indexing.h"
#include "stream.h"

#include "../arguments.h"
#include "../decode.h"
#include "../documents.h"
#include "../errors.h"
#include "../iterator_type.h"
#include "../recursion.h"

#include <bsonpp/filter.h>

#include <array>
#include <memory>
#include <new>

namespace pymongo_cpp::lazy {

namespace {

using bsonpp::Bytes;

// What a selection keeps between two documents.
struct Search {
  bsonpp::Filter filter;
  DocumentStream stream;
  Ref options;  // a CodecOptions
  bool raw = false;
};

struct Selection {
  PyObject_HEAD Search* search;  // null when exhausted
};

Selection& selection_of(PyObject* self) { return *reinterpret_cast<Selection*>(self); }

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  const Search* search = selection_of(self).search;
  if (search == nullptr) return 0;
  Py_VISIT(search->options.get());
  return search->stream.traverse(visit, arg);
}

int exhaust(PyObject* self) {
  const std::unique_ptr<Search> search(std::exchange(selection_of(self).search, nullptr));
  return 0;
}

Ref give(ModuleState& state, const CodecOptions& options, bool raw, PyObject* owner,
         Bytes document) {
  if (!raw) return decode_document(state, options, owner, document);
  const std::string_view text = bsonpp::as_text(document);
  return Ref::steal(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

// The next match; null without an exception at the end.
Ref next_match(ModuleState& state, Search& search) {
  constexpr std::size_t kDocumentsPerLook = 4096;
  const auto options = state.options(search.options.get());
  if (!options) return Ref();
  bsonpp::IndexEntries entries;
  Bytes document;
  DocumentStream::Reading reading(search.stream);
  for (std::size_t looked_at = 1; reading.next(state, document); ++looked_at) {
    entries.clear();
    if (!index_document(state, *options, document, /*check=*/true, entries)) {
      raise_malformed(state, *options, nullptr, document);
      return Ref();
    }
    if (search.filter.matches(document, entries.entries())) {
      return give(state, *options, search.raw, reading.owner(), document);
    }
    // A long search can be interrupted.
    if (looked_at % kDocumentsPerLook == 0 && PyErr_CheckSignals() < 0) return Ref();
  }
  return Ref();
}

PyObject* next(PyObject* self) {
  ModuleState* state = iterator_state(self);
  if (state == nullptr) return nullptr;
  // Taken out for the time being, so that nothing that runs meanwhile can come back to it.
  const CriticalSection section(self);
  std::unique_ptr<Search> search(std::exchange(selection_of(self).search, nullptr));
  if (!search) return nullptr;
  Ref match = next_match(*state, *search);
  if (match && selection_of(self).search == nullptr) selection_of(self).search = search.release();
  return match.release();
}

// The filter is encoded as it would be for a server, and compiled from its bytes.
bool compile(ModuleState& state, PyObject* filter, PyObject* options, bsonpp::Filter& compiled) {
  const Ref encoded = encode_document(state, filter, /*check_keys=*/false, options,
                                      /*outermost=*/true);
  Buffer buffer;
  if (!encoded || !buffer.read(encoded.get())) return false;
  std::string problem;
  if (compiled.compile(buffer.bytes(), problem, kNestingLimit)) return true;
  PyErr_SetString(PyExc_ValueError, problem.c_str());
  return false;
}

Ref make_selection(ModuleState& state, std::unique_ptr<Search> search) {
  PyTypeObject* type = state.selection_type.as_type();
  Ref made = Ref::steal(type->tp_alloc(type, 0));
  if (made) selection_of(made.get()).search = search.release();
  return made;
}

Ref select_from(ModuleState& state, PyObject* stream, PyObject* filter, PyObject* options,
                bool raw) {
  auto search = std::make_unique<Search>();
  search->options = Ref::share(options);
  search->raw = raw;
  if (!compile(state, filter, options, search->filter) || !search->stream.open(state, stream)) {
    return Ref();
  }
  return make_selection(state, std::move(search));
}

PyMethodDef kMethods[] = {
    {"close", close_iterator<exhaust>, METH_NOARGS,
     PyDoc_STR("close($self, /)\n--\n\nEnd the iteration.")},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_iterator<exhaust>)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(exhaust)},
    {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
    {Py_tp_iternext, reinterpret_cast<void*>(next)},
    {Py_tp_methods, kMethods},
    {0, nullptr},
};

PyType_Spec kSpec = {"pymongo_cpp._native.Selection", sizeof(Selection), 0, kIteratorFlags, kSlots};

}  // namespace

PyObject* select(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                 PyObject* keyword_names) {
  static constexpr std::array<const char*, 4> kNames = {"stream", "filter", "codec_options", "raw"};
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 4> bound{};
  if (count > 3) {
    PyErr_Format(PyExc_TypeError,
                 "select() takes from 2 to 3 positional arguments but %zd were given", count);
    return nullptr;
  }
  if (!bind_arguments({"select", kNames, 2}, arguments, count, keyword_names, bound) ||
      !check_options(state, bound[2])) {
    return nullptr;
  }
  const int raw = bound[3] == nullptr ? 0 : PyObject_IsTrue(bound[3]);
  if (raw < 0) return nullptr;
  try {
    return select_from(state, bound[0], bound[1], bound[2], raw != 0).release();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

bool load_selection_type(ModuleState& state, PyObject* module) {
  state.selection_type = Ref::steal(PyType_FromModuleAndSpec(module, &kSpec, nullptr));
  return static_cast<bool>(state.selection_type);
}

}  // namespace pymongo_cpp::lazy
