// Calls any ATen operator through LibTorch's dispatcher, by its schema: one function instead of one a operator, and one that
// stays the same from LibTorch 1.13 to 2.x.
#include "shim.h"

#include <sstream>

using shim::unwrap;

struct mlt_operator_s {
  c10::OperatorHandle handle;
};

namespace {

template <class T>
c10::ArrayRef<T> list_of(const mlt_value& value) {
  return {static_cast<const T*>(value.p), static_cast<size_t>(value.count)};
}

bool is_kind(const c10::TypePtr& type, c10::TypeKind kind) {
  if (type->kind() == kind) return true;
  const auto optional = type->cast<c10::OptionalType>();
  return optional && optional->getElementType()->kind() == kind;
}

c10::IValue list_of_tensors(const mlt_value& value, const c10::TypePtr& type) {
  const auto handles = list_of<mlt_tensor>(value);
  const auto list = type->cast<c10::ListType>();
  if (list && list->getElementType()->kind() == c10::TypeKind::OptionalType) {
    c10::List<compat::optional<at::Tensor>> tensors;
    for (auto t : handles) tensors.push_back(t ? compat::optional<at::Tensor>(unwrap(t)) : compat::optional<at::Tensor>());
    return tensors;
  }
  c10::List<at::Tensor> tensors;
  tensors.reserve(handles.size());
  for (auto t : handles) tensors.push_back(unwrap(t));
  return tensors;
}

c10::IValue to_ivalue(const mlt_value& value, const c10::Argument& argument) {
  const auto& type = argument.type();
  switch (value.kind) {
    case MLT_NONE: return {};
    case MLT_TENSOR: return unwrap(static_cast<mlt_tensor>(const_cast<void*>(value.p)));
    case MLT_INT:
      if (is_kind(type, c10::TypeKind::FloatType)) return static_cast<double>(value.i);
      return value.i;
    case MLT_DOUBLE: return value.d;
    case MLT_BOOL: return value.i != 0;
    case MLT_INTS: return list_of<int64_t>(value);
    case MLT_DOUBLES: return list_of<double>(value);
    case MLT_BOOLS: {
      c10::List<bool> flags;
      for (auto flag : list_of<int64_t>(value)) flags.push_back(flag != 0);
      return flags;
    }
    case MLT_TENSORS: return list_of_tensors(value, type);
    case MLT_STRING: return std::string(static_cast<const char*>(value.p), static_cast<size_t>(value.count));
    case MLT_DEVICE: return shim::unpack_device(value.i);
    case MLT_GENERATOR: return unwrap(static_cast<mlt_generator>(const_cast<void*>(value.p)));
    case MLT_DEFAULT:
      TORCH_CHECK(argument.default_value(), "argument ", argument.name(), " has no default");
      return *argument.default_value();
    default: TORCH_CHECK(false, "argument ", argument.name(), " is of no known kind");
  }
}

void add_result(const c10::IValue& result, mlt_value* results, int32_t capacity, int32_t& count) {
  if (result.isTensorList()) {
    for (const at::Tensor& tensor : result.toTensorList().vec()) add_result(tensor, results, capacity, count);
    return;
  }
  TORCH_CHECK(count < capacity, "gave more than the ", capacity, " results asked for");
  mlt_value value{};
  if (result.isTensor()) {
    value.kind = MLT_TENSOR;
    value.p = shim::wrap(result.toTensor());
  } else if (result.isInt()) {
    value.kind = MLT_INT;
    value.i = result.toInt();
  } else if (result.isDouble()) {
    value.kind = MLT_DOUBLE;
    value.d = result.toDouble();
  } else if (result.isBool()) {
    value.kind = MLT_BOOL;
    value.i = result.toBool();
  } else {
    TORCH_CHECK(false, "gave a ", result.tagKind(), ", which the shim can't hand on");
  }
  results[count++] = value;
}

std::string describe_operands(const mlt_value* arguments, int32_t count) {
  std::ostringstream text;
  for (int32_t i = 0; i < count; i++) {
    const auto& value = arguments[i];
    if (value.kind == MLT_DEFAULT || value.kind == MLT_GENERATOR) continue;
    if (text.tellp() > 0) text << ", ";
    switch (value.kind) {
      case MLT_NONE: text << "none"; break;
      case MLT_TENSOR: text << shim::describe(unwrap(static_cast<mlt_tensor>(const_cast<void*>(value.p)))); break;
      case MLT_INT: text << value.i; break;
      case MLT_DOUBLE: text << value.d; break;
      case MLT_BOOL: text << (value.i ? "true" : "false"); break;
      case MLT_INTS: text << list_of<int64_t>(value); break;
      case MLT_DOUBLES: text << list_of<double>(value); break;
      case MLT_STRING: text << '"' << std::string(static_cast<const char*>(value.p), static_cast<size_t>(value.count)) << '"'; break;
      case MLT_TENSORS: {
        text << '{';
        const char* separator = "";
        for (auto t : list_of<mlt_tensor>(value)) {
          text << separator << (t ? shim::describe(unwrap(t)) : "none");
          separator = ", ";
        }
        text << '}';
        break;
      }
      default: text << "..."; break;
    }
  }
  return text.str();
}

}  // namespace

int mlt_operator_find(const char* name, const char* overload, mlt_operator* result) {
  return shim::guarded(name, [&] { *result = new mlt_operator_s{c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)}; });
}

int mlt_operator_call(mlt_operator op, const mlt_value* arguments, int32_t count, mlt_value* results, int32_t capacity,
                      int32_t* result_count) {
  int32_t made = 0;
  try {
    const auto& schema = op->handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(count) <= schema.size(), "takes ", schema.size(), " arguments, got ", count);
    torch::jit::Stack stack;
    stack.reserve(schema.size());
    static const mlt_value use_default{MLT_DEFAULT, 0, {0}};
    for (size_t i = 0; i < schema.size(); i++)
      stack.push_back(to_ivalue(i < static_cast<size_t>(count) ? arguments[i] : use_default, schema[i]));
    op->handle.callBoxed(stack);
    if (capacity > 0)
      for (const auto& result : stack) add_result(result, results, capacity, made);
    *result_count = made;
    return MLT_OK;
  } catch (...) {
    for (int32_t i = 0; i < made; i++)
      if (results[i].kind == MLT_TENSOR) mlt_tensor_free(static_cast<mlt_tensor>(const_cast<void*>(results[i].p)));
    const auto& name = op->handle.schema().name();
    const auto colons = name.rfind(':');
    return shim::fail_from_current_exception(name.substr(colons == std::string::npos ? 0 : colons + 1).c_str(),
                                             describe_operands(arguments, count));
  }
}
