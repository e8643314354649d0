namespace MalariaLab.Web.Features.Datasets;

/// <summary>Kinds of refused files in words.</summary>
public static class RefusalKinds
{
    /// <summary>English name of a kind.</summary>
    public static string Title(string kind) => kind switch
    {
        "corrupt" => "Damaged",
        "empty" => "Empty",
        "notAnImage" => "Not an image",
        "unsupported" => "Unsupported format",
        "overLimit" => "Too large",
        "duplicate" => "Duplicate",
        "noClass" => "Outside the class folders",
        "nestedArchive" => "Archive inside the source",
        "unknownClass" => "Class that the dataset does not have",
        "decoderFailed" => "Decoder failed",
        _ => kind,
    };
}
