#include "internal.h"

namespace mli {

namespace {

void encode(const uint8_t* pixels, int width, int height, int channels, int format, int quality, uint8_t*& out, size_t& out_length)
{
    if (width < 1 || height < 1 || (channels != 1 && channels != 3))
        throw Refusal{MLI_FAILED, "only grey or RGB images of at least one pixel can be encoded"};
    Image image(vips_image_new_from_memory(pixels, size_t(width) * height * channels, width, height, channels, VIPS_FORMAT_UCHAR));
    VipsImage* typed = nullptr;
    if (!image || vips_copy(image.get(), &typed, "interpretation", channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, nullptr)) {
        vips_error_clear();
        throw Refusal{MLI_FAILED, "there is not enough memory to encode it"};
    }
    Image source(typed);

    void* bytes = nullptr;
    int failed = -1;
    switch (format) {
    case MLI_PNG:
        failed = vips_pngsave_buffer(typed, &bytes, &out_length, "compression", 6, "strip", TRUE, nullptr);
        break;
    case MLI_JPEG:
        failed = vips_jpegsave_buffer(typed, &bytes, &out_length, "Q", quality, "strip", TRUE, nullptr);
        break;
    case MLI_WEBP:
        failed = vips_webpsave_buffer(typed, &bytes, &out_length, "Q", quality, "lossless", quality >= 100, "strip", TRUE, nullptr);
        break;
    default:
        throw Refusal{MLI_FAILED, "images are encoded as PNG, JPEG or WebP only"};
    }
    if (failed) {
        vips_error_clear();
        throw Refusal{MLI_FAILED, std::string("it could not be encoded as ") + name_of(mli_format(format))};
    }
    out = static_cast<uint8_t*>(bytes);
}

} // namespace

} // namespace mli

MLI_API int32_t mli_encode(const uint8_t* pixels, int32_t width, int32_t height, int32_t channels, int32_t format,
                           int32_t quality, uint8_t** out, size_t* out_length)
{
    *out = nullptr;
    return mli::guarded([&] { mli::encode(pixels, width, height, channels, format, quality, *out, *out_length); });
}
