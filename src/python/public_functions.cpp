#include "arguments.h"
#include "bytes_storage.h"
#include "decode.h"
#include "documents.h"
#include "functions.h"
#include "iterators.h"

#include <array>

namespace pymongo_cpp {

namespace {

bool check_codec_options(const ModuleState& state, PyObject* options) {
  if (options == state.types.default_codec_options.get()) return true;
  const int is_options = PyObject_IsInstance(options, state.types.codec_options.get());
  if (is_options > 0) return true;
  if (is_options == 0) {
    PyErr_SetString(PyExc_TypeError, "codec_options must be an instance of CodecOptions");
  }
  return false;
}

// `codec_options or DEFAULT_CODEC_OPTIONS`; null with a Python exception.
PyObject* options_or_default(const ModuleState& state, PyObject* options) {
  PyObject* defaults = state.types.default_codec_options.get();
  if (options == nullptr || options == Py_None || options == defaults) return defaults;
  const int truth = PyObject_IsTrue(options);
  if (truth < 0) return nullptr;
  return truth != 0 ? options : defaults;
}

PyObject* encode(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                 PyObject* keyword_names) {
  static constexpr std::array<const char*, 3> kNames = {"document", "check_keys", "codec_options"};
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 3> bound{};
  if (!bind_arguments({"encode", kNames, 1}, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  PyObject* options = bound[2];
  if (options == nullptr) options = state.types.default_codec_options.get();
  unsigned char check_keys = 0;
  if (!check_codec_options(state, options) ||
      (bound[1] != nullptr && !parse_byte(bound[1], check_keys))) {
    return nullptr;
  }
  return encode_document(state, bound[0], check_keys != 0, options, /*outermost=*/true).release();
}

// The arguments that the decoding functions share: data, and options or None.
bool bind_decode(const char* function, std::span<const char* const> names,
                 PyObject* const* arguments, Py_ssize_t count, PyObject* keyword_names,
                 std::span<PyObject*> bound) {
  return bind_arguments({function, names, 1}, arguments, count, keyword_names, bound);
}

constexpr std::array<const char*, 2> kDataNames = {"data", "codec_options"};
constexpr std::array<const char*, 2> kFileNames = {"file_obj", "codec_options"};

PyObject* decode(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                 PyObject* keyword_names) {
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 2> bound{};
  if (!bind_decode("decode", kDataNames, arguments, count, keyword_names, bound)) return nullptr;
  PyObject* options = options_or_default(state, bound[1]);
  if (options == nullptr || !check_codec_options(state, options)) return nullptr;
  return decode_object(state, bound[0], options).release();
}

PyObject* decode_all(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                     PyObject* keyword_names) {
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 2> bound{};
  if (!bind_decode("decode_all", kDataNames, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  PyObject* options = bound[1];
  if (options == nullptr || options == Py_None) options = state.types.default_codec_options.get();
  if (!check_codec_options(state, options)) return nullptr;
  return decode_object_all(state, bound[0], options).release();
}

PyObject* decode_iter(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                      PyObject* keyword_names) {
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 2> bound{};
  if (!bind_decode("decode_iter", kDataNames, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  PyObject* options = options_or_default(state, bound[1]);
  return options == nullptr ? nullptr : make_document_iterator(state, bound[0], options).release();
}

PyObject* decode_file_iter(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                           PyObject* keyword_names) {
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 2> bound{};
  if (!bind_decode("decode_file_iter", kFileNames, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  PyObject* options = options_or_default(state, bound[1]);
  return options == nullptr ? nullptr : make_file_iterator(state, bound[0], options).release();
}

PyObject* is_valid(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                   PyObject* keyword_names) {
  static constexpr std::array<const char*, 1> kNames = {"bson"};
  std::array<PyObject*, 1> bound{};
  if (!bind_arguments({"is_valid", kNames, 1}, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  if (!PyBytes_Check(bound[0])) {
    PyErr_Format(PyExc_TypeError, "BSON data must be an instance of a subclass of bytes, not %R",
                 reinterpret_cast<PyObject*>(Py_TYPE(bound[0])));
    return nullptr;
  }
  Buffer buffer;
  if (!buffer.read(bound[0])) return nullptr;
  return PyBool_FromLong(is_valid_document(ModuleState::of(module), buffer.bytes()) ? 1 : 0);
}

PyDoc_STRVAR(encode_doc,
             "encode($module, /, document, check_keys=False, codec_options=None)\n--\n\n"
             "Encode a document to BSON.\n\n"
             ":param document: any mapping; its keys must be str.\n"
             ":param check_keys: refuse keys that start with '$' or contain '.'.\n"
             ":param codec_options: a bson.codec_options.CodecOptions; the default is\n"
             "    bson.codec_options.DEFAULT_CODEC_OPTIONS.\n"
             ":return: the document as bytes; at most 2 GiB - 1.\n"
             ":raises TypeError: document is not a mapping, or codec_options not a CodecOptions.\n"
             ":raises bson.errors.InvalidDocument: a key or a value cannot be encoded.\n"
             ":raises bson.errors.InvalidStringData: a text is too long or not valid UTF-8.\n"
             ":raises OverflowError: an int needs more than 64 bits.\n\n"
             "Behaves as bson.encode of the installed PyMongo.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(
    decode_doc,
    "decode($module, /, data, codec_options=None)\n--\n\n"
    "Decode BSON to a document.\n\n"
    ":param data: one document, as any bytes-like object.\n"
    ":param codec_options: a bson.codec_options.CodecOptions, which also says what class\n"
    "    documents become; by default they are dict.\n"
    ":return: the document.\n"
    ":raises TypeError: data has no buffer, or codec_options is not a CodecOptions.\n"
    ":raises bson.errors.InvalidBSON: data is not one well-formed document.\n\n"
    "Behaves as bson.decode of the installed PyMongo, but for never reading outside data.\n\n"
    ".. versionadded:: 0.1");
PyDoc_STRVAR(decode_all_doc,
             "decode_all($module, /, data, codec_options=None)\n--\n\n"
             "Decode BSON documents that follow one another to a list.\n\n"
             ":param data: any number of documents, as any bytes-like object.\n"
             ":param codec_options: a bson.codec_options.CodecOptions.\n"
             ":return: the documents, in order.\n"
             ":raises TypeError: data has no buffer, or codec_options is not a CodecOptions.\n"
             ":raises bson.errors.InvalidBSON: one of them is not well formed.\n\n"
             "Behaves as bson.decode_all of the installed PyMongo.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(
    decode_iter_doc,
    "decode_iter($module, /, data, codec_options=None)\n--\n\n"
    "Iterate over BSON documents that follow one another.\n\n"
    ":param data: any number of documents, as bytes or any bytes-like object.\n"
    ":param codec_options: a bson.codec_options.CodecOptions.\n"
    ":return: an iterator that decodes one document at a time; what decode() raises comes\n"
    "    from its __next__, and ends it.\n\n"
    "Behaves as bson.decode_iter of the installed PyMongo.\n\n"
    ".. versionadded:: 0.1");
PyDoc_STRVAR(decode_file_iter_doc,
             "decode_file_iter($module, /, file_obj, codec_options=None)\n--\n\n"
             "Iterate over the BSON documents of a file.\n\n"
             ":param file_obj: a binary file; each step reads just one document from it.\n"
             ":param codec_options: a bson.codec_options.CodecOptions.\n"
             ":return: an iterator that decodes one document at a time; what decode() and the\n"
             "    file's read() raise comes from its __next__, and ends it.\n\n"
             "Behaves as bson.decode_file_iter of the installed PyMongo.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(is_valid_doc,
             "is_valid($module, /, bson)\n--\n\n"
             "Check that bytes are one valid BSON document.\n\n"
             ":param bson: bytes or a subclass.\n"
             ":return: whether decode(bson) would succeed.\n"
             ":raises TypeError: bson is not bytes.\n\n"
             "Behaves as bson.is_valid of the installed PyMongo, without building the document.\n\n"
             ".. versionadded:: 0.1");

}  // namespace

PyMethodDef public_functions[] = {
    {"encode", as_method(encode), METH_FASTCALL | METH_KEYWORDS, encode_doc},
    {"decode", as_method(decode), METH_FASTCALL | METH_KEYWORDS, decode_doc},
    {"decode_all", as_method(decode_all), METH_FASTCALL | METH_KEYWORDS, decode_all_doc},
    {"decode_iter", as_method(decode_iter), METH_FASTCALL | METH_KEYWORDS, decode_iter_doc},
    {"decode_file_iter", as_method(decode_file_iter), METH_FASTCALL | METH_KEYWORDS,
     decode_file_iter_doc},
    {"is_valid", as_method(is_valid), METH_FASTCALL | METH_KEYWORDS, is_valid_doc},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pymongo_cpp
