// What can be told from the bytes themselves, and the shim's own state.
#include "internal.h"

#include <cstring>
#include <initializer_list>
#include <mutex>

namespace mli {

namespace {

thread_local std::string last_error;

bool starts_with(const uint8_t* data, size_t length, size_t at, std::initializer_list<int> bytes)
{
    if (length < at + bytes.size())
        return false;
    for (int byte : bytes)
        if (data[at++] != byte)
            return false;
    return true;
}

bool has_text(const uint8_t* data, size_t length, size_t at, const char* text)
{
    return length >= at + std::strlen(text) && std::memcmp(data + at, text, std::strlen(text)) == 0;
}

// Names of formats that are images but are not read here, so that the refusal can say what to do.
const char* unread_format(const uint8_t* data, size_t length)
{
    if (has_text(data, length, 0, "BM")) return "BMP";
    if (has_text(data, length, 4, "ftyp")) return "HEIF, AVIF or video";
    if (has_text(data, length, 0, "%PDF")) return "PDF";
    if (has_text(data, length, 0, "8BPS")) return "Photoshop";
    if (has_text(data, length, 128, "DICM")) return "DICOM";
    if (starts_with(data, length, 0, {0x00, 0x00, 0x00, 0x0C, 'j', 'P'})) return "JPEG 2000";
    if (starts_with(data, length, 0, {0xFF, 0x4F, 0xFF, 0x51})) return "JPEG 2000";
    if (starts_with(data, length, 0, {0xFF, 0x0A})) return "JPEG XL";
    if (starts_with(data, length, 0, {0x00, 0x00, 0x01, 0x00})) return "icon";
    auto head = std::string(reinterpret_cast<const char*>(data), length < 1024 ? length : 1024);
    if (head.find("<svg") != std::string::npos) return "SVG";
    return nullptr;
}

bool png_ends_early(const uint8_t* data, size_t length)
{
    for (size_t at = 8; at + 12 <= length; at += size_t(12) + big_endian(data + at))
        if (has_text(data, length, at + 4, "IEND"))
            return false;
    return true;
}

bool jpeg_ends_early(const uint8_t* data, size_t length)
{
    for (size_t at = length; at >= 2; --at)
        if (data[at - 2] == 0xFF && data[at - 1] == 0xD9)
            return false;
    return true;
}

} // namespace

int32_t fail(mli_status status, std::string message)
{
    last_error = std::move(message);
    return status;
}

void start_vips()
{
    static std::once_flag once;
    static bool started = false;
    std::call_once(once, [] {
        started = vips_init("malarialab") == 0;
        if (!started)
            return;
        vips_concurrency_set(1);
        vips_cache_set_max(0);
        vips_block_untrusted_set(TRUE);
        // Stricter than "untrusted": an allowlist, so that a loader added by a package update stays shut.
        vips_operation_block_set("VipsForeignLoad", TRUE);
        for (const char* loader : {"Png", "Jpeg", "Tiff", "Webp", "Nsgif"})
            vips_operation_block_set(("VipsForeignLoad" + std::string(loader)).c_str(), FALSE);
        // Warnings about odd metadata would fill the worker's log; what matters comes back as a status.
        g_log_set_handler("VIPS", GLogLevelFlags(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG),
                          [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {}, nullptr);
    });
    if (!started)
        throw Refusal{MLI_FAILED, "libvips could not be started"};
}

mli_format sniff(const uint8_t* data, size_t length)
{
    if (data == nullptr || length == 0)
        throw Refusal{MLI_EMPTY, "the file is empty"};
    if (starts_with(data, length, 0, {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A})) return MLI_PNG;
    if (starts_with(data, length, 0, {0xFF, 0xD8, 0xFF})) return MLI_JPEG;
    if (starts_with(data, length, 0, {'I', 'I', 0x2A, 0}) || starts_with(data, length, 0, {'M', 'M', 0, 0x2A}) ||
        starts_with(data, length, 0, {'I', 'I', 0x2B, 0}) || starts_with(data, length, 0, {'M', 'M', 0, 0x2B}))
        return MLI_TIFF;
    if (has_text(data, length, 0, "RIFF") && has_text(data, length, 8, "WEBP")) return MLI_WEBP;
    if (has_text(data, length, 0, "GIF87a") || has_text(data, length, 0, "GIF89a")) return MLI_GIF;
    if (const char* other = unread_format(data, length))
        throw Refusal{MLI_UNSUPPORTED, std::string("it is a ") + other + " file; save it as PNG, JPEG, TIFF, WebP or GIF"};
    throw Refusal{MLI_NOT_AN_IMAGE, "it is not an image: its first bytes belong to no image format"};
}

bool ends_early(mli_format format, const uint8_t* data, size_t length)
{
    switch (format) {
    case MLI_PNG: return png_ends_early(data, length);
    case MLI_JPEG: return jpeg_ends_early(data, length);
    case MLI_WEBP: // RIFF is little-endian
        return length < 12 || length < size_t(8) + (uint32_t(data[7]) << 24 | uint32_t(data[6]) << 16 | uint32_t(data[5]) << 8 | data[4]);
    case MLI_GIF: return data[length - 1] != 0x3B;
    case MLI_TIFF: return false; // its parts may lie in any order
    }
    return false;
}

const char* name_of(mli_format format)
{
    static const char* const names[] = {"PNG", "JPEG", "TIFF", "WebP", "GIF"};
    return names[format];
}

} // namespace mli

MLI_API const char* mli_last_error() { return mli::last_error.c_str(); }

MLI_API const char* mli_version()
{
    return vips_version_string();
}

MLI_API void mli_free(uint8_t* buffer) { g_free(buffer); }
