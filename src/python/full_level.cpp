#include "full_level.h"

#include "buffer.h"
#include "decode.h"
#include "functions.h"
#include "native_function.h"

#include <new>

namespace pymongo_cpp {

namespace {

// Makes the full level's state when there is none yet. Null with a Python exception.
FullLevel* prepare(PyObject* module) {
  ModuleState& state = ModuleState::of(module);
  if (state.full_level != nullptr) return state.full_level.get();
  std::shared_ptr<FullLevel> level;
  try {
    level = std::make_shared<FullLevel>(state);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
    return nullptr;
  }
  level->function_type = Ref::steal(PyObject_GetAttrString(module, "NativeFunction"));
  if (!level->function_type || !level->generator.load(state.types.object_id.get(), module)) {
    return nullptr;
  }
  state.full_level = std::move(level);
  return state.full_level.get();
}

// [(ObjectId, attributes), (RawBSONDocument, attributes)]
PyObject* full_level_attributes(PyObject* module, PyObject*) {
  FullLevel* level = prepare(module);
  if (level == nullptr) return nullptr;
  const Ref of_object_id = object_id_attributes(*level);
  const Ref of_raw_document = of_object_id ? raw_document_attributes(*level) : Ref();
  if (!of_raw_document) return nullptr;
  const Types& types = level->state.types;
  set_type_module(types.object_id.as_type(), module);
  set_type_module(types.raw_document.as_type(), module);
  return Py_BuildValue("[(OO)(OO)]", types.object_id.get(), of_object_id.get(),
                       types.raw_document.get(), of_raw_document.get());
}

PyObject* generate_object_ids(PyObject* module, PyObject* native) {
  const int wanted = PyObject_IsTrue(native);
  FullLevel* level = wanted < 0 ? nullptr : prepare(module);
  if (level == nullptr) return nullptr;
  set_object_id_constructor(*level, wanted != 0);
  if (wanted != 0) {
    level->generator.start();
  } else if (!level->generator.stop()) {
    return nullptr;
  }
  Py_RETURN_NONE;
}

// is_valid(bson)
PyObject* is_valid(FullLevel& level, PyObject* const* arguments, Py_ssize_t count,
                   PyObject* keyword_names) {
  if (count != 1 || keyword_names != nullptr || !PyBytes_Check(arguments[0])) return nullptr;
  Buffer buffer;
  if (!buffer.read(arguments[0])) return nullptr;
  return PyBool_FromLong(is_valid_document(level.state, buffer.bytes()) ? 1 : 0);
}

PyObject* stand_in_for_is_valid(PyObject* module, PyObject* function) {
  FullLevel* level = prepare(module);
  return level == nullptr
             ? nullptr
             : make_stand_in(level->function_type.as_type(), function, is_valid).release();
}

PyDoc_STRVAR(stand_in_for_is_valid_doc,
             "_stand_in_for_is_valid($module, function, /)\n--\n\n"
             "Return what does as bson.is_valid does without decoding.\n\n"
             ":param function: bson.is_valid, which is called for what is not bytes.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(full_level_attributes_doc,
             "_full_level_attributes($module, /)\n--\n\n"
             "Return the native attributes of PyMongo's classes for install(level=\"full\").\n\n"
             "To be called while the classes have their own, of which the native ones make use.\n\n"
             ":return: for ObjectId and RawBSONDocument, the class and a dict by name.\n"
             ":raises ImportError: a class is not as the native attributes need it.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(generate_object_ids_doc,
             "_generate_object_ids($module, native, /)\n--\n\n"
             "Let new ObjectIds come from the native generator, or from PyMongo's again.\n\n"
             "Both draw from the same counter.\n\n"
             ":param native: which; the native one works only while ObjectId has the native\n"
             "    attributes.\n\n"
             ".. versionadded:: 0.1");

}  // namespace

int FullLevel::traverse(visitproc visit, void* arg) const {
  Py_VISIT(function_type.get());
  Py_VISIT(invalid_id.get());
  Py_VISIT(object_id_str.get());
  Py_VISIT(object_id_repr.get());
  Py_VISIT(raw_array_document.get());
  Py_VISIT(inflate.get());
  Py_VISIT(inflate_raw_arrays.get());
  return generator.traverse(visit, arg);
}

FullLevel* full_level_of(PyTypeObject* type) {
  PyObject* module = PyType_GetModuleByDef(type, &module_definition);
  if (module == nullptr) {
    PyErr_Clear();
    return nullptr;
  }
  return ModuleState::of(module).full_level.get();
}

PyMethodDef full_level_functions[] = {
    {"_full_level_attributes", full_level_attributes, METH_NOARGS, full_level_attributes_doc},
    {"_stand_in_for_is_valid", stand_in_for_is_valid, METH_O, stand_in_for_is_valid_doc},
    {"_generate_object_ids", generate_object_ids, METH_O, generate_object_ids_doc},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pymongo_cpp
