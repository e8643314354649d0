namespace MalariaLab.Web.Features.Documents;

/// <summary>The style sheet that every document carries inside.</summary>
public static class DocumentStyle
{
    /// <summary>The sheet.</summary>
    public static string Css { get; } = Load();

    private static string Load()
    {
        using var reader = new StreamReader(typeof(DocumentStyle).Assembly.GetManifestResourceStream("MalariaLab.Web.Features.Documents.document.css")!);
        return reader.ReadToEnd();
    }
}
