// The module's functions for JSON.
#include "arguments.h"
#include "buffer.h"
#include "functions.h"
#include "json_dumps.h"
#include "json_loads.h"
#include "json_support.h"

#include <bsonpp/json_builder.h>
#include <bsonpp/json_to_bson.h>

#include <array>
#include <limits>

namespace pymongo_cpp {

namespace {

using bsonpp::JsonDatetime;
using bsonpp::JsonFormat;
using bsonpp::JsonMode;
using bsonpp::PlainNonFinite;

// One of the words that a parameter may be.
template <typename Value>
struct Choice {
  const char* word;
  Value value;
};

template <typename Value, std::size_t Count>
bool choose(const char* parameter, PyObject* argument,
            const std::array<Choice<Value>, Count>& choices, Value& value) {
  if (argument == nullptr) return true;
  if (PyUnicode_Check(argument)) {
    for (const Choice<Value>& choice : choices) {
      if (PyUnicode_CompareWithASCIIString(argument, choice.word) == 0) {
        value = choice.value;
        return true;
      }
    }
  }
  PyErr_Format(PyExc_ValueError, "unknown %s: %R", parameter, argument);
  return false;
}

constexpr std::array kModes = {
    Choice<JsonMode>{"relaxed", JsonMode::kRelaxed},
    Choice<JsonMode>{"canonical", JsonMode::kCanonical},
    Choice<JsonMode>{"legacy", JsonMode::kLegacy},
    Choice<JsonMode>{"plain", JsonMode::kPlain},
};
constexpr std::array kDatetimes = {
    Choice<JsonDatetime>{"iso8601", JsonDatetime::kPlainIso8601},
    Choice<JsonDatetime>{"milliseconds", JsonDatetime::kPlainMillis},
};
constexpr std::array kDecimals = {
    Choice<bool>{"string", false},
    Choice<bool>{"number", true},
};
constexpr std::array kNonFinites = {
    Choice<PlainNonFinite>{"null", PlainNonFinite::kNull},
    Choice<PlainNonFinite>{"string", PlainNonFinite::kString},
    Choice<PlainNonFinite>{"error", PlainNonFinite::kError},
};

// data, mode, datetimes, decimals, non_finite, ensure_ascii
constexpr std::array<const char*, 6> kFormatNames = {"data",     "mode",       "datetimes",
                                                     "decimals", "non_finite", "ensure_ascii"};
using FormatArguments = std::array<PyObject*, kFormatNames.size()>;

bool parse_format(const FormatArguments& bound, JsonFormat& format) {
  JsonMode mode = JsonMode::kRelaxed;
  if (!choose("mode", bound[1], kModes, mode)) return false;
  format = JsonFormat::of(mode);
  if (!format.is_plain() && (bound[2] != nullptr || bound[3] != nullptr || bound[4] != nullptr)) {
    PyErr_SetString(PyExc_ValueError,
                    "datetimes, decimals and non_finite are for mode='plain' only");
    return false;
  }
  if (!choose("datetimes", bound[2], kDatetimes, format.datetime) ||
      !choose("decimals", bound[3], kDecimals, format.decimal_as_number) ||
      !choose("non_finite", bound[4], kNonFinites, format.non_finite)) {
    return false;
  }
  if (bound[5] == nullptr) return true;
  const int ascii = PyObject_IsTrue(bound[5]);
  format.ascii = ascii > 0;
  return ascii >= 0;
}

// What is wrong with the BSON where the builder refused it.
bsonpp::ErrorCode bson_code(const bsonpp::BsonToJsonError& error) {
  switch (error.value) {
    case bsonpp::JsonWriteError::kInvalidUtf8:
      return bsonpp::ErrorCode::kInvalidUtf8;
    case bsonpp::JsonWriteError::kStackExhausted:
      return bsonpp::ErrorCode::kNestingTooDeep;
    default:
      return error.bson.code;
  }
}

PyObject* raise_bson_error(const ModuleState& state, const bsonpp::BsonToJsonError& error) {
  if (error.bson.code == bsonpp::ErrorCode::kOutOfMemory ||
      error.value == bsonpp::JsonWriteError::kOutOfMemory) {
    return PyErr_NoMemory();
  }
  if (error.value == bsonpp::JsonWriteError::kNonFinite) {
    PyErr_SetString(PyExc_ValueError, "a number that is not finite is not JSON");
    return nullptr;
  }
  PyErr_Format(state.types.invalid_bson.get(), "%s (at byte %zu)", message(bson_code(error)),
               error.bson.offset);
  return nullptr;
}

// Calls convert(bytes, format, text) without the GIL and returns the text as bytes.
template <typename Convert>
PyObject* to_json(const char* name, PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                  PyObject* keyword_names, Convert convert) {
  const ModuleState& state = ModuleState::of(module);
  FormatArguments bound{};
  JsonFormat format;
  Buffer buffer;
  if (!bind_arguments({name, kFormatNames, 1}, arguments, count, keyword_names, bound) ||
      !parse_format(bound, format) || !buffer.read(bound[0])) {
    return nullptr;
  }
  bsonpp::Bytes bytes = buffer.bytes();
  if (!buffer.freeze(bytes)) return nullptr;
  ScratchStorage storage;
  bsonpp::TextWriter text(storage, storage.first());
  bsonpp::BsonToJsonError error;
  {
    const ReleasedGil released(bytes.size());
    error = convert(bytes, format, text);
  }
  if (error) return raise_bson_error(state, error);
  return PyBytes_FromStringAndSize(text.text().data(), ssize(text.text()));
}

PyObject* bson_to_json(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                       PyObject* keyword_names) {
  return to_json("bson_to_json", module, arguments, count, keyword_names,
                 [](bsonpp::Bytes bytes, const JsonFormat& format, bsonpp::TextWriter& text) {
                   return bsonpp::bson_to_json(bytes, format, text, kNestingLimit);
                 });
}

PyObject* bson_to_json_lines(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                             PyObject* keyword_names) {
  return to_json("bson_to_json_lines", module, arguments, count, keyword_names,
                 [](bsonpp::Bytes bytes, const JsonFormat& format, bsonpp::TextWriter& text) {
                   return bsonpp::bson_stream_to_json(bytes, format, bsonpp::JsonFraming::kLines,
                                                      text, kNestingLimit);
                 });
}

PyObject* bson_to_json_array(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                             PyObject* keyword_names) {
  return to_json("bson_to_json_array", module, arguments, count, keyword_names,
                 [](bsonpp::Bytes bytes, const JsonFormat& format, bsonpp::TextWriter& text) {
                   return bsonpp::bson_stream_to_json(bytes, format, bsonpp::JsonFraming::kArray,
                                                      text, kNestingLimit);
                 });
}

// The BSON of a text, or None where the fast path refuses it; the package then finds out why.
PyObject* json_to_bson(PyObject* module, PyObject* text) {
  ModuleState& state = ModuleState::of(module);
  Buffer buffer;
  std::string_view view;
  if (PyUnicode_Check(text)) {
    if (!utf8_view(text, view)) {
      PyErr_Clear();
      Py_RETURN_NONE;
    }
  } else {
    if (!buffer.read(text)) return nullptr;
    view = bsonpp::as_text(buffer.bytes());
  }
  const BorrowedParser parser(state);
  if (!parser) return nullptr;
  ScratchStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  bsonpp::JsonErrorCode code{};
  {
    const ReleasedGil released(view.size());
    code = bsonpp::try_json_to_bson(view, *parser, writer, kNestingLimit);
  }
  if (code == bsonpp::JsonErrorCode::kOutOfMemory) return PyErr_NoMemory();
  if (code == bsonpp::JsonErrorCode::kStackExhausted) {
    PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded while converting JSON");
    return nullptr;
  }
  if (code != bsonpp::JsonErrorCode::kOk) Py_RETURN_NONE;
  const std::string_view bytes = bsonpp::as_text(writer.bytes());
  return PyBytes_FromStringAndSize(bytes.data(), ssize(bytes));
}

// The JSONOptions of a call of dumps() or loads() with one value and no other arguments; null, with
// or without an exception, where json_util has to take the call.
Ref only_options(const ModuleState& state, PyObject* const* arguments, Py_ssize_t count,
                 PyObject* keyword_names) {
  if (count != 1 || !state.json_util.object_hook) return Ref();
  const Names& names = state.names;
  if (keyword_names == nullptr || PyTuple_GET_SIZE(keyword_names) == 0) {
    // Looked up at each call, as json_util does: a program may assign to it.
    return Ref::steal(get_dict_item(state.json_util.names.get(), names.default_json_options.get()));
  }
  if (PyTuple_GET_SIZE(keyword_names) != 1 ||
      PyUnicode_Compare(PyTuple_GET_ITEM(keyword_names, 0), names.json_options.get()) != 0) {
    return Ref();
  }
  return Ref::share(arguments[1]);
}

// Leaves a call to json_util's function, unless an exception is set.
PyObject* left_to(const Ref& function, PyObject* const* arguments, Py_ssize_t count,
                  PyObject* keyword_names) {
  if (PyErr_Occurred() != nullptr) return nullptr;
  if (!function) {
    PyErr_SetString(PyExc_RuntimeError, "_use_json_util() comes first");
    return nullptr;
  }
  return PyObject_Vectorcall(function.get(), arguments, static_cast<std::size_t>(count),
                             keyword_names);
}

// convert(state, value, options), or json_util's function where there are other arguments or the
// conversion is not implemented.
template <typename Convert>
PyObject* convert_or_leave(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                           PyObject* keyword_names, Ref JsonUtil::* function, Convert convert) {
  ModuleState& state = ModuleState::of(module);
  if (const Ref options = only_options(state, arguments, count, keyword_names); options) {
    Ref made = convert(state, arguments[0], options.get());
    if (made.get() != Py_NotImplemented) return made.release();
  }
  return left_to(state.json_util.*function, arguments, count, keyword_names);
}

PyObject* dumps(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                PyObject* keyword_names) {
  return convert_or_leave(module, arguments, count, keyword_names, &JsonUtil::dumps,
                          [](ModuleState& state, PyObject* object, PyObject* options) {
                            return dump_object(state, object, options, state.json_util.dumps.get());
                          });
}

PyObject* loads(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                PyObject* keyword_names) {
  return convert_or_leave(module, arguments, count, keyword_names, &JsonUtil::loads,
                          [](ModuleState& state, PyObject* text, PyObject* options) {
                            return load_text(state, text, options,
                                             state.json_util.object_hook.get());
                          });
}

PyObject* use_json_util(PyObject* module, PyObject* json_util) {
  if (!PyModule_Check(json_util)) {
    PyErr_SetString(PyExc_TypeError, "_use_json_util() takes the module bson.json_util");
    return nullptr;
  }
  if (!ModuleState::of(module).json_util.load(json_util)) return nullptr;
  Py_RETURN_NONE;
}

}  // namespace

// What the docstrings of the three functions share.
#define PYMONGO_CPP_FORMAT_SIGNATURE                                                   \
  "(data, mode='relaxed', datetimes='iso8601', decimals='string', non_finite='null', " \
  "ensure_ascii=True)\n--\n\n"
#define PYMONGO_CPP_FORMAT_PARAMETERS                                                           \
  ":param mode: 'relaxed', 'canonical' and 'legacy' are the texts of bson.json_util with its\n" \
  "    options of those names; 'plain' is JSON for programs that know no BSON, and without\n"   \
  "    spaces: an ObjectId becomes its 24 hexadecimal digits, binary base64 (RFC 4648\n"        \
  "    section 4), a regular expression '/pattern/flags'.\n"                                    \
  ":param datetimes: for plain JSON, 'iso8601' (UTC, to the millisecond) or 'milliseconds'\n"   \
  "    (an integer, since 1970-01-01 UTC).\n"                                                   \
  ":param decimals: for plain JSON, a Decimal128 as a 'string' or a 'number'.\n"                \
  ":param non_finite: for plain JSON, NaN and the infinities as 'null' or a 'string', or\n"     \
  "    'error' to refuse them.\n"                                                               \
  ":param ensure_ascii: escape all characters beyond ASCII; else they are UTF-8.\n"             \
  ":raises bson.errors.InvalidBSON: data is malformed; the message has the byte's offset.\n"    \
  ":raises ValueError: an unknown word for a parameter, datetimes, decimals or non_finite\n"    \
  "    without mode='plain', or a number that non_finite='error' refuses.\n"                    \
  ":raises TypeError: data has no buffer.\n"                                                    \
  ":raises MemoryError: there is no room for the text.\n\n"                                     \
  "No Python objects are made, and other threads run while 2 KiB or more are converted.\n\n"    \
  ".. versionadded:: 0.1"

PyDoc_STRVAR(bson_to_json_doc, "bson_to_json" PYMONGO_CPP_FORMAT_SIGNATURE
                               "Return the JSON object of one BSON document, as bytes.\n\n"
                               ":param data: one document, in any object with a contiguous "
                               "buffer.\n" PYMONGO_CPP_FORMAT_PARAMETERS);
PyDoc_STRVAR(bson_to_json_lines_doc,
             "bson_to_json_lines" PYMONGO_CPP_FORMAT_SIGNATURE
             "Return a JSON object and a line feed for each of many BSON documents, as bytes.\n\n"
             ":param data: documents one after another, or none.\n" PYMONGO_CPP_FORMAT_PARAMETERS);
PyDoc_STRVAR(bson_to_json_array_doc,
             "bson_to_json_array" PYMONGO_CPP_FORMAT_SIGNATURE
             "Return one JSON array of many BSON documents, as bytes.\n\n"
             ":param data: documents one after another, or none.\n" PYMONGO_CPP_FORMAT_PARAMETERS);

PyMethodDef json_functions[] = {
    {"bson_to_json", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(bson_to_json)),
     METH_FASTCALL | METH_KEYWORDS, bson_to_json_doc},
    {"bson_to_json_lines",
     reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(bson_to_json_lines)),
     METH_FASTCALL | METH_KEYWORDS, bson_to_json_lines_doc},
    {"bson_to_json_array",
     reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(bson_to_json_array)),
     METH_FASTCALL | METH_KEYWORDS, bson_to_json_array_doc},
    {"_json_to_bson", json_to_bson, METH_O,
     PyDoc_STR("The BSON of a JSON text, or None where json_util has to decide.")},
    {"_json_dumps", as_method(dumps), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("json_util.dumps(); after _use_json_util()")},
    {"_json_loads", as_method(loads), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("json_util.loads(); after _use_json_util()")},
    {"_use_json_util", use_json_util, METH_O,
     PyDoc_STR("Takes the module bson.json_util, which has what _json_dumps() and _json_loads() "
               "leave to it.")},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pymongo_cpp
