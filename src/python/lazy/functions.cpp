#include "functions.h"

#include "../functions.h"
#include "node.h"

namespace pymongo_cpp {

namespace lazy {

bool load_types(ModuleState& state, PyObject* module) {
  return load_document_type(state, module) && load_array_type(state, module) &&
         load_selection_type(state, module);
}

namespace {

PyDoc_STRVAR(project_doc,
             "project($module, /, data, paths, codec_options=None)\n--\n\n"
             "Decode only the fields that some paths lead to.\n\n"
             ":param data: one document, as any bytes-like object.\n"
             ":param paths: an iterable of str such as 'a.b'; '_id' is a path like any other.\n"
             ":param codec_options: a bson.codec_options.CodecOptions for the values.\n"
             ":return: a dict with these fields, in the document's order. As in a MongoDB\n"
             "    projection, the documents within an array are looked into, and its other items\n"
             "    are left out; a number in a path is a key, not a position.\n"
             ":raises TypeError: data has no buffer, or paths is no iterable of str.\n"
             ":raises ValueError: a path has an empty part, or leads through another path.\n"
             ":raises bson.errors.InvalidBSON: data is not one well-formed document.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(
    select_doc,
    "select($module, /, stream, filter, codec_options=None, *, raw=False)\n--\n\n"
    "Iterate over the documents of a stream that match a filter.\n\n"
    ":param stream: documents one after another in a bytes-like object or a binary file,\n"
    "    which is read ahead, or an iterable of bytes-like objects with whole documents.\n"
    ":param filter: a mapping as for PyMongo's find(), with no other operators than $eq,\n"
    "    $ne, $gt, $gte, $lt, $lte, $in, $exists, $and and $or.\n"
    ":param codec_options: a bson.codec_options.CodecOptions to encode the filter and to\n"
    "    decode the matches with.\n"
    ":param raw: give the matches as bytes.\n"
    ":return: an iterator. The filter is evaluated on the bytes: only matches are decoded.\n"
    ":raises TypeError: stream, filter or codec_options is of a wrong type.\n"
    ":raises ValueError: the filter has an operator, or an operand, that is not supported, or\n"
    "    a path of more than 200 parts or 16 numbers.\n"
    ":raises bson.errors.InvalidBSON: (while iterating) a document is not well formed.\n\n"
    "Values are compared as MongoDB compares them: numbers of all types by their worth,\n"
    "strings by their UTF-8 bytes, and only with values of their own kind; embedded\n"
    "documents by their bytes.\n\n"
    ".. versionadded:: 0.1");

}  // namespace

}  // namespace lazy

PyMethodDef lazy_functions[] = {
    {"project", as_method(lazy::project), METH_FASTCALL | METH_KEYWORDS, lazy::project_doc},
    {"select", as_method(lazy::select), METH_FASTCALL | METH_KEYWORDS, lazy::select_doc},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pymongo_cpp
