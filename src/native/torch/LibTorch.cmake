# Makes the target LibTorch::LibTorch of the LibTorch below MALARIALAB_LIBTORCH (LibTorch's own folder, or the folder torch of a Python
# package), or of the system's. LibTorch's own TorchConfig.cmake is not used: where LibTorch has CUDA it demands nvcc and the libraries
# of a whole CUDA toolkit. The shim is host code, for which the headers of CUDA's runtime are enough; the library comes with LibTorch.

if(MALARIALAB_LIBTORCH)
  set(only_there PATHS ${MALARIALAB_LIBTORCH} PATH_SUFFIXES lib include NO_DEFAULT_PATH)
endif()
find_library(torch_cpu torch_cpu ${only_there} REQUIRED)
find_path(torch_include ATen/ATen.h ${only_there} REQUIRED)
get_filename_component(torch_lib ${torch_cpu} DIRECTORY)
find_library(torch_all torch PATHS ${torch_lib} NO_DEFAULT_PATH REQUIRED)
find_library(torch_c10 c10 PATHS ${torch_lib} NO_DEFAULT_PATH REQUIRED)
find_library(torch_c10_cuda c10_cuda PATHS ${torch_lib} NO_DEFAULT_PATH)
find_library(torch_cuda torch_cuda PATHS ${torch_lib} NO_DEFAULT_PATH)

# libtorch is empty but for its need of the libraries with the operators, CUDA's among them: the linker must not drop it.
add_library(LibTorch::LibTorch INTERFACE IMPORTED)
target_link_libraries(LibTorch::LibTorch INTERFACE -Wl,--no-as-needed ${torch_all} -Wl,--as-needed ${torch_cpu} ${torch_c10})
target_include_directories(LibTorch::LibTorch INTERFACE ${torch_include} ${torch_include}/torch/csrc/api/include)

file(GLOB torch_config ${torch_lib}/cmake/Torch ${torch_lib}/../share/cmake/Torch)
file(STRINGS ${torch_config}/TorchConfigVersion.cmake torch_version REGEX "set\\(PACKAGE_VERSION ")
string(REGEX MATCH "[0-9]+\\.[0-9]+" torch_version "${torch_version}")
file(STRINGS ${torch_config}/TorchConfig.cmake torch_old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
if(torch_old_abi)
  target_compile_definitions(LibTorch::LibTorch INTERFACE _GLIBCXX_USE_CXX11_ABI=0)
endif()
if(torch_version VERSION_GREATER_EQUAL 2.9)
  target_compile_features(LibTorch::LibTorch INTERFACE cxx_std_20)
endif()

if(torch_c10_cuda)
  file(GLOB packaged ${MALARIALAB_LIBTORCH}/../nvidia/*/include) # beside the folder torch of a Python package
  set(places HINTS ENV CUDA_HOME ENV CUDA_PATH ${packaged} PATHS /usr/local/cuda PATH_SUFFIXES include)
  find_path(cuda_runtime_headers cuda_runtime_api.h ${places})
  find_path(cuda_common_headers crt/host_defines.h ${places})
  if(NOT cuda_runtime_headers OR NOT cuda_common_headers)
    message(FATAL_ERROR "This LibTorch has CUDA, but the headers of CUDA's runtime (cuda_runtime_api.h, crt/host_defines.h) are missing. "
      "Install the CUDA toolkit of the version that this LibTorch is made for (Debian: nvidia-cuda-dev), or name its folder in CUDA_HOME.")
  endif()
  target_include_directories(LibTorch::LibTorch INTERFACE ${cuda_runtime_headers} ${cuda_common_headers})
  target_compile_definitions(LibTorch::LibTorch INTERFACE MALARIALAB_CUDA=1)
  # Not libcudart itself: LibTorch loads its own, under a name of its own in some packages, and a second one would have a second state.
  target_link_libraries(LibTorch::LibTorch INTERFACE ${torch_c10_cuda} ${torch_cuda})
endif()
