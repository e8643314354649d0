// The image shim: libvips behind a handful of C functions.
//
// Who owns what
// - Input bytes belong to the caller, are only read, and are not kept after the call.
// - Output buffers (`out`) belong to the caller once the call returned MLI_OK, and are given back with mli_free.
//   On any other status `out` is null.
// - The text of mli_last_error belongs to the shim, is the calling thread's own, and holds until that thread's next call.
//
// Every function may be called from any thread at any time. No C++ exception crosses this border.
#pragma once

#include <cstddef>
#include <cstdint>

#define MLI_API extern "C" __attribute__((visibility("default")))

enum mli_status : int32_t {
    MLI_OK = 0,
    MLI_EMPTY = 1,          // no bytes at all
    MLI_NOT_AN_IMAGE = 2,   // the first bytes belong to no image format
    MLI_UNSUPPORTED = 3,    // an image, but of a format or sample type that is not read here
    MLI_OVER_LIMIT = 4,     // more bytes or pixels than the caller allows
    MLI_TRUNCATED = 5,      // the file ends before the image is complete
    MLI_CORRUPT = 6,        // the contents contradict the format
    MLI_FAILED = 7          // the shim itself failed (memory, a bad argument, libvips missing)
};

enum mli_format : int32_t { MLI_PNG = 0, MLI_JPEG = 1, MLI_TIFF = 2, MLI_WEBP = 3, MLI_GIF = 4 };

struct mli_limits {
    int64_t max_bytes;
    int64_t max_pixels;
};

struct mli_header {
    int32_t format;       // mli_format, by content
    int32_t width;
    int32_t height;
    int32_t channels;     // as stored: 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha or CMYK; palettes count as what they expand to
    int32_t bit_depth;    // bits a sample after expansion: 8 or 16
    int32_t orientation;  // EXIF orientation 1..8; 1 where the file names none. Never applied
    int32_t pages;        // pages or frames; only the first is decoded
};

// Reads the header only. Limits are checked here, before any pixel is decoded.
MLI_API int32_t mli_probe(const uint8_t* data, size_t length, const mli_limits* limits, mli_header* header);

// Decodes the first page to 8-bit samples, rows top to bottom, channels interleaved, no padding: width * height * channels bytes.
// channels: 1 grey, 3 RGB, 0 = grey where the file is grey, else RGB.
// Compatible with Pillow's convert: alpha is dropped, 16-bit samples keep their high byte, CMYK by (255-C)(255-K)/255,
// grey by (19595 R + 38470 G + 7471 B + 32768) >> 16, colour profiles and EXIF orientation are not applied.
MLI_API int32_t mli_decode(const uint8_t* data, size_t length, const mli_limits* limits, int32_t channels,
                           mli_header* header, int32_t* out_channels, uint8_t** out, size_t* out_length);

// Encodes interleaved 8-bit grey (1) or RGB (3) samples as PNG, JPEG or WebP without metadata.
// quality: 1..100 for JPEG and WebP; WebP at 100 is lossless; PNG ignores it.
MLI_API int32_t mli_encode(const uint8_t* pixels, int32_t width, int32_t height, int32_t channels, int32_t format,
                           int32_t quality, uint8_t** out, size_t* out_length);

MLI_API void mli_free(uint8_t* buffer);

// A sentence about this thread's last call that did not return MLI_OK.
MLI_API const char* mli_last_error();

// libvips' version, for the environment record of a run.
MLI_API const char* mli_version();
