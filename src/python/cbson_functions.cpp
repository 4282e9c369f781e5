#include "arguments.h"
#include "decode.h"
#include "documents.h"
#include "functions.h"

#include <bsonpp/array_index.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace pymongo_cpp {

namespace {

PyObject* dict_to_bson(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  if (!check_argument_count("_dict_to_bson", count, 3, 4)) return nullptr;
  unsigned char check_keys = 0;
  unsigned char outermost = 1;
  if (!parse_byte(arguments[1], check_keys) ||
      (count == 4 && !parse_byte(arguments[3], outermost))) {
    return nullptr;
  }
  return encode_document(ModuleState::of(module), arguments[0], check_keys != 0, arguments[2],
                         outermost != 0)
      .release();
}

PyObject* bson_to_dict(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  if (!check_argument_count("_bson_to_dict", count, 2, 2)) return nullptr;
  return decode_object(ModuleState::of(module), arguments[0], arguments[1]).release();
}

PyObject* decode_all(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  if (!check_argument_count("_decode_all", count, 2, 2)) return nullptr;
  return decode_object_all(ModuleState::of(module), arguments[0], arguments[1]).release();
}

// _element_to_dict(data, position, obj_end, options, raw_array)
PyObject* element_to_dict(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  if (!check_argument_count("_element_to_dict", count, 5, 5)) return nullptr;
  ModuleState& state = ModuleState::of(module);
  std::size_t position = 0;
  std::size_t end = 0;
  if (!parse_offset(arguments[1], position) || !parse_offset(arguments[2], end)) return nullptr;
  const int raw_array = PyObject_IsTrue(arguments[4]);
  if (raw_array < 0) return nullptr;
  const auto options = state.options(arguments[3]);
  if (!options) return nullptr;
  if (!PyBytes_Check(arguments[0])) {
    PyErr_SetString(PyExc_TypeError, "argument to _element_to_dict must be a bytes object");
    return nullptr;
  }
  Buffer buffer;
  if (!buffer.read(arguments[0])) return nullptr;
  return decode_element(state, *options, arguments[0], buffer.bytes(), position, end,
                        raw_array != 0)
      .release();
}

// data, position, obj_end, options, result and raw_array, which may be null.
using RawArguments = std::array<PyObject*, 6>;

PyObject* decode_raw(ModuleState& state, const RawArguments& arguments) {
  std::size_t position = 0;
  std::size_t end = 0;
  if (!parse_offset(arguments[1], position) || !parse_offset(arguments[2], end)) return nullptr;
  const int raw_array = arguments[5] == nullptr ? 0 : PyObject_IsTrue(arguments[5]);
  if (raw_array < 0) return nullptr;
  const auto options = state.options(arguments[3]);
  if (!options) return nullptr;
  const Ref input = raw_input(state, *options, arguments[0]);
  Buffer buffer;
  if (!input || !buffer.read(input.get())) return nullptr;
  bsonpp::Bytes bytes = buffer.bytes();
  if (!buffer.freeze(bytes) || !decode_elements(state, *options, input.get(), bytes, position, end,
                                                raw_array != 0, arguments[4])) {
    return nullptr;
  }
  return Ref::share(arguments[4]).release();
}

PyObject* raw_to_dict(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  RawArguments bound{};
  if (!check_argument_count("_raw_to_dict", count, 6, 6)) return nullptr;
  std::copy_n(arguments, bound.size(), bound.begin());
  return decode_raw(ModuleState::of(module), bound);
}

// As bson._raw_to_dict, PyMongo's Python function over that of bson._cbson, takes its arguments.
PyObject* raw_to_dict_with_names(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                                 PyObject* keyword_names) {
  static constexpr std::array<const char*, 6> kNames = {"data", "position", "obj_end",
                                                        "opts", "result",   "raw_array"};
  RawArguments bound{};
  if (!bind_arguments({"_raw_to_dict", kNames, 5}, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  return decode_raw(ModuleState::of(module), bound);
}

PyObject* array_of_documents_to_buffer(PyObject* module, PyObject* const* arguments,
                                       Py_ssize_t count) {
  if (!check_argument_count("_array_of_documents_to_buffer", count, 1, 1)) return nullptr;
  Buffer buffer;
  if (!buffer.read(arguments[0])) return nullptr;
  bsonpp::Bytes bytes = buffer.bytes();
  if (!buffer.freeze(bytes)) return nullptr;
  return array_to_documents(ModuleState::of(module), bytes).release();
}

// Compares the digits that the codec writes with those of the C library. PyMongo's test suite
// calls it.
PyObject* test_long_long_to_str(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  static_cast<void>(arguments);
  if (!check_argument_count("_test_long_long_to_str", count, 0, 0)) return nullptr;
  constexpr int kChecked = 10000;
  bsonpp::ArrayIndex index;
  for (int number = 0; number < kChecked; ++number, index.advance()) {
    char expected[16];
    const int length = std::snprintf(expected, sizeof(expected), "%d", number);
    if (index.key() != std::string_view(expected, static_cast<std::size_t>(length) + 1)) {
      PyErr_Format(PyExc_RuntimeError, "the key of array element %d is wrong", number);
      return nullptr;
    }
  }
  return PyTuple_New(0);
}

}  // namespace

PyMethodDef cbson_functions[] = {
    {"_dict_to_bson", as_method(dict_to_bson), METH_FASTCALL,
     PyDoc_STR("convert a dictionary to a string containing its BSON representation.")},
    {"_bson_to_dict", as_method(bson_to_dict), METH_FASTCALL,
     PyDoc_STR("convert a BSON string to a SON object.")},
    {"_decode_all", as_method(decode_all), METH_FASTCALL,
     PyDoc_STR("convert binary data to a sequence of documents.")},
    {"_element_to_dict", as_method(element_to_dict), METH_FASTCALL,
     PyDoc_STR("Decode a single key, value pair.")},
    {"_raw_to_dict", as_method(raw_to_dict), METH_FASTCALL,
     PyDoc_STR("Decode all elements of a raw BSON document into a result mapping.")},
    {"_raw_to_dict_with_names", as_method(raw_to_dict_with_names), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("_raw_to_dict() with the parameters of bson._raw_to_dict.")},
    {"_array_of_documents_to_buffer", as_method(array_of_documents_to_buffer), METH_FASTCALL,
     PyDoc_STR("Convert raw array of documents to a stream of BSON documents")},
    {"_test_long_long_to_str", as_method(test_long_long_to_str), METH_FASTCALL,
     PyDoc_STR("Test conversion of extreme and common Py_ssize_t values to str.")},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pymongo_cpp
